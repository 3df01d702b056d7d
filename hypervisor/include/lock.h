/* SPDX-License-Identifier: MIT */
/*
 * lock.h - spin locks with ranks.
 *
 * The hypervisor runs with interrupts off, so a lock needs no variant for
 * interrupt context.  Locks are taken in rising rank; taking one of lower or
 * equal rank panics in debug builds.
 */
#pragma once

#include <types.h>

enum lock_rank {
	RANK_DOMLIST = 1,	/* the list of domains, create and destroy */
	RANK_DOMAIN,		/* one domain's own state and life cycle */
	RANK_PAGES,		/* a domain's list and counts of frames */
	RANK_EVENT,		/* a domain's event channels */
	RANK_IRQ,		/* interrupts of devices */
	RANK_PCI,		/* configuration space */
	RANK_GRANT,		/* a domain's grants and what it has mapped */
	RANK_SCHED,		/* a CPU's run queue */
	RANK_TIMER,		/* a CPU's timer heap */
	RANK_FRAMES,		/* the free lists of frames */
	RANK_RING,		/* a domain's console ring */
	RANK_GUESTOUT,		/* unfinished lines of guests, input */
	RANK_CONSOLE,		/* message ring and output devices */
};

typedef struct spinlock {
	u32 taken;		/* [A] */
	u8 rank;		/* [C] */
} spinlock_t;

#define SPINLOCK(rank)	{ 0, rank }

static inline void spin_init(spinlock_t *l, enum lock_rank rank)
{
	l->taken = 0;
	l->rank = rank;
}

void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
bool spin_trylock(spinlock_t *l);

/* True when this CPU may take a lock of that rank: for assertions. */
bool spin_may_lock(enum lock_rank rank);
