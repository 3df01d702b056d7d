/* SPDX-License-Identifier: MIT */
/*
 * fork.c - pages that two processes share until one of them writes.
 *
 * Such a page is read-only in both and counted (struct page).  Who writes to
 * it gets a copy; who is the last one left gets it as it is.
 */
#include "space.h"

static void *page_copy(const void *from)
{
	void *to = page_alloc(0);

	if (to)
		memcpy(to, from, PAGE_SIZE);
	return to;
}

int space_unshare(struct space *s, u64 va, u64 *entry, unsigned int prot)
{
	void *old = table_of(*entry), *page = old;

	if (page_shared(old)) {
		page = page_copy(old);
		if (!page)
			return -ENOMEM;
	}
	lazy_begin();
	set_entry(s, entry, arch->pte_make(virt_pfn(page), prot_flags(prot)));
	arch->pt_invlpg(va);
	if (page == old) {
		lazy_end_user();
		return 0;
	}
	lazy_end();
	page_put(old);
	return 0;
}

/* The child's entry for W's, which is found anew in each table. */
static u64 *child_entry(struct space *child, const struct walk *w, u64 *last,
			u64 last_va)
{
	if (last && w->va / TABLE_SPAN == last_va / TABLE_SPAN)
		return last + (w->va - last_va) / PAGE_SIZE;
	return pt_find_make(child, w->va);
}

/*
 * Some pages of one area: 1 if there may be more.  Interrupts are off for the
 * counts of all: page_get() for each would cost more than the rest does.
 */
static int share_some(struct space *child, struct space *s, struct walk *w)
{
	u64 *entry, *to = NULL, to_va = 0, pte;
	struct run run;
	unsigned int n = 0;
	bool off;

	run_begin(&run, s);
	lazy_begin();
	off = irq_save();
	for (; n < CHUNK && (entry = walk_next(s, w)); n++, walk_step(w)) {
		to = child_entry(child, w, to, to_va);
		if (!to)
			break;
		to_va = w->va;
		pte = (*entry & (PTE_FRAME | PTE_NX)) | PTE_P | PTE_U | PTE_A;
		if (*entry & PTE_W)
			run_add(&run, entry, pte);
		*to = pte;
		pages[arch->pte_pfn(pte)].count++;
	}
	run_end(&run);
	irq_restore(off);
	lazy_end();
	child->nr_pages += n;
	if (n < CHUNK && entry)
		return -ENOMEM;
	return n == CHUNK;
}

int space_fork(struct space *child, struct space *s)
{
	struct area *a;
	int ret = areas_copy(child, s);

	if (ret)
		return ret;
	list_for(a, &s->areas, node) {
		struct walk w = { .va = a->start, .end = a->end };

		do
			ret = share_some(child, s, &w);
		while (ret > 0);
		if (ret)
			break;
	}
	/* Even after a failure: some entries are read-only now. */
	lazy_begin();
	arch->pt_flush();
	lazy_end();
	return ret;
}
