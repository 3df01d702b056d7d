/* SPDX-License-Identifier: MIT */
/*
 * timer.h - time since start, and one-shot timers per CPU.
 */
#pragma once

#include <types.h>

/*
 * A timer belongs to the CPU on which it was set and fires there, with no lock
 * held.  Its owner embeds it and must cancel it before freeing it; only one
 * CPU at a time sets or cancels it, and one that sets itself again when it
 * fires must be cancelled before it is set.
 *
 * All but fire is under the lock of that CPU's heap (timer.c).
 */
struct timer {
	nsec_t deadline;
	struct timer *child, *next;	/* of the heap */
	struct timer **link;		/* what points here; NULL: not set */
	u32 cpu;
	void (*fire)(struct timer *t);	/* [C] */
};

#define NSEC_PER_SEC	1000000000UL

/* Nanoseconds since the hypervisor calibrated its clock; never goes back. */
nsec_t time_now(void);

/* What it was or will be at that value of this CPU's TSC. */
nsec_t time_at(u64 tsc);

void timer_init(struct timer *t, void (*fire)(struct timer *t));

/* A deadline in the past fires before the next return to a guest. */
void timer_set(struct timer *t, nsec_t deadline);

/* Takes it out; it may be firing on another CPU at this moment. */
void timer_stop(struct timer *t);

/* Returns once it will not fire and does not.  Not for a timer's own fire. */
void timer_cancel(struct timer *t);

static inline bool timer_is_set(const struct timer *t)
{
	return READ_ONCE(t->link);
}

/* Before the first timer is set. */
void timer_init_cpu(u32 cpu);

/* Fires what is due on this CPU and sets the hardware for what is next. */
void timer_run(void);

/*
 * x86: interrupts this CPU at a time, or never (~0).  A time that has passed
 * is WORK_TIMER at once.  No allocation, no lock.
 */
void timer_hw_set(nsec_t deadline);

/* How guests turn a TSC value into time: see vcpu_time_info in the ABI. */
extern struct time_scale {
	u32 mul;		/* ns = ((tsc << shift) * mul) >> 32 */
	s8 shift;		/* negative: shift right */
} time_scale;		/* [C] */

extern u64 time_tsc_hz;	/* [C] */
extern u64 time_wall;	/* [C] seconds since 1970 at which time_now() was 0 */
