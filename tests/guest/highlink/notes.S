/* SPDX-License-Identifier: MIT */
/*
 * notes.S - the notes that Linux has and small guests have not.
 */
#include <abi/elfnote.h>

	.macro	number type:req, value:req
	.balign	4
	.long	4, 8, \type
	.asciz	"Xen"
	.quad	\value
	.endm

	.section .note.Xen, "a", @note
	number	XEN_ELFNOTE_ENTRY, _start
	number	XEN_ELFNOTE_VIRT_BASE, 0xffffffff80000000
	number	XEN_ELFNOTE_PADDR_OFFSET, 0
	number	XEN_ELFNOTE_INIT_P2M, 0x8000000000
	number	XEN_ELFNOTE_HV_START_LOW, 0xffff800000000000
	.balign	4
	.long	4, 4, XEN_ELFNOTE_MOD_START_PFN
	.asciz	"Xen"
	.long	1
	.balign	4
	.long	4, 4, XEN_ELFNOTE_SUSPEND_CANCEL
	.asciz	"Xen"
	.long	1
	.balign	4
	.long	4, 16, XEN_ELFNOTE_L1_MFN_VALID
	.asciz	"Xen"
	.quad	1, 1
	.balign	4
	.long	4, 2f - 1f, XEN_ELFNOTE_FEATURES
	.asciz	"Xen"
1:	.asciz	"!writable_page_tables|pae_pgdir_above_4gb"
2:	.balign	4
