/* SPDX-License-Identifier: MIT */
/*
 * page.c - pages in blocks of powers of two ("buddies").
 *
 * A block of 2^n pages begins at a multiple of 2^n; freed, it joins with the
 * block beside it if that is free, too.  Interrupts are off while the lists
 * change, for a few steps at a time.
 */
#include <mm.h>

#define ORDERS	11

struct page *pages;
static u64 nr_pages;
static u32 free_list[ORDERS];	/* page numbers, 0: empty */
static u64 nr_free, nr_ours;

static void list_push(u32 pfn, unsigned int order, bool zero)
{
	struct page *p = &pages[pfn];

	p->use = PAGE_FREE;
	p->zero = zero;
	p->order = order;
	p->prev = 0;
	p->next = free_list[order];
	if (p->next)
		pages[p->next].prev = pfn;
	free_list[order] = pfn;
}

static void list_take(u32 pfn)
{
	struct page *p = &pages[pfn];

	if (p->next)
		pages[p->next].prev = p->prev;
	if (p->prev)
		pages[p->prev].next = p->next;
	else
		free_list[p->order] = p->next;
	p->use = PAGE_USED;
}

/* zero: nobody has written to it since it came. */
static void block_free(u32 pfn, unsigned int order, bool zero)
{
	u32 buddy;

	nr_free += 1ULL << order;
	for (; order + 1 < ORDERS; order++) {
		buddy = pfn ^ (1U << order);
		if (buddy >= nr_pages || pages[buddy].use != PAGE_FREE ||
		    pages[buddy].order != order)
			break;
		list_take(buddy);
		pages[buddy].order = 0;
		zero &= pages[buddy].zero;
		pfn &= ~(1U << order);
	}
	list_push(pfn, order, zero);
}

void *page_alloc(unsigned int order)
{
	bool off = irq_save();
	unsigned int o;
	u32 pfn;

	for (o = order; o < ORDERS && !free_list[o]; o++)
		;
	if (order >= ORDERS || o == ORDERS) {
		irq_restore(off);
		return NULL;
	}
	pfn = free_list[o];
	list_take(pfn);
	while (o-- > order)
		list_push(pfn + (1U << o), o, pages[pfn].zero);
	pages[pfn].order = order;
	pages[pfn].count = 1;
	nr_free -= 1ULL << order;
	irq_restore(off);
	return pfn_virt(pfn);
}

void *page_zalloc(void)
{
	void *p = page_alloc(0);

	if (p && !pages[virt_pfn(p)].zero)
		memset(p, 0, PAGE_SIZE);
	return p;
}

bool page_zeros_true(void)
{
	bool off = irq_save(), good = true;
	const u64 *word, *end;
	unsigned int o;
	u32 pfn;

	for (o = 0; o < ORDERS; o++) {
		for (pfn = free_list[o]; pfn; pfn = pages[pfn].next) {
			word = pfn_virt(pfn);
			end = word + (PAGE_SIZE << o) / sizeof(*word);
			while (pages[pfn].zero && word < end)
				good &= !*word++;
		}
	}
	irq_restore(off);
	return good;
}

void page_free(void *p)
{
	u64 pfn = virt_pfn(p);
	bool off = irq_save();

	if (pages[pfn].use != PAGE_USED)
		panic("page 0x%lx is freed and was not in use", pfn);
	block_free(pfn, pages[pfn].order, false);
	irq_restore(off);
}

void page_get(void *p)
{
	bool off = irq_save();

	pages[virt_pfn(p)].count++;
	irq_restore(off);
}

void page_put(void *p)
{
	bool off = irq_save();

	if (!--pages[virt_pfn(p)].count)
		page_free(p);
	irq_restore(off);
}

u64 pages_total(void)
{
	return nr_ours;
}

void pages_adjust(s64 n)
{
	nr_ours += n;
}

u64 pages_free(void)
{
	return nr_free;
}

/* In blocks as big as they can be. */
static void range_free(u64 pfn, u64 end, bool zero)
{
	unsigned int order;

	for (; pfn < end; pfn += 1ULL << order) {
		for (order = 0; order + 1 < ORDERS; order++)
			if (pfn & 1ULL << order || pfn + (2ULL << order) > end)
				break;
		block_free(pfn, order, zero);
	}
}

/* The table of pages takes the beginning of the biggest range. */
void page_init(const struct boot_info *boot)
{
	const struct range *r, *big = boot->free;
	u64 size;

	for (r = boot->free; r < boot->free + ARRAY_SIZE(boot->free); r++)
		if (r->end - r->start > big->end - big->start)
			big = r;
	nr_pages = boot->nr_pages;
	size = (nr_pages * sizeof(*pages) + PAGE_SIZE - 1) / PAGE_SIZE;
	if (big->end - big->start <= size)
		panic("too little memory for the table of pages");
	pages = pfn_virt(big->start);
	memset(pages, 0, size * PAGE_SIZE);
	for (r = boot->free; r < boot->free + ARRAY_SIZE(boot->free); r++)
		range_free(r == big ? r->start + size : r->start, r->end,
			   boot->zeroed);
	nr_ours = nr_free;
}
