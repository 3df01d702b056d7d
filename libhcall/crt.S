/* SPDX-License-Identifier: MIT */
/*
 * crt.S - an entry point, notes and a first stack, for guests that want no
 * others (linker script: ENTRY(hc_start)) and have no VIRT_BASE note.
 *
 * At hc_start: RSI = start_info, RSP = a one-page stack of the builder's, all
 * other general registers 0, upcalls masked, DS, ES, FS, GS null.
 */
#include <hcall/hypercall.h>
#include <hcall/notes.h>

	HC_NOTE_STRING XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
	HC_NOTE_STRING XEN_ELFNOTE_LOADER, "generic"
	HC_NOTE_STRING XEN_ELFNOTE_PAE_MODE, "yes"
	HC_NOTE_NUMBER XEN_ELFNOTE_HYPERCALL_PAGE, hypercall_page

	.text
	.globl	hc_start
hc_start:
	lea	hc_first_stack(%rip), %rsp
	cld
	xor	%ebp, %ebp
	mov	%rsi, %rbx
	mov	%rbx, %rdi
	xor	%esi, %esi
	call	hc_init
	mov	%rbx, %rdi
	call	hc_main
	ud2

	/* Filled in by the hypervisor before the guest starts. */
	.balign	4096
	.globl	hypercall_page
hypercall_page:
	.skip	4096, 0xcc

	.bss
	.balign	16
	.skip	16384
	.globl	hc_first_stack
hc_first_stack:

	.section .note.GNU-stack, "", @progbits
