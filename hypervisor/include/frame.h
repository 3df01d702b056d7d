/* SPDX-License-Identifier: MIT */
/*
 * frame.h - one entry for each frame of memory: who owns it, who refers to it,
 * what it is used as.
 *
 * Two counts keep a frame safe.  References keep its owner: the owner's own
 * allocation is one, each mapping that is not a writable one is one, and a use
 * is one, however often it is counted.  A frame whose references reach zero is
 * free.  Uses keep what the frame is used as: a frame is writable, or a table
 * of one level, or a descriptor page, and can change only while its use is
 * idle (pv/frametype.c).
 *
 * [A] atomic		[R] constant while there is a reference
 * [P] owner's pages_lock; or, while free, the allocator's lock
 */
#pragma once

#include <machine.h>
#include <types.h>

enum frame_type {
	USE_NONE,		/* never used since it was allocated */
	USE_WRITABLE,		/* mapped writable, or written for a guest */
	USE_L1, USE_L2, USE_L3, USE_L4,	/* a page table; USE_L1 + level - 1 */
	USE_DESC,		/* shown to the CPU as a GDT or LDT page */
	USE_SHARED,		/* the hypervisor's: guests may only read it */
};

/*
 * The use word.  One cmpxchg changes all of it, so no lock is needed.
 *
 *   63-60  enum frame_type
 *   59-57  state
 *      56  pinned: one of the counted uses is the guest's pin
 *    47-0  what the state says
 *
 * IDLE: nobody uses it; low bits: TLB time at which the last use ended.
 * READY: approved for its type, and used; low bits: by how many.  A frame can
 * be used by entries of tables only, of which there are fewer than 2^40, so
 * the count can't overflow.
 * BUSY: one CPU, inside the hypervisor, is changing it; wait for it.
 * PARTIAL: approved as far as low bits 41-32 say; nobody works on it.
 * DYING: entries below low bits 41-32 still count as used by this table; low
 * bits 31-0 link it into its domain's list of such tables.
 */
#define USE_TYPE_SHIFT	60
#define USE_STATE_SHIFT	57
#define USE_PINNED	(1UL << 56)
#define USE_LOW_MASK	((1UL << 48) - 1)
#define USE_DONE_SHIFT	32

enum use_state {
	USE_IDLE, USE_READY, USE_BUSY, USE_PARTIAL, USE_DYING,
};

static always_inline u64 use_word(enum frame_type t, enum use_state s, u64 low)
{
	return (u64)t << USE_TYPE_SHIFT | (u64)s << USE_STATE_SHIFT | low;
}

static always_inline enum frame_type use_type(u64 w)
{
	return w >> USE_TYPE_SHIFT;
}

static always_inline enum use_state use_state(u64 w)
{
	return w >> USE_STATE_SHIFT & 7;
}

static always_inline u64 use_low(u64 w)
{
	return w & USE_LOW_MASK;
}

struct frame {
	u64 use;		/* [A] */
	struct domain *owner;	/* [R] NULL: the hypervisor's, or free */
	u32 refs;		/* [A] 0: free, or no RAM that is given out */
	u32 next, prev;		/* [P] frame numbers, 0: none */
	u8 order;		/* [P] of the free block that begins here */
	bool free;		/* [P] a free block begins here */
	u8 flags;		/* [R] FRAME_* */
};
_Static_assert(sizeof(struct frame) == 32, "two frames in a cache line");

/* In refs: one of them is the owner's, who has not given the frame back. */
#define FRAME_REF_OWNER	(1u << 31)

#define FRAME_HV	0x1u	/* given by the hypervisor: not in d->pages */

/*
 * A domain's frames: linked through next and prev, in no order.  As long as
 * there are any, they hold a reference to the domain.
 */
struct frame_list {
	u32 first;
};

/* ---- The table ---------------------------------------------------------- */

extern u64 frame_table_nr;	/* frames that have an entry, from frame 0 */

/* Holes between RAM have entries too: they are never allocated. */
static always_inline bool mfn_valid(mfn_t m)
{
	return m.n < frame_table_nr;
}

