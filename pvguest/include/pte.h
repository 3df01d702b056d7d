/* SPDX-License-Identifier: MIT */
/*
 * pte.h - page-table entries and the layout of the address space.
 *
 *   USER_START, USER_END   the process: its program, then its stack, then what
 *                          it maps
 *   KERNEL_BASE, 1 GiB     all of memory, page 0 first: "linear"
 *   VMAP_BASE, 512 MiB     stacks, with guard pages
 *   DEVICE_BASE            registers of devices
 *
 * The kernel's image is in the linear part, where it was loaded.
 */
#ifndef PVGUEST_PTE_H
#define PVGUEST_PTE_H

#define KERNEL_BASE	0xffffffff80000000
#define VMAP_BASE	0xffffffffc0000000
#define DEVICE_BASE	0xffffffffe0000000
#define DEVICE_END	0xfffffffff0000000
#define LINEAR_PAGES	(VMAP_BASE - KERNEL_BASE) / PAGE_SIZE
#define USER_START	0x10000
#define USER_END	0x7ffffffff000
/* In a table of its own: each process changes it, see mm/fork.c. */
#define USER_STACK_END	0x10100000
#define USER_MMAP	0x10200000

#define PAGE_SIZE	4096
#define PAGE_SHIFT	12

#ifndef __ASSEMBLY__
#include <lib.h>

#define PTE_P		(1ULL << 0)
#define PTE_W		(1ULL << 1)
#define PTE_U		(1ULL << 2)
#define PTE_A		(1ULL << 5)
#define PTE_D		(1ULL << 6)
#define PTE_LARGE	(1ULL << 7)	/* in a table of level 2 */
#define PTE_NX		(1ULL << 63)
#define PTE_FRAME	0x000ffffffffff000ULL

#define PTE_TABLE	(PTE_P | PTE_W | PTE_U | PTE_A | PTE_D)
#define PTE_KERNEL	(PTE_P | PTE_W | PTE_A | PTE_D | PTE_NX)

/* Index of VA in a table of LEVEL, 4 to 1. */
static inline unsigned int pt_index(u64 va, unsigned int level)
{
	return va >> (PAGE_SHIFT + 9 * (level - 1)) & 511;
}

static inline void *pfn_virt(u64 pfn)
{
	return (void *)(KERNEL_BASE + (pfn << PAGE_SHIFT));
}

static inline u64 virt_pfn(const void *p)
{
	return ((u64)p - KERNEL_BASE) >> PAGE_SHIFT;
}
#endif

#endif
