/* SPDX-License-Identifier: MIT */
/*
 * pt.c - page tables of the guest's own making.
 *
 * A page becomes a table in two steps, as the ABI wants it: its mapping is
 * made read-only, then an entry of the level above (or a pin) names it.
 * Pages are taken from a fixed pool and never given back.
 */
#include "test.h"

#define POOL	64

static char pool[POOL][4096] __page;
static unsigned int used;

void *page_alloc(void)
{
	if (used == POOL)
		bail("no more pages");
	return memset(pool[used++], 0, PAGE_SIZE);
}

int page_readonly(void *page)
{
	return va_map(page, *pte_of(page) & ~PTE_W);
}

int page_writable(void *page)
{
	return va_map(page, *pte_of(page) | PTE_W);
}

void *table_alloc(void)
{
	void *page = page_alloc();
	int ret = page_readonly(page);

	if (ret)
		bail("making a page read-only: %d", ret);
	return page;
}

int pte_write(const void *entry, uint64_t val)
{
	struct mmu_update u = {
		.ptr = maddr_of(entry) | MMU_NORMAL_PT_UPDATE,
		.val = val,
	};

	return hc4(__HYPERVISOR_mmu_update, PTR(&u), 1, 0, DOMID_SELF);
}

int mmuext(unsigned int cmd, uint64_t arg1, uint64_t arg2)
{
	struct mmuext_op op = {
		.cmd = cmd,
		.arg1.linear_addr = arg1,
		.arg2.src_mfn = arg2,
	};

	return hc4(__HYPERVISOR_mmuext_op, PTR(&op), 1, 0, DOMID_SELF);
}

void map_at(void *l4, uint64_t va, uint64_t pte)
{
	uint64_t *table = l4, *next;
	unsigned int shift;
	int ret;

	for (shift = 39; shift > 12; shift -= 9) {
		uint64_t *e = &table[va >> shift & 511];

		if (*e & PTE_P) {
			table = va_of_mfn(PTE_MFN(*e));
			continue;
		}
		next = table_alloc();
		ret = pte_write(e, maddr_of(next) | PTE_P | PTE_W | PTE_U);
		if (ret)
			bail("a level %u table: %d", (shift - 3) / 9, ret);
		table = next;
	}
	ret = pte_write(&table[va >> 12 & 511], pte);
	if (ret)
		bail("a page at 0x%lx: %d", va, ret);
}
