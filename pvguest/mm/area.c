/* SPDX-License-Identifier: MIT */
/*
 * area.c - what a process may use of its addresses: areas, sorted, apart.
 *
 * A page of an area that may be written is mapped read-only while another
 * process has it, too (fork.c).  An area list is changed by its process alone.
 */
#include "space.h"

#define AREAS_MAX	256	/* of a process */

struct area *area_find(struct space *s, u64 va)
{
	struct area *a;

	list_for(a, &s->areas, node)
		if (va >= a->start && va < a->end)
			return a;
	return NULL;
}

/* Another one, like *LIKE, before NEXT. */
static int area_insert(struct space *s, struct list *next,
		       const struct area *like)
{
	struct area *a;

	if (s->nr_areas == AREAS_MAX)
		return -ENOMEM;
	a = kmalloc(sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = *like;
	list_add(next, &a->node);
	s->nr_areas++;
	return 0;
}

static void area_drop(struct space *s, struct area *a)
{
	list_del(&a->node);
	s->nr_areas--;
	kfree(a);
}

int area_add(struct space *s, u64 start, u64 end, unsigned int prot)
{
	struct area a = { .start = start, .end = end, .prot = prot }, *next;

	list_for(next, &s->areas, node) {
		if (next->start >= end)
			break;
		if (next->end > start)
			return -EEXIST;
	}
	return area_insert(s, &next->node, &a);
}

int areas_copy(struct space *to, struct space *from)
{
	struct area *a;
	int ret = 0;

	list_for(a, &from->areas, node) {
		ret = area_insert(to, &to->areas, a);
		if (ret)
			break;
	}
	return ret;
}

u64 area_gap(struct space *s, u64 size)
{
	u64 at = USER_MMAP;
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
	struct area *a = area_find(s, at), rest;
	int ret;

	if (!a || a->start == at)
		return 0;
	rest = *a;
	rest.start = at;
	ret = area_insert(s, a->node.next, &rest);
	if (!ret)
		a->end = at;
	return ret;
}

/*
 * Some pages; moves on.  A frame may be used anew only when nothing maps it
 * any more: they are freed after the commit.
 */
static bool unmap_some(struct space *s, struct walk *w)
{
	struct run run;
	void *freed[CHUNK];
	unsigned int n = 0, i;
	u64 first = 0, *entry;

	run_begin(&run, s);
	lazy_begin();
	while (n < CHUNK && (entry = walk_next(s, w))) {
		first = w->va;
		freed[n++] = table_of(*entry);
		run_add(&run, entry, 0);
		walk_step(w);
	}
	run_end(&run);
	forget(first, n);
	lazy_end();
	for (i = 0; i < n; i++)
		page_put(freed[i]);
	s->nr_pages -= n;
	return n;
}

int area_remove(struct space *s, u64 start, u64 end)
{
	struct area *a;
	struct list *next;

	if (area_cut(s, start) || area_cut(s, end))
		return -ENOMEM;
	for (next = s->areas.next; next != &s->areas;) {
		struct walk w = { .change = true };

		a = container_of(next, struct area, node);
		next = next->next;
		if (a->start < start || a->end > end)
			continue;
		w.va = a->start;
		w.end = a->end;
		while (unmap_some(s, &w))
			;
		if (w.error)
			return w.error;
		area_drop(s, a);
	}
	return 0;
}

static bool reprotect_some(struct space *s, struct walk *w, unsigned int prot)
{
	u64 flags = prot_flags(prot), first = 0, *entry, new;
	struct run run;
	unsigned int n;

	run_begin(&run, s);
	lazy_begin();
	for (n = 0; n < CHUNK && (entry = walk_next(s, w)); n++) {
		first = w->va;
		new = (*entry & PTE_FRAME) | flags;
		if (page_shared(table_of(new)))
			new &= ~(PTE_W | PTE_D);
		run_add(&run, entry, new);
		walk_step(w);
	}
	run_end(&run);
	forget(first, n);
	lazy_end();
	return n;
}

int area_protect(struct space *s, u64 start, u64 end, unsigned int prot)
{
	struct area *a;

	if (area_cut(s, start) || area_cut(s, end))
		return -ENOMEM;
	list_for(a, &s->areas, node) {
		struct walk w = {
			.va = a->start, .end = a->end, .change = true };

		if (a->start < start || a->end > end)
			continue;
		a->prot = prot;
		while (reprotect_some(s, &w, prot))
			;
		if (w.error)
			return w.error;
	}
	return 0;
}
