/* SPDX-License-Identifier: MIT */
/*
 * user.lds - a program: text, constants and data in pages of their own.
 */
ENTRY(_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = 0x400000 + SIZEOF_HEADERS;
	.text : { *(.text .text.*) } :text
	. = ALIGN(4096) + (. & 4095);
	.rodata : { *(.rodata .rodata.*) } :rodata
	. = ALIGN(4096) + (. & 4095);
	.data : { *(.data .data.*) } :data
	.bss : { *(.bss .bss.*) *(COMMON) } :data
	/DISCARD/ : {
		*(.comment) *(.note.*) *(.eh_frame)
	}
}
