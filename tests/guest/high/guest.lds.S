/* SPDX-License-Identifier: MIT */
/*
 * guest.lds - as large kernels are linked: at -2 GiB, a megabyte up, virtual
 * and physical addresses apart, code and data in segments of their own.
 */
#include "high.h"

ENTRY(start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	data PT_LOAD FLAGS(6);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = VIRT_BASE + 0x100000;
	.text : AT(ADDR(.text) - VIRT_BASE) {
		_text = .;
		*(.text .text.*)
	} :text
	.rodata : AT(ADDR(.rodata) - VIRT_BASE) { *(.rodata .rodata.*) }
	.note : AT(ADDR(.note) - VIRT_BASE) {
		KEEP(*(.note.Xen))
	} :text :note
	. = ALIGN(0x200000) + 0x1234;
	.data : AT(ADDR(.data) - VIRT_BASE) { *(.data .data.*) } :data
	.bss : AT(ADDR(.bss) - VIRT_BASE) {
		_bss = .;
		*(.bss .bss.*) *(COMMON)
	}
	_end = .;
	/DISCARD/ : {
		*(.comment) *(.note.GNU-stack) *(.note.gnu.*) *(.eh_frame)
	}
}
