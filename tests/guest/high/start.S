/* SPDX-License-Identifier: MIT */
/*
 * start.S - the entry, and the notes of a large kernel: no hypercall page, a
 * place for the p2m list, the ramdisk by frame number.  The entry is not where
 * the ELF header says.
 */
#include <hcall/notes.h>
#include "high.h"

	HC_NOTE_STRING XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
	HC_NOTE_STRING XEN_ELFNOTE_LOADER, "generic"
	HC_NOTE_STRING XEN_ELFNOTE_GUEST_OS, "high"
	HC_NOTE_NUMBER XEN_ELFNOTE_ENTRY, note_start
	HC_NOTE_NUMBER XEN_ELFNOTE_VIRT_BASE, VIRT_BASE
	HC_NOTE_NUMBER XEN_ELFNOTE_PADDR_OFFSET, 0
	HC_NOTE_NUMBER XEN_ELFNOTE_INIT_P2M, P2M_BASE
	HC_NOTE_NUMBER XEN_ELFNOTE_HV_START_LOW, 0xffff800000000000
	HC_NOTE XEN_ELFNOTE_MOD_START_PFN, .long, 1
	HC_NOTE XEN_ELFNOTE_L1_MFN_VALID, .quad, 1, 1
	HC_NOTE XEN_ELFNOTE_FEATURES, .ascii, \
		"!writable_page_tables|pae_pgdir_above_4gb"

	.text
	.globl	start
start:	ud2

note_start:
	mov	%rsp, first_rsp(%rip)
	mov	%rsi, %rbx
	lea	stack_top(%rip), %rsp
	cld
	mov	%rbx, %rdi
	mov	$VIRT_BASE, %rsi
	call	hc_init
	mov	%rbx, %rdi
	call	hc_main
	ud2

	.bss
	.balign	16
	.skip	16384
stack_top:

	.section .note.GNU-stack, "", @progbits
