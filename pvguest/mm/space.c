/* SPDX-License-Identifier: MIT */
/*
 * space.c - page tables.
 *
 * A table that the CPU does not use yet is plain memory: it is written
 * directly, and costs nothing more than its approval as a whole.  Entries of a
 * live table go through the back end, which gathers them.  A changed entry
 * reads as before until the commit: so a table that is added to a live one is
 * committed at once, and no function touches an entry twice before it commits.
 * No preemption from the first change to the commit: the back end has one
 * batch.
 */
#include <mm.h>
#include <thread.h>

#define USER_SLOTS	256	/* of a top table */
#define CHUNK		64	/* changes without preemption */

struct space kernel_space = { .live = true };

int space_init(struct space *s)
{
	void *root = page_zalloc();

	if (!root)
		return -ENOMEM;
	s->root = virt_pfn(root);
	s->live = false;
	s->nr_pages = 0;
	list_init(&s->areas);
	return 0;
}

static u64 *table_of(u64 entry)
{
	return pfn_virt(arch->pte_pfn(entry));
}

/* The entry for VA, or NULL if a table is missing: of level *MISSING. */
static u64 *find(struct space *s, u64 va, unsigned int *missing)
{
	u64 *table = pfn_virt(s->root);
	unsigned int level;
	u64 entry;

	for (level = 4; level > 1; level--) {
		entry = table[pt_index(va, level)];
		if (!(entry & PTE_P)) {
			*missing = level - 1;
			return NULL;
		}
		table = table_of(entry);
	}
	return &table[pt_index(va, 1)];
}

static u64 *lookup(struct space *s, u64 va)
{
	unsigned int missing;

	return find(s, va, &missing);
}

/*
 * The next present entry at *VA or behind it and before END, or NULL.  A
 * missing table is one step, so that the length, which the process chooses,
 * costs no more than the tables that it has.
 */
static u64 *next_present(struct space *s, u64 *va, u64 end)
{
	unsigned int missing;
	u64 *entry;

	while (*va < end) {
		entry = find(s, *va, &missing);
		if (entry && (*entry & PTE_P))
			return entry;
		if (entry)
			*va += PAGE_SIZE;
		else
			*va = (*va | (((u64)PAGE_SIZE << 9 * missing) - 1)) + 1;
	}
	return NULL;
}

static void set_entry(struct space *s, u64 *entry, u64 pte)
{
	if (s->live)
		arch->pt_write(entry, pte);
	else
		*entry = pte;
}

/* The missing tables from LEVEL down to 1, one in the other, in NEW. */
static bool chain_make(u64 va, unsigned int level, u64 **new)
{
	unsigned int l;

	for (l = level; l >= 1; l--) {
		new[l] = page_zalloc();
		if (!new[l]) {
			while (++l <= level)
				page_free(new[l]);
			return false;
		}
	}
	for (l = level; l > 1; l--)
		new[l][pt_index(va, l)] =
			arch->pte_make(virt_pfn(new[l - 1]), PTE_TABLE);
	return true;
}

/* The entry for VA, with new tables where some are missing, or NULL. */
static u64 *lookup_make(struct space *s, u64 va)
{
	u64 *table = pfn_virt(s->root), *entry, *new[4];
	unsigned int level, l;

	for (level = 4; level > 1; level--) {
		entry = &table[pt_index(va, level)];
		if (!(*entry & PTE_P))
			break;
		table = table_of(*entry);
	}
	if (level == 1)
		return &table[pt_index(va, 1)];
	level--;
	if (!chain_make(va, level, new))
		return NULL;
	for (l = 1; s->live && l <= level; l++)
		arch->pt_table(virt_pfn(new[l]), true);
	set_entry(s, entry, arch->pte_make(virt_pfn(new[level]), PTE_TABLE));
	if (s->live)
		arch->pt_commit();
	return &new[1][pt_index(va, 1)];
}

int space_map(struct space *s, u64 va, u64 pfn, u64 flags)
{
	u64 *entry;

	preempt_disable();
	entry = lookup_make(s, va);
	if (entry) {
		set_entry(s, entry, arch->pte_make(pfn, flags));
		if (s->live)
			arch->pt_commit();
		s->nr_pages++;
	}
	preempt_enable();
	return entry ? 0 : -ENOMEM;
}

/*
 * Some pages at *START or behind it; moves on.  A frame may be used anew only
 * when nothing maps it any more: they are freed after the commit.
 */
static bool unmap_some(struct space *s, u64 *start, u64 end)
{
	void *freed[CHUNK];
	unsigned int n = 0, i;
	u64 *entry;

	preempt_disable();
	while (n < CHUNK && (entry = next_present(s, start, end))) {
		freed[n++] = table_of(*entry);
		set_entry(s, entry, 0);
		arch->pt_invlpg(*start);
		*start += PAGE_SIZE;
	}
	arch->pt_commit();
	for (i = 0; i < n; i++)
		page_put(freed[i]);
	s->nr_pages -= n;
	preempt_enable();
	return n;
}

static u64 prot_flags(unsigned int prot)
{
	u64 flags = PTE_P | PTE_U | PTE_A;

	if (prot & PROT_WRITE)
		flags |= PTE_W | PTE_D;
	if (!(prot & PROT_EXEC))
		flags |= PTE_NX;
	return flags;
}

bool space_mapped(struct space *s, u64 va)
{
	u64 *entry = lookup(s, va);

	return entry && (*entry & PTE_P);
}

int space_map_user(struct space *s, u64 va, void *page, unsigned int prot)
{
	int ret = space_map(s, va, virt_pfn(page), prot_flags(prot));

	if (ret)
		page_put(page);
	return ret;
}

