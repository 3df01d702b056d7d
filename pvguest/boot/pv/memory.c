/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the linear part of the address space, made complete.
 *
 * The builder has mapped the beginning of memory, writable and executable, in
 * tables that are in use.  We map the rest, in tables that are filled before
 * they are used and so cost one update for 512 pages, and leave no page both
 * writable and executable.
 */
#include <hcall/hcall.h>
#include "pv.h"

#define MIN_PAGES	(8 * MIB / PAGE_SIZE)

static u64 next_free;		/* pages below it are in use */

/* An L1 table for the 512 pages from PFN on, which nothing maps yet. */
static void map_table(u64 pfn, u64 end, u64 *l2e)
{
	u64 *l1 = pfn_virt(next_free++);
	unsigned int i;

	for (i = 0; i < 512; i++)
		l1[i] = pfn + i < end ? pv_pte_make(pfn + i, PTE_KERNEL) : 0;
	pv_pt_table(virt_pfn(l1), true);
	pv_pt_link(l2e, pv_pte_make(virt_pfn(l1), PTE_TABLE));
}

/* A table of the builder's: keep what is read-only so, and fill gaps. */
static void complete_table(u64 pfn, u64 end, u64 *l1)
{
	unsigned int i;
	u64 old, new;

	for (i = 0; i < 512 && pfn + i < end; i++) {
		old = l1[i];
		new = image_protection((u64)pfn_virt(pfn + i));
		if (!(old & PTE_P)) {
			pv_pt_write(&l1[i], pv_pte_make(pfn + i, new));
			continue;
		}
		if (!(old & PTE_W))
			new &= ~(PTE_W | PTE_D);
		pv_pt_write(&l1[i], (old & PTE_FRAME) | new);
	}
}

static void map_all(u64 end)
{
	u64 *l4 = pfn_virt(virt_pfn((void *)hc_start_info()->pt_base));
	u64 *l2e, pfn;

	for (pfn = 0; pfn < end; pfn += 512) {
		l2e = hc_pt_entry(l4, (u64)pfn_virt(pfn), 2);
		if (*l2e & PTE_P)
			complete_table(pfn, end,
				       hc_mfn_to_virt(hc_pte_mfn(*l2e)));
		else
			map_table(pfn, end, l2e);
		pv_pt_commit();
	}
}

static u64 highest(u64 a, u64 b)
{
	return max(a, b);
}

/* The end of all that the builder has put into memory but his stack. */
static u64 builder_end(const struct start_info *si)
{
	u64 end = virt_pfn((void *)si->pt_base) + si->nr_pt_frames;

	end = highest(end, virt_pfn(_end));
	end = highest(end, virt_pfn(si) + 1);
	end = highest(end, virt_pfn((void *)(si->mfn_list + 8 * si->nr_pages +
					     PAGE_SIZE - 1)));
	if (si->mod_start)
		end = highest(end, virt_pfn((void *)(si->mod_start +
						     si->mod_len +
						     PAGE_SIZE - 1)));
	if (hc_is_initial_domain())
		return end;
	if (si->console.domU.mfn)
		end = highest(end, hc_mfn_to_pfn(si->console.domU.mfn) + 1);
	if (si->store_mfn)
		end = highest(end, hc_mfn_to_pfn(si->store_mfn) + 1);
	return end;
}

bool pv_memory_init(struct boot_info *boot)
{
	const struct start_info *si = hc_start_info();
	u64 nr = min(si->nr_pages, LINEAR_PAGES);

	next_free = builder_end(si);
	if (!memory_enough(si->nr_pages,
			   highest(MIN_PAGES, next_free + nr / 512 + 2)))
		return false;
	map_all(nr);
	boot->nr_pages = nr;
	boot->unused_pages = si->nr_pages - nr;
	boot->root = virt_pfn((void *)si->pt_base);
	/* Page 0 is none: so a page number of 0 can mean that. */
	boot->zeroed = hc_sluice_features() & SLUICE_FEATURE_zeroed;
	boot->free[0].start = 1;
	boot->free[0].end = virt_pfn(_image);
	boot->free[1].start = next_free;
	boot->free[1].end = nr;
	return true;
}
