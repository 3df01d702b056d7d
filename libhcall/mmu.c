/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - the guest's page numbers and its page tables.
 *
 * The p2m list belongs to the guest alone; the M2P is the hypervisor's and is
 * read without a lock.
 */
#include <hcall/mmu.h>
#include "internal.h"

uint64_t hc_linear;

void hc_linear_set(uint64_t base)
{
	hc_linear = base;
}

void *hc_pfn_to_virt(uint64_t pfn)
{
	return (void *)(uintptr_t)(hc_linear + (pfn << HC_PAGE_SHIFT));
}

uint64_t hc_virt_to_pfn(const volatile void *va)
{
	return (hc_addr(va) - hc_linear) >> HC_PAGE_SHIFT;
}

uint64_t hc_pfn_to_mfn(uint64_t pfn)
{
	return ((const uint64_t *)(uintptr_t)hc_si->mfn_list)[pfn];
}

void hc_p2m_set(uint64_t pfn, uint64_t mfn)
{
	((uint64_t *)(uintptr_t)hc_si->mfn_list)[pfn] = mfn;
}

uint64_t hc_mfn_to_pfn(uint64_t mfn)
{
	return ((const uint64_t *)MACH2PHYS_VIRT_START)[mfn];
}

uint64_t *hc_pt_entry(uint64_t *l4, uint64_t va, unsigned int level)
{
	uint64_t *entry = &l4[hc_pt_index(va, 4)];
	uint64_t *table;
	unsigned int l;

	for (l = 3; l >= level; l--) {
		if (!(*entry & HC_PTE_PRESENT))
			return NULL;
		table = hc_mfn_to_virt(hc_pte_mfn(*entry));
		entry = &table[hc_pt_index(va, l)];
	}
	return entry;
}

static long ext_call(uint32_t cmd, uint64_t mfn)
{
	struct mmuext_op op = { .cmd = cmd, .arg1.mfn = mfn };

	return hc_mmuext_op(hc_addr(&op), 1, 0, DOMID_SELF);
}

long hc_pin(uint64_t mfn, unsigned int level)
{
	return ext_call(MMUEXT_PIN_L1_TABLE + level - 1, mfn);
}

long hc_unpin(uint64_t mfn)
{
	return ext_call(MMUEXT_UNPIN_TABLE, mfn);
}
