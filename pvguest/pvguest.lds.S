/* SPDX-License-Identifier: MIT */
/*
 * pvguest.lds - the kernel at 1 MiB of memory, which is mapped from KERNEL_BASE
 * on.  Text, constants and data have pages of their own, so that none need be
 * writable and executable.
 */
#include <pte.h>

ENTRY(pv_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = KERNEL_BASE + 0x100000;
	_image = .;
	.text : AT(ADDR(.text) - KERNEL_BASE) {
		*(.text.boot)
		*(.text .text.*)
		. = ALIGN(4096);
	} :text
	_text_end = .;
	.rodata : AT(ADDR(.rodata) - KERNEL_BASE) {
		*(.rodata .rodata.*)
		. = ALIGN(16);
	} :rodata
	.note : AT(ADDR(.note) - KERNEL_BASE) {
		KEEP(*(.note.Xen))
		. = ALIGN(4096);
	} :rodata :note
	_rodata_end = .;
	.data : AT(ADDR(.data) - KERNEL_BASE) {
		*(.data .data.*)
	} :data
	.bss : AT(ADDR(.bss) - KERNEL_BASE) {
		*(.bss .bss.*) *(COMMON)
		. = ALIGN(4096);
	} :data
	_end = .;
	/DISCARD/ : {
		*(.comment) *(.note.GNU-stack) *(.note.gnu.*) *(.eh_frame)
	}
}

/* Beyond that the native back end maps in large pages. */
ASSERT(_rodata_end - KERNEL_BASE <= 4 << 20, "text and constants: 3 MiB")
