/* SPDX-License-Identifier: MIT */
/*
 * guest.lds - one segment at 1 MiB, as small guests have it: readable,
 * writable and executable, mapped from virtual address 0 or VIRT_BASE.
 */
#ifndef VIRT_BASE
#define VIRT_BASE 0
#endif

ENTRY(_start)

PHDRS
{
	all PT_LOAD FLAGS(7);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	_virt_base = VIRT_BASE;
	. = 0x100000;
	_text = .;
	.text : { *(.text.start) *(.text .text.*) } :all
	.snip : { _snip = .; *(.snip) _snip_end = .; } :all
	.rodata : { *(.rodata .rodata.*) } :all
	.note : { KEEP(*(.note.Xen)) } :all :note
	.data : { *(.data .data.*) } :all
	.bss : { *(.bss.page) *(.bss .bss.*) *(COMMON) } :all
	_end = .;
	/DISCARD/ : {
		*(.comment) *(.note.GNU-stack) *(.note.gnu.*) *(.eh_frame)
	}
}