static always_inline struct frame *frame_of(mfn_t m)
{
	return &frame_table[m.n];
}

static always_inline mfn_t frame_mfn(const struct frame *f)
{
	return mfn((u64)(f - frame_table));
}

static always_inline void *frame_virt(const struct frame *f)
{
	return mfn_virt(frame_mfn(f));
}

/*
 * Start-up: the table (nr entries, zeroed, mapped at its place) and the M2P
 * (nr numbers, contiguous; m2p is the hypervisor's own, writable alias of it,
 * which this fills) are there; then each usable range is given to the
 * allocator.  What is never given (image, modules, holes) is never allocated;
 * frame 0 is dropped, since 0 means none in links.
 */
void frame_table_init(u64 nr, u64 *m2p);
void frame_free_range(mfn_t start, u64 n);

/* ---- The hypervisor's own pages ----------------------------------------- */

#define FRAME_MAX_ORDER	18	/* blocks of 4 KiB to 1 GiB */

/*
 * 2^order zeroed pages in the direct map, or NULL, which can be freed, too; any
 * context but NMI.
 */
void *page_alloc(unsigned int order);
void page_free(void *p, unsigned int order);

/*
 * When memory comes to its end, plain domains get none of the last frames, and
 * of these half are left when calls of theirs need pages of the hypervisor's:
 * so domain 0 can still map what they lend, and end and start them.  Kept, [C]
 * once domains run, are that many; and, [A], for a domain 0 that is built again
 * as many more as it has, which the others would eat.
 */
extern u64 frames_kept, frames_first;

/* One page that a call of that domain needs, for as long as there is d. */
void *page_alloc_for(const struct domain *d);

/* ---- Frames of domains -------------------------------------------------- */

/*
 * One zeroed frame that d owns, with its one reference; or 2^order of them in
 * a row.  NULL: no memory, or d has all it may have (max_pages), or is dying.
 * No stale translation of a former owner is left on any CPU.
 */
struct frame *frame_alloc(struct domain *d);
struct frame *frame_alloc_order(struct domain *d, unsigned int order);

/*
 * Takes a reference if d owns the frame.  0, or -EPERM (not d's, or free), or
 * -EBUSY (too many references).
 */
int must_check frame_get(struct frame *f, const struct domain *d);

/* Drops one; the last one frees the frame. */
void frame_put(struct frame *f);

/*
 * Drops the owner's own reference (decrease_reservation, end of a domain): the
 * frame is freed, leaves d->pages and counts no more when the last of the
 * others ends.  The caller holds a reference, so that it is still there when
 * this returns.  0, or -EINVAL: released before, or the hypervisor's own.
 */
int frame_release(struct frame *f);

/*
 * For an exchange, which happens entirely or not at all: takes a frame that
 * nobody but its owner refers to out of everybody's reach (0 or -EINVAL); then
 * puts it back, or ends it.
 */
int must_check frame_withdraw(struct frame *f, struct domain *d);
void frame_return(struct frame *f);
void frame_discard(struct frame *f);

/* As frame_alloc_order(), whatever d may have: others will be discarded. */
struct frame *frame_alloc_instead(struct domain *d, unsigned int order);

/*
 * Makes a page of page_alloc(0) known to d, who may map it: writable, or only
 * to read.  The page stays the hypervisor's: it is not in d->pages and does not
 * count.  frame_unshare() ends that once no mapping is left: 0 or -EBUSY; the
 * page is then again one that page_free() takes.
 */
void frame_share(struct frame *f, struct domain *d, bool writable);
int must_check frame_unshare(struct frame *f);

u64 frames_free(void);		/* frames that can be allocated now */

/* ---- Machine to pseudo-physical ----------------------------------------- */

#define M2P_INVALID	(~0UL)

extern u64 *m2p_table;

/* Guests read the array at M2P_BASE; only this writes it.  m must be valid. */
static always_inline void m2p_set(mfn_t m, u64 pfn)
{
	WRITE_ONCE(m2p_table[m.n], pfn);
}
