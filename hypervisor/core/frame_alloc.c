/* SPDX-License-Identifier: MIT */
/*
 * frame_alloc.c - which frames are free: blocks of 2^n frames, buddies merged.
 *
 * A free block is described by its first frame's entry alone, so that giving
 * gigabytes at start-up touches a handful of entries.  Frames keep, in their
 * use words, the TLB time at which they were freed; no frame is handed out
 * while a CPU may still hold a translation from before.  The free lists are
 * under one lock, held for a bounded time: one step per order.
 */
#include <domain.h>
#include <frame.h>
#include <lib.h>
#include <lock.h>
#include <tlb.h>

#include "frame_alloc.h"

u64 frame_table_nr;
u64 *m2p_table;
u64 frames_kept, frames_first;

static spinlock_t frames_lock = SPINLOCK(RANK_FRAMES);
static u32 heads[FRAME_MAX_ORDER + 1];
static u32 orders;		/* bit n: heads[n] is not empty */
static u64 nr_free;

void frame_table_init(u64 nr, u64 *m2p)
{
	frame_table_nr = nr;
	m2p_table = m2p;
	/* All ones: nothing of what was in memory before is shown to guests. */
	memset(m2p, 0xff, nr * sizeof(*m2p));
}

u64 frames_free(void)
{
	return READ_ONCE(nr_free);
}

static void block_link(u64 n, unsigned int order)
{
	struct frame *f = &frame_table[n];

	f->free = true;
	f->order = order;
	f->prev = 0;
	f->next = heads[order];
	if (f->next)
		frame_table[f->next].prev = n;
	heads[order] = n;
	orders |= 1u << order;
}

static void block_unlink(u64 n)
{
	struct frame *f = &frame_table[n];

	f->free = false;
	if (f->next)
		frame_table[f->next].prev = f->prev;
	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		heads[f->order] = f->next;
	if (!heads[f->order])
		orders &= ~(1u << f->order);
}

static void block_free_locked(u64 n, unsigned int order)
{
	u64 buddy;

	nr_free += 1UL << order;
	for (; order < FRAME_MAX_ORDER; order++) {
		buddy = n ^ 1UL << order;
		if (buddy >= frame_table_nr || !frame_table[buddy].free ||
		    frame_table[buddy].order != order)
			break;
		block_unlink(buddy);
		n &= ~(1UL << order);
	}
	block_link(n, order);
}

static u64 block_alloc_locked(unsigned int order)
{
	u32 fit = orders & ~0u << order;
	unsigned int have;
	u64 n;

	if (!fit)
		return 0;
	have = __builtin_ctz(fit);
	n = heads[have];
	block_unlink(n);
	while (have > order) {
		have--;
		block_link(n + (1UL << have), have);
	}
	nr_free -= 1UL << order;
	return n;
}

void frame_free_range(mfn_t start, u64 n)
{
	u64 at = start.n, end = MIN(start.n + n, frame_table_nr);
	unsigned int order;

	spin_lock(&frames_lock);
	at += !at;
	while (at < end) {
		order = MIN(__builtin_ctzl(at), FRAME_MAX_ORDER);
		while (at + (1UL << order) > end)
			order--;
		block_free_locked(at, order);
		at += 1UL << order;
	}
	spin_unlock(&frames_lock);
}

struct frame *frames_take(unsigned int order)
{
	struct frame *f;
	u64 n, i, stamp = 0;

	if (order > FRAME_MAX_ORDER)
		return NULL;
	spin_lock(&frames_lock);
	n = block_alloc_locked(order);
	spin_unlock(&frames_lock);
	if (!n)
		return NULL;

	f = &frame_table[n];
	for (i = 0; i < 1UL << order; i++) {
		stamp = MAX(stamp, use_low(f[i].use));
		f[i].use = 0;
	}
	/*
	 * Whoever had the frames may still reach them through a TLB.  Frames
	 * that were never used have stamp 0, which every CPU is past.
	 */
	tlb_flush_since(stamp);
	for (i = 0; i < 1UL << order; i++)
		page_clear(frame_virt(&f[i]));
	return f;
}

void frames_give(struct frame *f, unsigned int order)
{
	spin_lock(&frames_lock);
	block_free_locked(frame_mfn(f).n, order);
	spin_unlock(&frames_lock);
}

void *page_alloc(unsigned int order)
{
	struct frame *f = frames_take(order);
	u64 i;

	if (!f)
		return NULL;
	for (i = 0; i < 1UL << order; i++)
		f[i].refs = 1;
	return frame_virt(f);
}

void page_free(void *p, unsigned int order)
{
	struct frame *f = frame_of(virt_mfn(p));
	u64 i;

	if (!p)
		return;
	for (i = 0; i < 1UL << order; i++) {
		ASSERT(f[i].refs == 1 && !f[i].owner);
		f[i].refs = 0;
	}
	frames_give(f, order);
}
