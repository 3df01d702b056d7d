/* SPDX-License-Identifier: MIT */
/*
 * guest.lds - one segment at 1 MiB, and the notes by which the hypervisor
 * knows a guest.
 */
ENTRY(hc_start)

PHDRS
{
	all PT_LOAD FLAGS(7);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = 0x100000;
	.text : { *(.text .text.*) } :all
	.rodata : { *(.rodata .rodata.*) } :all
	.note : { KEEP(*(.note.Xen)) } :all :note
	.data : { *(.data .data.*) } :all
	.bss : { *(.bss .bss.*) *(COMMON) } :all
	/DISCARD/ : {
		*(.comment) *(.note.GNU-stack) *(.note.gnu.*) *(.eh_frame)
	}
}
