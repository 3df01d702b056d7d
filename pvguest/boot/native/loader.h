/* SPDX-License-Identifier: MIT */
/*
 * loader.h - what boot loaders leave: Multiboot 2.0, sections 3.1 and 3.6, and
 * the PVH start information (QEMU), version 1.
 */
#ifndef PVGUEST_LOADER_H
#define PVGUEST_LOADER_H

#define MB2_HEADER	0xe85250d6
#define MB2_MAGIC	0x36d76289	/* in EAX */
#define PVH_MAGIC	0x336ec578	/* the structure's first word */

/* Tags */
#define MB2_END		0
#define MB2_CMDLINE	1
#define MB2_MODULE	3
#define MB2_MEMORY	6
#define MB2_SCREEN	8
#define MB2_RSDP_OLD	14
#define MB2_RSDP	15

#define SCREEN_RGB	1
#define SCREEN_TEXT	2

#define MEMORY_RAM	1		/* in both maps */

#ifndef __ASSEMBLY__
#include <lib.h>

struct mb2_tag {
	u32 type, size;		/* padded to 8 bytes */
};

struct mb2_module {
	struct mb2_tag tag;
	u32 start, end;
};

struct mb2_memory {
	struct mb2_tag tag;
	u32 entry_size, version;
};

struct mb2_screen {
	struct mb2_tag tag;
	u64 base;
	u32 pitch, width, height;
	u8 bits, type;
};

/* Both maps' entries; Multiboot's may be longer. */
struct memory_entry {
	u64 base, size;
	u32 type, reserved;
};

struct pvh_info {
	u32 magic, version, flags, nr_modules;
	u64 modules, cmdline, rsdp, memory;
	u32 nr_memory, reserved;
};

struct pvh_module {
	u64 base, size, cmdline, reserved;
};
#endif

#endif
