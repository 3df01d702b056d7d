/* SPDX-License-Identifier: MIT */
/*
 * space.h - between the parts that read and change page tables.
 *
 * Lazy mode: from lazy_begin() to lazy_end() the changes of live tables gather
 * in the back end, which makes them at once if it can.  A changed entry reads
 * as before meanwhile, so no entry is touched twice.  Nobody else runs, as
 * there is one batch.  Tables that are not live are plain memory.
 */
#ifndef PVGUEST_SPACE_H
#define PVGUEST_SPACE_H

#include <mm.h>
#include <thread.h>

#define CHUNK		128	/* changes without preemption */
#define TABLE_SPAN	(512 * PAGE_SIZE)	/* of a table of level 1 */

extern unsigned int lazy_depth;		/* without preemption */

static inline void lazy_begin(void)
{
	preempt_disable();
	lazy_depth++;
}

/*
 * Whatever comes next relies on it, a look at the tables or a frame's reuse;
 * or something around it has begun before, and ends it.
 */
static inline void lazy_end(void)
{
	if (!--lazy_depth)
		arch->pt_commit();
	preempt_enable();
}

/* Only user mode relies on it: it is soon enough on the way there. */
static inline void lazy_end_user(void)
{
	if (!--lazy_depth)
		arch->pt_defer();
	preempt_enable();
}

static inline u64 *table_of(u64 entry)
{
	return pfn_virt(arch->pte_pfn(entry));
}

/*
 * The first present entry of TABLE from number I on, or 512.  Tables are mostly
 * empty: eight entries at a time cost as much as two.
 */
static inline unsigned int next_entry(const u64 *table, unsigned int i)
{
	const u64 *e;

	for (; i < 512; i++) {
		e = &table[i];
		if (!(i % 8 || e[0] | e[1] | e[2] | e[3] | e[4] | e[5] |
		      e[6] | e[7]))
			i += 7;
		else if (*e & PTE_P)
			break;
	}
	return i;
}

#define table_for(i, table) \
	for ((i) = next_entry(table, 0); (i) < 512; \
	     (i) = next_entry(table, (i) + 1))

static inline void set_entry(struct space *s, u64 *entry, u64 pte)
{
	if (s->live)
		arch->pt_write(entry, pte);
	else
		*entry = pte;
}

/* What a look for an entry of level 1 tells beside it. */
struct found {
	unsigned int missing;	/* no entry: the level of the first table */
	bool shared;		/* not to be changed: pt_own() first */
};

/* The entry for VA to read, or NULL if a table is missing. */
u64 *pt_find(struct space *s, u64 va, struct found *found);
/*
 * The entry of LEVEL for VA, 1 or 2, with new tables where some are missing;
 * that of level 1 may be changed.  NULL: no memory.
 */
u64 *pt_find_make(struct space *s, u64 va, unsigned int level);
/*
 * The table for VA was shared by a fork (fork.c): from now on S has one of its
 * own, another perhaps.  0 or -ENOMEM.
 */
int pt_own(struct space *s, u64 va);
/* In lazy mode: the entry for VA becomes PTE; 0 or -ENOMEM. */
int pt_map(struct space *s, u64 va, u64 pte);
/* Flags of an entry of user mode's. */
u64 prot_flags(unsigned int prot);

static inline u64 *pt_lookup(struct space *s, u64 va)
{
	struct found found;

	return pt_find(s, va, &found);
}

/* From VA to END - 1; ENTRY is that of VA, or NULL: to be found. */
struct walk {
	u64 va, end;
	u64 *entry;
	bool change;		/* own the tables on the way */
	int error;		/* then it stops */
};

static inline void walk_step(struct walk *w)
{
	w->va += PAGE_SIZE;
	w->entry = w->va % TABLE_SPAN ? w->entry + 1 : NULL;
}

/* The next present entry, which is for w->va then, or NULL. */
u64 *walk_next(struct space *s, struct walk *w);

/* New entries that lie in a row: the back end gets them in one piece. */
struct run {
	struct space *s;
	u64 *first;
	unsigned int n;
	u64 pte[CHUNK];
};

static inline void run_begin(struct run *r, struct space *s)
{
	r->s = s;
	r->first = NULL;
	r->n = 0;
}

static inline void run_end(struct run *r)
{
	if (r->n && r->s->live)
		arch->pt_write_run(r->first, r->pte, r->n);
	else if (r->n)
		memcpy(r->first, r->pte, r->n * sizeof(u64));
	r->n = 0;
}

/* CHUNK of them at most before the end.  Not across the end of a table. */
static inline void run_add(struct run *r, u64 *entry, u64 pte)
{
	if (entry != r->first + r->n || !((u64)entry % PAGE_SIZE)) {
		run_end(r);
		r->first = entry;
	}
	r->pte[r->n++] = pte;
}

/* Pages that were mapped before, N of them, FIRST being one: forget them. */
static inline void forget(u64 first, unsigned int n)
{
	if (n == 1)
		arch->pt_invlpg(first);
	else if (n)
		arch->pt_flush();
}

#endif
