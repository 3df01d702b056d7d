/* SPDX-License-Identifier: MIT */
/*
 * pte.h - the bits of a page-table entry.
 */
#pragma once

#include <layout.h>

#define PTE_P		UL(0x001)
#define PTE_RW		UL(0x002)
#define PTE_US		UL(0x004)
#define PTE_PWT		UL(0x008)
#define PTE_PCD		UL(0x010)
#define PTE_A		UL(0x020)
#define PTE_D		UL(0x040)
#define PTE_PAT		UL(0x080)		/* level 1 */
#define PTE_PS		UL(0x080)		/* levels 2, 3: large page */
#define PTE_G		UL(0x100)
#define PTE_SOFT_SHIFT	9
#define PTE_SOFT	UL(0xe00)		/* the guest's own */
#define PTE_NX		(UL(1) << 63)
#define PTE_ADDR	UL(0x000ffffffffff000)
#define PTE_CACHE	(PTE_PWT | PTE_PCD | PTE_PAT)

#define PT_ENTRIES	512

#ifndef __ASSEMBLY__

#include <types.h>

static always_inline mfn_t pte_mfn(u64 pte)
{
	return mfn((pte & PTE_ADDR) >> PAGE_SHIFT);
}

/* Index of an address in the table of a level, 1 to 4. */
static always_inline unsigned int pt_index(u64 va, unsigned int level)
{
	return va >> (PAGE_SHIFT + 9 * (level - 1)) & (PT_ENTRIES - 1);
}

#endif /* __ASSEMBLY__ */
