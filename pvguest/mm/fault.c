/* SPDX-License-Identifier: MIT */
/*
 * fault.c - pages come when they are touched: by user mode, or by the kernel,
 * which reaches them through the linear mapping and so has no faults.
 */
#include "space.h"

u64 prot_flags(unsigned int prot)
{
	u64 flags = PTE_P | PTE_U | PTE_A;

	if (prot & PROT_WRITE)
		flags |= PTE_W | PTE_D;
	if (!(prot & PROT_EXEC))
		flags |= PTE_NX;
	return flags;
}

int space_map_user(struct space *s, u64 va, void *page, unsigned int prot)
{
	int ret;

	lazy_begin();
	ret = pt_map(s, va, arch->pte_make(virt_pfn(page), prot_flags(prot)));
	lazy_end_user();
	if (ret)
		page_put(page);
	return ret;
}

int space_fault(struct space *s, u64 va, unsigned int access)
{
	struct area *a = area_find(s, va);
	struct found found;
	u64 *entry;
	void *page;

	if (!a || (a->prot & access) != access)
		return -EFAULT;
	entry = pt_find(s, va, &found);
	if (entry && (*entry & PTE_P)) {
		if (!(access & PROT_WRITE))
			return 0;
		if (found.shared) {
			if (pt_own(s, va))
				return -ENOMEM;
			entry = pt_lookup(s, va);
		}
		if (*entry & PTE_W)
			return 0;
		return space_unshare(s, va, entry, a->prot);
	}
	page = page_zalloc();
	if (!page)
		return -ENOMEM;
	return space_map_user(s, va & -PAGE_SIZE, page, a->prot);
}

/* Where the kernel finds the page of VA, allowed for ACCESS; or NULL. */
static char *user_page(struct space *s, u64 va, unsigned int access)
{
	u64 need = PTE_P | PTE_U | (access & PROT_WRITE ? PTE_W : 0);
	struct found found;
	u64 *entry;

	if (va >= USER_END)
		return NULL;
	entry = pt_find(s, va, &found);
	if (!entry || (*entry & need) != need ||
	    (need & PTE_W && found.shared)) {
		if (space_fault(s, va, access))
			return NULL;
		arch->pt_commit();
		entry = pt_lookup(s, va);
	}
	return (char *)table_of(*entry) + va % PAGE_SIZE;
}

int copy_in(struct space *s, void *to, u64 from, size_t n)
{
	char *page;
	size_t part;

	for (; n; n -= part, from += part, to = (char *)to + part) {
		part = min(n, PAGE_SIZE - from % PAGE_SIZE);
		page = user_page(s, from, PROT_READ);
		if (!page)
			return -EFAULT;
		memcpy(to, page, part);
	}
	return 0;
}

int copy_out(struct space *s, u64 to, const void *from, size_t n)
{
	char *page;
	size_t part;

	for (; n; n -= part, to += part, from = (const char *)from + part) {
		part = min(n, PAGE_SIZE - to % PAGE_SIZE);
		page = user_page(s, to, PROT_WRITE);
		if (!page)
			return -EFAULT;
		memcpy(page, from, part);
	}
	return 0;
}