static bool reprotect_some(struct space *s, u64 *start, u64 end,
			   unsigned int prot)
{
	unsigned int n;
	u64 *entry;

	preempt_disable();
	for (n = 0; n < CHUNK; n++) {
		entry = next_present(s, start, end);
		if (!entry)
			break;
		set_entry(s, entry, (*entry & PTE_FRAME) | prot_flags(prot));
		arch->pt_invlpg(*start);
		*start += PAGE_SIZE;
	}
	arch->pt_commit();
	preempt_enable();
	return n;
}

/* Call FN for each table of user mode below this one, then for itself. */
static void tables_each(u64 pfn, unsigned int level,
			void (*fn)(u64 pfn, unsigned int level))
{
	u64 *table = pfn_virt(pfn);
	unsigned int i;

	for (i = 0; level > 1 && i < (level == 4 ? USER_SLOTS : 512); i++)
		if (table[i] & PTE_P)
			tables_each(arch->pte_pfn(table[i]), level - 1, fn);
	fn(pfn, level);
}

static void table_on(u64 pfn, unsigned int level)
{
	(void)level;
	arch->pt_table(pfn, true);
}

static void table_off(u64 pfn, unsigned int level)
{
	(void)level;
	arch->pt_table(pfn, false);
}

static void table_free(u64 pfn, unsigned int level)
{
	u64 *table = pfn_virt(pfn);
	unsigned int i;

	for (i = 0; level == 1 && i < 512; i++)
		if (table[i] & PTE_P)
			page_put(table_of(table[i]));
	page_free(table);
}

void space_start(struct space *s)
{
	preempt_disable();
	tables_each(s->root, 4, table_on);
	arch->pt_root(s->root, true);
	arch->pt_commit();
	s->live = true;
	preempt_enable();
}

void space_destroy(struct space *s)
{
	struct area *a;

	preempt_disable();
	if (s->live) {
		arch->pt_root(s->root, false);
		arch->pt_commit();
		tables_each(s->root, 4, table_off);
		arch->pt_commit();
	}
	tables_each(s->root, 4, table_free);
	preempt_enable();
	while (!list_empty(&s->areas)) {
		a = list_first(&s->areas, struct area, node);
		list_del(&a->node);
		kfree(a);
	}
}

struct area *area_find(struct space *s, u64 va)
{
	struct area *a;

	list_for(a, &s->areas, node)
		if (va >= a->start && va < a->end)
			return a;
	return NULL;
}

int area_add(struct space *s, u64 start, u64 end, unsigned int prot)
{
	struct area *next, *a;

	list_for(next, &s->areas, node) {
		if (next->start >= end)
			break;
		if (next->end > start)
			return -EEXIST;
	}
	a = kmalloc(sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->start = start;
	a->end = end;
	a->prot = prot;
	list_add(&next->node, &a->node);
	return 0;
}

u64 area_gap(struct space *s, u64 size)
{
	u64 at = 0x100000000;
	struct area *a;

	list_for(a, &s->areas, node) {
		if (a->end <= at)
			continue;
		if (a->start >= at && a->start - at >= size)
			break;
		at = a->end;
	}
	return at < USER_END && USER_END - at >= size ? at : 0;
}

/* Let no area reach across AT. */
static int area_cut(struct space *s, u64 at)
{
	struct area *a = area_find(s, at), *rest;

	if (!a || a->start == at)
		return 0;
	rest = kmalloc(sizeof(*rest));
	if (!rest)
		return -ENOMEM;
	*rest = *a;
	rest->start = at;
	a->end = at;
	list_add(a->node.next, &rest->node);
	return 0;
}

int area_remove(struct space *s, u64 start, u64 end)
{
	struct area *a;
	struct list *next;
	u64 at;

	if (area_cut(s, start) || area_cut(s, end))
		return -ENOMEM;
	for (next = s->areas.next; next != &s->areas;) {
		a = container_of(next, struct area, node);
		next = next->next;
		if (a->start < start || a->end > end)
			continue;
		for (at = a->start; unmap_some(s, &at, a->end);)
			;
		list_del(&a->node);
		kfree(a);
	}
	return 0;
}

int area_protect(struct space *s, u64 start, u64 end, unsigned int prot)
{
	struct area *a;
	u64 at;

	if (area_cut(s, start) || area_cut(s, end))
		return -ENOMEM;
	list_for(a, &s->areas, node) {
		if (a->start < start || a->end > end)
			continue;
		a->prot = prot;
		for (at = a->start; reprotect_some(s, &at, a->end, prot);)
			;
	}
	return 0;
}

int space_fault(struct space *s, u64 va, unsigned int access)
{
	struct area *a = area_find(s, va);
	u64 *entry;
	void *page;

	if (!a || (a->prot & access) != access)
		return -EFAULT;
	entry = lookup(s, va);
	if (entry && (*entry & PTE_P))
		return 0;
	page = page_zalloc();
	if (!page)
		return -ENOMEM;
	return space_map_user(s, va & -PAGE_SIZE, page, a->prot);
}

/* Where the kernel finds the page of VA, allowed for ACCESS; or NULL. */
static char *user_page(struct space *s, u64 va, unsigned int access)
{
	u64 need = PTE_P | PTE_U | (access & PROT_WRITE ? PTE_W : 0);
	u64 *entry;

	if (va >= USER_END)
		return NULL;
	entry = lookup(s, va);
	if (!entry || (*entry & need) != need) {
		if (space_fault(s, va, access))
			return NULL;
		entry = lookup(s, va);
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
