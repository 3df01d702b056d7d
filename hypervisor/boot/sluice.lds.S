/* SPDX-License-Identifier: MIT */
/*
 * sluice.lds.S - where the image's parts lie.
 *
 * Linked at IMAGE_BASE + load address.  File offsets and addresses grow in
 * step, no section leaving a gap of a page, because a Multiboot 1 loader copies
 * the file as it is.  Parts begin on a page each, for W^X.
 */
#include <layout.h>

#define PART(name)	name : AT(ADDR(name) - IMAGE_BASE)

ENTRY(boot_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = IMAGE_BASE + IMAGE_PHYS;
	image_start = .;
	__text_start = .;
	PART(.text) {
		*(.text.boot)
		*(.text.entry)
		*(.text .text.*)
		. = ALIGN(0x1000);
	} :text
	__text_end = .;
	PART(.rodata) {
		*(.rodata .rodata.* .data.rel.ro .data.rel.ro.*)
		. = ALIGN(8);
		__extable_start = .;
		KEEP(*(.extable))
		__extable_end = .;
		__smap_sites_start = .;
		KEEP(*(.smap_sites))
		__smap_sites_end = .;
	} :rodata
	PART(.data.start) {
		*(.data.start)
		. = ALIGN(0x1000);
	} :rodata
	__rodata_end = .;
	PART(.data) {
		*(.data .data.* .got .got.plt)
		. = ALIGN(8);
	} :data
	image_load_end = .;
	PART(.bss) {
		*(.bss .bss.* COMMON)
		. = ALIGN(0x1000);
	} :data
	image_end = .;

	percpu_area = PERCPU_BASE;

	/DISCARD/ : { *(.comment) *(.note*) *(.eh_frame) }
}

ASSERT(image_load_end - image_start < 0x80000, "text and data: 512 KiB at most")
ASSERT(image_end - image_start < 0x600000, "the image must end below 8 MiB")
