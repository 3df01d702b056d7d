/* SPDX-License-Identifier: MIT */
/*
 * start.S - where Sluice and Xen enter, and the notes that say so.
 *
 * At pv_start: RSI = start_info, RSP = a one-page stack of the builder's,
 * other registers 0, upcalls masked, all mapped from KERNEL_BASE on.
 */
#include <hcall/notes.h>
#include <boot.h>
#include <pte.h>

	HC_NOTE_STRING XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
	HC_NOTE_STRING XEN_ELFNOTE_GUEST_OS, "pvguest"
	HC_NOTE_STRING XEN_ELFNOTE_LOADER, "generic"
	HC_NOTE_STRING XEN_ELFNOTE_PAE_MODE, "yes"
	HC_NOTE_NUMBER XEN_ELFNOTE_VIRT_BASE, KERNEL_BASE
	HC_NOTE_NUMBER XEN_ELFNOTE_PADDR_OFFSET, 0
	HC_NOTE_NUMBER XEN_ELFNOTE_ENTRY, pv_start

	.text
	.globl	pv_start
pv_start:
	lea	boot_stack + BOOT_STACK_SIZE(%rip), %rsp
	cld
	xor	%ebp, %ebp
	mov	%rsi, %rdi
	call	pv_main
	ud2
