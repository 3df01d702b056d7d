/* SPDX-License-Identifier: MIT */
/*
 * notes.S - where memory is mapped from (see guest.lds.S), and that addresses
 * in the file are counted from there.
 */
	.section .note.Xen, "a", @note
	.long	4, 8, 3			/* VIRT_BASE */
	.asciz	"Xen"
	.quad	_virt_base
	.long	4, 8, 4			/* PADDR_OFFSET */
	.asciz	"Xen"
	.quad	_virt_base
	.section .note.GNU-stack, "", @progbits
