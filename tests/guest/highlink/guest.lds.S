/* SPDX-License-Identifier: MIT */
/*
 * guest.lds.S - linked at -2 GiB and loaded at 16 MiB, as Linux is: text and
 * data are segments of their own.
 */
ENTRY(_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	data PT_LOAD FLAGS(6);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	_virt_base = 0xffffffff80000000;
	. = _virt_base + 0x1000000;
	_text = .;
	.text : AT(ADDR(.text) - _virt_base) {
		*(.text.start) *(.text .text.*) *(.rodata .rodata.*)
	} :text
	.note : AT(ADDR(.note) - _virt_base) { KEEP(*(.note.Xen)) } :text :note
	. = ALIGN(0x200000);
	.data : AT(ADDR(.data) - _virt_base) {
		*(.snip) *(.data .data.*)
	} :data
	.bss : AT(ADDR(.bss) - _virt_base) {
		*(.bss.page) *(.bss .bss.*) *(COMMON)
	} :data
	_end = .;
	/DISCARD/ : {
		*(.comment) *(.note.GNU-stack) *(.note.gnu.*) *(.eh_frame)
	}
}
