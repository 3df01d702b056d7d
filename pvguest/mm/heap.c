/* SPDX-License-Identifier: MIT */
/*
 * heap.c - objects of any size: small ones share pages, by classes of size.
 *
 * A page of a class is in the class's list while it has a free object.  What
 * is bigger than half a page gets a block of its own.  Interrupts are off
 * while a page changes.
 */
#include <mm.h>

#define CLASS_MIN	32
#define CLASSES		7		/* 32 to 2048 */

static u32 partial[CLASSES];		/* page numbers, 0: none */
static u64 nr_heap_pages, nr_objects;

static void unlink(u32 pfn, unsigned int class)
{
	struct page *p = &pages[pfn];

	if (p->next)
		pages[p->next].prev = p->prev;
	if (p->prev)
		pages[p->prev].next = p->next;
	else
		partial[class] = p->next;
}

static void link(u32 pfn, unsigned int class)
{
	struct page *p = &pages[pfn];

	p->prev = 0;
	p->next = partial[class];
	if (p->next)
		pages[p->next].prev = pfn;
	partial[class] = pfn;
}

static bool page_add(unsigned int class)
{
	size_t size = CLASS_MIN << class, at;
	char *page = page_alloc(0);
	struct page *p;

	if (!page)
		return false;
	p = &pages[virt_pfn(page)];
	p->use = PAGE_HEAP;
	p->order = class;
	p->count = 0;
	p->objects = NULL;
	for (at = 0; at < PAGE_SIZE; at += size) {
		*(void **)(page + at) = p->objects;
		p->objects = page + at;
	}
	link(virt_pfn(page), class);
	nr_heap_pages++;
	return true;
}

static void *small_alloc(unsigned int class)
{
	struct page *p;
	void *object;

	if (!partial[class] && !page_add(class))
		return NULL;
	p = &pages[partial[class]];
	object = p->objects;
	p->objects = *(void **)object;
	p->count++;
	nr_objects++;
	if (!p->objects)
		unlink(p - pages, class);
	return object;
}

static void small_free(struct page *p, void *object)
{
	u32 pfn = p - pages;

	if (!p->objects)
		link(pfn, p->order);
	*(void **)object = p->objects;
	p->objects = object;
	nr_objects--;
	if (--p->count)
		return;
	unlink(pfn, p->order);
	nr_heap_pages--;
	p->use = PAGE_USED;
	p->order = 0;
	page_free(pfn_virt(pfn));
}

void *kmalloc(size_t size)
{
	unsigned int n = 0;
	void *object;
	bool off;

	if (size > PAGE_SIZE / 2) {
		while ((size_t)PAGE_SIZE << n < size)
			n++;
		return page_alloc(n);
	}
	while ((size_t)CLASS_MIN << n < size)
		n++;
	off = irq_save();
	object = small_alloc(n);
	irq_restore(off);
	return object;
}

void *kzalloc(size_t size)
{
	void *p = kmalloc(size);

	if (p)
		memset(p, 0, size);
	return p;
}

void kfree(void *object)
{
	struct page *p;
	bool off;

	if (!object)
		return;
	p = &pages[virt_pfn(object)];
	if (p->use != PAGE_HEAP) {
		page_free(object);
		return;
	}
	off = irq_save();
	small_free(p, object);
	irq_restore(off);
}

u64 heap_pages(void)
{
	return nr_heap_pages;
}

u64 heap_objects(void)
{
	return nr_objects;
}
