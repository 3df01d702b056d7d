/* SPDX-License-Identifier: MIT */
/*
 * boot.h - what the boot loader told us, and the options of the boot line.
 *
 * Copied out of the loader's memory, bounded and checked, before anything is
 * allocated; constant from then on, so it needs no lock.
 */
#pragma once

#include <types.h>

#define BOOT_MAX_MODULES	64

struct boot_module {
	maddr_t start, end;	/* reserved for good; not page-aligned */
	const char *line;	/* its arguments, without the file's name */
	const char *bad;	/* NULL, or why it cannot be used */
};

/* A piece of the address space; an array of them is sorted and disjoint. */
struct mem_range {
	u64 start, end;		/* machine addresses, page-aligned */
};

/* An entry of the firmware's memory map, unchecked: domain 0 may see it. */
struct boot_mem {
	u64 base, len;
	u32 type;		/* MEM_RAM, or another of the firmware's */
};

/* The screen, if it is one of dots in full colours; else addr is 0. */
struct boot_fb {
	u64 addr;
	u32 pitch;		/* bytes from line to line */
	u32 width, height, bpp;
};

#define BOOT_MAX_MEM	64
#define MEM_RAM		1

struct boot_info {
	const char *cmdline;
	u32 nr_modules;
	struct boot_module modules[BOOT_MAX_MODULES];
	u32 nr_mem;
	struct boot_mem mem[BOOT_MAX_MEM];
	struct boot_fb fb;
};

extern struct boot_info boot_info;

/*
 * One option of the boot line, "name" or "name=value": true when it is there,
 * with the last one's value in buf (empty when it has none).  What nobody asks
 * for before options_done() is reported as unknown.
 */
bool option_get(const char *name, char *buf, size_t size);
bool option_flag(const char *name);
void options_done(void);

/* True when a machine address is RAM, whoever uses it: for domain 0's MMIO. */
bool boot_is_ram(maddr_t a);

/*
 * False when this CPU lets one domain read what another left in its caches
 * (Meltdown, L1TF) and the boot line does not say unsafe-cpu: then there must
 * not be a second domain.
 */
bool domains_may_share_cpu(void);

/* Start-up cannot go on, through no fault of ours: one line, then halt. */
void noreturn boot_stop(const char *fmt, ...) printf_like(1, 2);

/* Builds the domains that the modules describe, in pv/: false, none. */
bool must_check domains_start(const struct boot_info *info);
