/* SPDX-License-Identifier: MIT */
/*
 * frame.c - who owns a frame, and who still refers to it.
 *
 * A frame's owner changes only while it has no reference: whoever has one need
 * not look at the owner again.  References are counted by cmpxchg, without a
 * lock; the list of a domain's frames is under its pages_lock.
 */
#include <domain.h>
#include <frame.h>
#include <lib.h>
#include <tlb.h>

#include "frame_alloc.h"

#define REFS_MAX	(FRAME_REF_OWNER - 2)

int frame_get(struct frame *f, const struct domain *d)
{
	u32 refs = READ_ONCE(f->refs);

	do {
		if (unlikely(!refs || READ_ONCE(f->owner) != d))
			return -EPERM;
		if (unlikely((refs & ~FRAME_REF_OWNER) >= REFS_MAX))
			return -EBUSY;
	} while (!cmpxchg(&f->refs, &refs, refs + 1));
	/*
	 * The frame may have been freed, and allocated by somebody else, after
	 * we saw the owner.  From here on it can't.
	 */
	if (unlikely(f->owner != d)) {
		frame_put(f);
		return -EPERM;
	}
	return 0;
}

/* As long as there are frames of a domain, they hold a reference to it. */
static void page_list_add_locked(struct domain *d, struct frame *f)
{
	u32 n = frame_mfn(f).n;

	if (!d->nr_pages)
		domain_hold(d);

	f->prev = 0;
	f->next = d->pages.first;
	if (f->next)
		frame_table[f->next].prev = n;
	d->pages.first = n;
	d->nr_pages++;
}

static void page_list_del(struct domain *d, struct frame *f)
{
	bool last;

	spin_lock(&d->pages_lock);
	if (f->next)
		frame_table[f->next].prev = f->prev;
	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		d->pages.first = f->next;
	last = !--d->nr_pages;
	spin_unlock(&d->pages_lock);
	if (last)
		domain_put(d);
}

static noinline void frame_last_put(struct frame *f)
{
	struct domain *owner = f->owner;

	ASSERT(use_state(f->use) == USE_IDLE);
	if (owner && !(f->flags & FRAME_HV))
		page_list_del(owner, f);
	f->owner = NULL;
	f->flags = 0;
	f->use = use_word(USE_NONE, USE_IDLE, tlb_stamp());
	m2p_set(frame_mfn(f), M2P_INVALID);
	frames_give(f, 0);
}

void frame_put(struct frame *f)
{
	u32 refs = __atomic_sub_fetch(&f->refs, 1, __ATOMIC_SEQ_CST);

	ASSERT((refs & ~FRAME_REF_OWNER) != ~FRAME_REF_OWNER);
	if (unlikely(!refs))
		frame_last_put(f);
}

int frame_release(struct frame *f)
{
	u32 refs = READ_ONCE(f->refs);

	do {
		if (!(refs & FRAME_REF_OWNER))
			return fail(-EINVAL);
	} while (!cmpxchg(&f->refs, &refs, (refs & ~FRAME_REF_OWNER) - 1));
	ASSERT((refs & ~FRAME_REF_OWNER) > 1);
	return 0;
}

int frame_withdraw(struct frame *f, struct domain *d)
{
	u32 refs = FRAME_REF_OWNER + 1;

	if (READ_ONCE(f->owner) != d || !cmpxchg(&f->refs, &refs, 0))
		return fail(-EINVAL);
	/* As in frame_get(): it may have gone to somebody else meanwhile. */
	if (f->owner != d) {
		frame_return(f);
		return fail(-EINVAL);
	}
	return 0;
}

void frame_return(struct frame *f)
{
	__atomic_store_n(&f->refs, FRAME_REF_OWNER + 1, __ATOMIC_SEQ_CST);
}

void frame_discard(struct frame *f)
{
	frame_last_put(f);
}

/* True when d may have n more frames, which are then its own. */
static bool page_list_add(struct domain *d, struct frame *f, u64 n, u64 max)
{
	bool ok;
	u64 i;

	spin_lock(&d->pages_lock);
	ok = !d->dying && d->nr_pages + n <= max;
	for (i = 0; ok && i < n; i++) {
		f[i].owner = d;
		page_list_add_locked(d, &f[i]);
		/* From here on others can see that it is there. */
		__atomic_store_n(&f[i].refs, FRAME_REF_OWNER + 1,
				 __ATOMIC_SEQ_CST);
	}
	spin_unlock(&d->pages_lock);
	return ok;
}

static bool frames_enough(const struct domain *d, u64 n)
{
	return d->privileged ||
	       frames_free() >= n + READ_ONCE(frames_first);
}

void *page_alloc_for(const struct domain *d)
{
	return frames_enough(d, frames_kept / 2) ? page_alloc(0) : NULL;
}

static struct frame *alloc_up_to(struct domain *d, unsigned int order, u64 max)
{
	struct frame *f;

	/* A look without the lock saves the work; the answer is the other's. */
	if (READ_ONCE(d->nr_pages) + (1UL << order) > max ||
	    !frames_enough(d, frames_kept + (1UL << order)))
		return NULL;
	f = frames_take(order);
	if (!f)
		return NULL;
	if (!page_list_add(d, f, 1UL << order, max)) {
		frames_give(f, order);
		return NULL;
	}
	return f;
}

struct frame *frame_alloc_order(struct domain *d, unsigned int order)
{
	return alloc_up_to(d, order, READ_ONCE(d->max_pages));
}

struct frame *frame_alloc_instead(struct domain *d, unsigned int order)
{
	return alloc_up_to(d, order, ~0u);
}

struct frame *frame_alloc(struct domain *d)
{
	return frame_alloc_order(d, 0);
}

void frame_share(struct frame *f, struct domain *d, bool writable)
{
	ASSERT(f->refs == 1 && !f->owner && !f->use);
	f->owner = d;
	f->flags = FRAME_HV;
	f->use = use_word(writable ? USE_WRITABLE : USE_SHARED, USE_READY, 1);
	/* The page's own, and the one of its use. */
	__atomic_store_n(&f->refs, 2, __ATOMIC_SEQ_CST);
}

int frame_unshare(struct frame *f)
{
	const u64 busy = use_word(USE_NONE, USE_BUSY, 0);
	u64 was = READ_ONCE(f->use), use = was;
	u32 refs = 2;

	if (use_state(use) != USE_READY || use_low(use) != 1 ||
	    !cmpxchg(&f->use, &use, busy))
		return fail(-EBUSY);
	/*
	 * Nobody uses it now, and who wants to waits for us; but somebody may
	 * have a reference.  Without any, nobody can get one.
	 */
	if (!cmpxchg(&f->refs, &refs, 0)) {
		WRITE_ONCE(f->use, was);
		return fail(-EBUSY);
	}
	f->owner = NULL;
	f->flags = 0;
	f->use = use_word(USE_NONE, USE_IDLE, tlb_stamp());
	f->refs = 1;
	return 0;
}
