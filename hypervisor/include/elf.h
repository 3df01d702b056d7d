/* SPDX-License-Identifier: MIT */
/*
 * elf.h - what a guest's ELF image says of itself.
 *
 * Addresses are those of the guest: the image's file is in memory, its frames
 * are not there yet.
 */
#pragma once

#include <types.h>

#define ELF_UNSET	(~0UL)		/* no such note */

struct elf_image {
	const u8 *file;
	u64 size;
	u64 phoff, shoff;	/* program and section headers in the file */
	u32 phnum, shnum;
	u64 low, high;		/* p_paddr range that the segments fill */
	u64 paddr_offset;	/* p_paddr of the guest's first page */
	u64 virt_base;		/* virtual address of the guest's first page */
	u64 start, end;		/* virtual range that the segments fill */
	u64 entry;
	u64 hypercall_page;	/* a whole page inside that range, or UNSET */
	u64 init_p2m;		/* page-aligned, or UNSET */
	bool mod_start_pfn;	/* wants its ramdisk by frame number */
	bool pae_mode;		/* shows in start_info's magic alone */
};

/*
 * Reads and checks headers, segments and notes of a file of any contents.
 * NULL, or why the image can't be started.
 */
const char *must_check elf_parse(struct elf_image *img, const void *file,
				 u64 size);

/* Bytes, and where they go: offset counts from the guest's first page. */
struct elf_piece {
	u64 offset, n;
	const void *from;
};

/*
 * What the file has of segment i, below phnum, or 0 bytes.  What the file does
 * not have is to be zero.
 */
struct elf_piece elf_piece(const struct elf_image *img, u32 i);
