/* SPDX-License-Identifier: MIT */
/*
 * pte.h - the bits of a guest's page-table entry, for pv/ alone (x86/ and boot/
 * have their own names in x86.h).
 */
#ifndef PTE_H
#define PTE_H

#include <types.h>

#define PTE_P		0x001UL
#define PTE_RW		0x002UL
#define PTE_US		0x004UL
#define PTE_PWT		0x008UL
#define PTE_PCD		0x010UL
#define PTE_A		0x020UL
#define PTE_D		0x040UL
#define PTE_PAT		0x080UL		/* level 1 */
#define PTE_PS		0x080UL		/* levels 2 and 3: a large page */
#define PTE_G		0x100UL
#define PTE_NX		(1UL << 63)
#define PTE_ADDR	0x000ffffffffff000UL
#define PTE_CACHE	(PTE_PWT | PTE_PCD | PTE_PAT)

#define PT_ENTRIES	512

static always_inline mfn_t pte_mfn(u64 pte)
{
	return mfn((pte & PTE_ADDR) >> PAGE_SHIFT);
}

/* Index of an address in the table of a level, 1 to 4. */
static always_inline unsigned int pt_index(u64 va, unsigned int level)
{
	return va >> (PAGE_SHIFT + 9 * (level - 1)) & (PT_ENTRIES - 1);
}

#endif
