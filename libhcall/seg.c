/* SPDX-License-Identifier: MIT */
/*
 * seg.c - descriptor tables: pages that become read-only, then the tables'.
 */
#include <abi/errno.h>
#include <hcall/mmu.h>
#include <hcall/seg.h>
#include "internal.h"

/* Map the pages of a table read-only; it must lie in the linear mapping. */
static int table_protect(const void *table, unsigned int entries)
{
	const char *page = table;
	const char *end = page + entries * 8;
	int ret = 0;

	for (; !ret && page < end; page += HC_PAGE_SIZE)
		ret = hc_map(page, hc_pte(hc_virt_to_mfn(page),
					  HC_PTE_PRESENT | HC_PTE_ACCESSED));
	return ret;
}

int hc_gdt_set(void *gdt, unsigned int entries)
{
	uint64_t frames[FIRST_RESERVED_GDT_PAGE];
	const char *page = gdt;
	unsigned int i;
	int ret;

	if (entries > FIRST_RESERVED_GDT_ENTRY || hc_addr(gdt) & 4095)
		return -XEN_EINVAL;
	ret = table_protect(gdt, entries);
	if (ret)
		return ret;
	for (i = 0; i * 512 < entries; i++, page += HC_PAGE_SIZE)
		frames[i] = hc_virt_to_mfn(page);
	return hc_set_gdt(hc_addr(frames), entries);
}

int hc_ldt_set(void *ldt, unsigned int entries)
{
	struct mmuext_op op = {
		.cmd = MMUEXT_SET_LDT,
		.arg1.linear_addr = hc_addr(ldt),
		.arg2.nr_ents = entries,
	};
	int ret = table_protect(ldt, entries);

	return ret ? ret : hc_mmuext_op(hc_addr(&op), 1, 0, DOMID_SELF);
}

long hc_descriptor(const void *entry, uint64_t descriptor)
{
	return hc_update_descriptor(hc_virt_to_maddr(entry), descriptor);
}
