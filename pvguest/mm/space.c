/* SPDX-License-Identifier: MIT */
/*
 * space.c - page tables.
 *
 * A table that the CPU does not use yet is plain memory: it is written
 * directly, and costs nothing more than its approval as a whole.  Entries of a
 * live table go through the back end in lazy mode (space.h).  A table that is
 * added to a live one is committed at once, as its entries are used next.
 */
#include "space.h"

#define USER_SLOTS	256	/* of a top table */

struct space kernel_space = { .live = true };
unsigned int lazy_depth;

int space_init(struct space *s)
{
	void *root = page_zalloc();

	if (!root)
		return -ENOMEM;
	s->root = virt_pfn(root);
	s->live = false;
	s->nr_pages = 0;
	s->nr_areas = 0;
	list_init(&s->areas);
	return 0;
}

u64 *pt_find(struct space *s, u64 va, struct found *found)
{
	u64 *table = pfn_virt(s->root);
	unsigned int level;
	u64 entry;

	for (level = 4; level > 1; level--) {
		entry = table[pt_index(va, level)];
		if (!(entry & PTE_P)) {
			found->missing = level - 1;
			return NULL;
		}
		table = table_of(entry);
	}
	found->shared = !(entry & PTE_W);
	return &table[pt_index(va, 1)];
}

/*
 * A missing table is one step, so that the length, which the process chooses,
 * costs no more than the tables that it has.
 */
u64 *walk_next(struct space *s, struct walk *w)
{
	struct found found;

	while (w->va < w->end) {
		if (w->entry) {
			if (*w->entry & PTE_P)
				return w->entry;
			walk_step(w);
			continue;
		}
		w->entry = pt_find(s, w->va, &found);
		if (!w->entry) {
			w->va = (w->va | (((u64)PAGE_SIZE <<
					   9 * found.missing) - 1)) + 1;
		} else if (w->change && found.shared) {
			w->entry = NULL;
			w->error = pt_own(s, w->va);
			if (w->error)
				return NULL;
		}
	}
	return NULL;
}

/* The missing tables from LEVEL down to LAST, one in the other, in NEW. */
static bool chain_make(u64 va, unsigned int level, unsigned int last,
		       u64 **new)
{
	unsigned int l;

	for (l = level; l >= last; l--) {
		new[l] = page_zalloc();
		if (!new[l]) {
			while (++l <= level)
				page_free(new[l]);
			return false;
		}
	}
	for (l = level; l > last; l--)
		new[l][pt_index(va, l)] =
			arch->pte_make(virt_pfn(new[l - 1]), PTE_TABLE);
	return true;
}

u64 *pt_find_make(struct space *s, u64 va, unsigned int last)
{
	u64 *table = pfn_virt(s->root), *entry = NULL, *new[4];
	unsigned int level, l;
	u64 pte;

	for (level = 4; level > last; level--) {
		entry = &table[pt_index(va, level)];
		if (!(*entry & PTE_P))
			break;
		if (level == 2 && !(*entry & PTE_W) && pt_own(s, va))
			return NULL;
		table = table_of(*entry);
	}
	if (level == last)
		return &table[pt_index(va, last)];
	level--;
	if (!chain_make(va, level, last, new))
		return NULL;
	for (l = last; s->live && l <= level; l++)
		arch->pt_table(virt_pfn(new[l]), true);
	pte = arch->pte_make(virt_pfn(new[level]), PTE_TABLE);
	if (!s->live) {
		*entry = pte;
	} else {
		arch->pt_link(entry, pte);
		arch->pt_commit();
	}
	return &new[last][pt_index(va, last)];
}

int pt_map(struct space *s, u64 va, u64 pte)
{
	u64 *entry = pt_find_make(s, va, 1);

	if (!entry)
		return -ENOMEM;
	set_entry(s, entry, pte);
	s->nr_pages++;
	return 0;
}

int space_map_pte(struct space *s, u64 va, u64 pte)
{
	int ret;

	lazy_begin();
	ret = pt_map(s, va, pte);
	lazy_end();
	return ret;
}

int space_map(struct space *s, u64 va, u64 pfn, u64 flags)
{
	return space_map_pte(s, va, arch->pte_make(pfn, flags));
}

bool space_mapped(struct space *s, u64 va)
{
	u64 *entry = pt_lookup(s, va);

	return entry && (*entry & PTE_P);
}

/* Call FN for each table of user mode below this one, then for itself. */
static void tables_each(u64 pfn, unsigned int level,
			void (*fn)(u64 pfn, unsigned int level))
{
	u64 *table = pfn_virt(pfn);
	unsigned int i;

	if (level > 1)
		table_for(i, table)
			if (level < 4 || i < USER_SLOTS)
				tables_each(arch->pte_pfn(table[i]), level - 1,
					    fn);
	fn(pfn, level);
}

/* A table of level 1 that another space has, too, is left as it is. */
static bool is_shared(u64 pfn, unsigned int level)
{
	return level == 1 && page_shared(pfn_virt(pfn));
}

static void table_on(u64 pfn, unsigned int level)
{
	if (!is_shared(pfn, level))
		arch->pt_table(pfn, true);
}

static void table_off(u64 pfn, unsigned int level)
{
	if (!is_shared(pfn, level))
		arch->pt_table(pfn, false);
}

static void table_free(u64 pfn, unsigned int level)
{
	u64 *table = pfn_virt(pfn);
	unsigned int i;

	if (level == 1 && !is_shared(pfn, level))
		table_for(i, table)
			page_put(table_of(table[i]));
	page_put(table);
}

void space_start(struct space *s)
{
	lazy_begin();
	tables_each(s->root, 4, table_on);
	arch->pt_root(s->root, true);
	s->live = true;
	lazy_end();
}

/*
 * The tables are read again when they are given up and when they are freed: a
 * fault's update may still wait, and pages may be reused when they are free.
 */
void space_destroy(struct space *s)
{
	struct area *a;

	lazy_begin();
	arch->pt_commit();
	if (s->live)
		arch->pt_root(s->root, false);
	/* One that never lived may be the last to share what did. */
	tables_each(s->root, 4, table_off);
	arch->pt_commit();
	tables_each(s->root, 4, table_free);
	lazy_end();
	while (!list_empty(&s->areas)) {
		a = list_first(&s->areas, struct area, node);
		list_del(&a->node);
		kfree(a);
	}
}
