/* SPDX-License-Identifier: MIT */
/*
 * loader.h - between the files of boot/, and to those of x86/ that run at
 * start-up only.
 */
#ifndef LOADER_H
#define LOADER_H

#include <boot.h>
#include <machine.h>

#define EARLY_LIMIT	0x100000000UL	/* what the boot tables map */

/* The first 4 GiB, as the boot tables show them. */
static inline void *early_virt(u64 phys)
{
	return (void *)(DIRECTMAP_BASE + phys);
}

/* multiboot.c: copies all that is of use; halts when it is no Multiboot. */
void loader_read(u32 magic, u32 data);
extern u64 loader_rsdp;		/* where its copy of the ACPI RSDP is, or 0 */

/* memmap.c */
void memmap_add(u64 base, u64 len, u32 type);
void memmap_finish(void);
u64 image_phys_end(void);
u64 memmap_top(void);		/* end of the highest RAM */
u64 memmap_bytes(void);		/* of all RAM */

/*
 * Physical memory for good, before there is an allocator; never fails, as
 * start-up cannot go on without.  Below 4 GiB when it is to be written while
 * the boot tables are in use.
 */
u64 early_alloc(u64 size, u64 align, u64 limit);

/* Calls back for each piece of RAM, or of what is still unused. */
void memmap_each_ram(void (*fn)(mfn_t start, u64 n));
void memmap_each_free(void (*fn)(mfn_t start, u64 n));

/* options.c */
void options_init(void);

/* start.S, the linker script */
extern char image_start[], image_end[];
extern char __text_start[], __text_end[], __rodata_end[];
extern char boot_percpu[];

void noreturn boot_main(u32 magic, u32 data);

#endif
