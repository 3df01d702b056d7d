/* SPDX-License-Identifier: MIT */
/*
 * fork.c - pages, and tables of them, that processes share until one writes.
 *
 * Such a page is read-only in all of them and counted (struct page).  Who
 * writes to it gets a copy; who is the last one left gets it as it is.
 *
 * A table of level 1 with many pages is shared, too, and counts as one that
 * has them: each space has it by an entry of level 2 that is read-only, so
 * none can write to any of its pages, and the table is not changed.  Before a
 * space changes it, it gets a copy, or the table itself if nobody else is left.
 */
#include "space.h"

#define FEW	32	/* pages of a table: they are shared one by one */

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

static u64 read_only(u64 pte)
{
	return (pte & (PTE_FRAME | PTE_NX)) | PTE_P | PTE_U | PTE_A;
}

/* One more has what is in TABLE. */
static u64 *table_copy(const u64 *table)
{
	u64 *copy = page_zalloc();
	unsigned int i;
	bool off;

	if (!copy)
		return NULL;
	off = irq_save();
	table_for(i, table) {
		copy[i] = read_only(table[i]);
		pages[arch->pte_pfn(table[i])].count++;
	}
	irq_restore(off);
	return copy;
}

/* Nobody else has TABLE any more, but maybe some of its pages. */
static void table_regain(struct space *s, u64 *table)
{
	unsigned int i;

	table_for(i, table)
		if (table[i] & PTE_W && page_shared(table_of(table[i])))
			set_entry(s, &table[i], read_only(table[i]));
}

int pt_own(struct space *s, u64 va)
{
	u64 *entry = pt_find_make(s, va, 2), *table = table_of(*entry), *own;

	lazy_begin();
	own = table;
	if (page_shared(table)) {
		own = table_copy(table);
		if (own && s->live)
			arch->pt_table(virt_pfn(own), true);
	} else {
		table_regain(s, table);
	}
	if (own && s->live)
		arch->pt_link(entry, arch->pte_make(virt_pfn(own), PTE_TABLE));
	else if (own)
		*entry = arch->pte_make(virt_pfn(own), PTE_TABLE);
	/* The CPU may remember the way to the table, too. */
	arch->pt_flush();
	arch->pt_commit();
	/* Before others run: who gives it up last is to know that he is. */
	if (own && own != table)
		page_put(table);
	lazy_end();
	return own ? 0 : -ENOMEM;
}

/* More pages than are worth it one by one, or shared already. */
static bool is_crowded(const u64 *table, u64 entry)
{
	unsigned int i, n = 0;

	table_for(i, table)
		if (++n == FEW)
			break;
	return n == FEW || !(entry & PTE_W);
}

/* Pages that the table has, for which the spaces count them. */
static u64 count_pages(const u64 *table)
{
	unsigned int i;
	u64 n = 0;

	table_for(i, table)
		n++;
	return n;
}

/* FROM and TO: the entries of level 2 for one table. */
static void share_table(struct space *child, u64 *from, u64 *to)
{
	u64 *table = table_of(*from);
	u64 pte = (*from & PTE_FRAME) | (PTE_TABLE & ~(PTE_W | PTE_D));

	if (*from & PTE_W)
		arch->pt_link(from, pte);
	*to = pte;
	page_get(table);
	child->nr_pages += count_pages(table);
}

/* The pages of one table, which is FEW long: to the child's table TO. */
static void share_pages(struct space *child, struct space *s, u64 *table,
			u64 *to)
{
	unsigned int i;
	struct run run;
	bool off;

	run_begin(&run, s);
	off = irq_save();
	table_for(i, table) {
		to[i] = read_only(table[i]);
		if (table[i] & PTE_W)
			run_add(&run, &table[i], to[i]);
		pages[arch->pte_pfn(to[i])].count++;
		child->nr_pages++;
	}
	run_end(&run);
	irq_restore(off);
}

/* What is mapped from VA on in one table; no more is. */
static int share_one(struct space *child, struct space *s, u64 va)
{
	u64 *from = pt_find_make(s, va, 2), *table = table_of(*from), *to;
	bool crowded = is_crowded(table, *from);

	to = pt_find_make(child, va & -(u64)TABLE_SPAN, crowded ? 2 : 1);
	if (!to)
		return -ENOMEM;
	lazy_begin();
	if (crowded)
		share_table(child, from, to);
	else
		share_pages(child, s, table, to);
	lazy_end();
	return 0;
}

/*
 * Table by table: one that lies in several areas is seen once.  All of it,
 * with the child's start, is one batch: no entry is looked at after it was
 * changed.  Without preemption for as long as it takes to look at the tables.
 */
int space_fork(struct space *child, struct space *s)
{
	int ret = areas_copy(child, s);
	u64 next = USER_START;
	struct area *a;

	lazy_begin();
	list_for(a, &s->areas, node) {
		struct walk w = { .va = max(a->start, next), .end = a->end };

		while (!ret && walk_next(s, &w)) {
			ret = share_one(child, s, w.va);
			next = (w.va | (TABLE_SPAN - 1)) + 1;
			w.va = next;
			w.entry = NULL;
		}
	}
	/* Even after a failure: some entries are read-only now. */
	arch->pt_flush();
	if (!ret)
		space_start(child);
	lazy_end();
	return ret;
}
