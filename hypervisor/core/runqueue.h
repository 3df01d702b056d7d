/* SPDX-License-Identifier: MIT */
/*
 * runqueue.h - the queue of each CPU: what sched.c and runqueue.c have in
 * common.  See sched.c for how it all works, and for the locks.
 */
#pragma once

#include <domain.h>
#include <lib.h>
#include <machine.h>

/* Virtual time: nanoseconds * VTIME / weight; of a slice of default weight. */
#define VTIME	16u
#define VSLICE	(sched_slice * VTIME / SCHED_WEIGHT)
#define VAHEAD	(20 * VSLICE)

struct runqueue {
	spinlock_t lock;
	struct list queue;	/* who waits, the least key first */
	u32 waiting;		/* [A] how many they are */
	u64 first;		/* [A] key of the first */
	u64 clock;		/* [A] virtual time, as far as it got here */
	struct vcpu *cur;	/* [A] who runs, or NULL */
	nsec_t slice_end;	/* of cur */
	bool yielded;		/* cur lets others go first; this CPU only */
	const struct vcpu *target;	/* this one, if it is there; likewise */
	struct timer slice;
};

extern const nsec_t sched_slice;
extern struct runqueue runqueues[CONFIG_NR_CPUS];

/* Locks the queue of the CPU that the vCPU belongs to at that moment. */
struct runqueue *rq_lock(struct vcpu *v);

/* A CPU looks for work before it returns to a guest. */
void resched_here(void);
void resched(u32 cpu);

/* The vCPU's time up to now is what its runstate says; then it is next. */
void account_locked(struct vcpu *v, enum runstate next, nsec_t now);
enum runstate rest_state(const struct vcpu *v);

/* What the one that runs has used since the last time. */
void charge_locked(struct runqueue *q, nsec_t now);

/* One whose domain had more than its cap waits until it is due again. */
void park_locked(struct vcpu *v, nsec_t now);

void dequeue_locked(struct runqueue *q, struct vcpu *v);
void enqueue_locked(struct runqueue *q, struct vcpu *v, u64 bonus);

/* How many vCPUs of a domain share its weight. */
void active_locked(struct vcpu *v, bool active);

/* The vCPU may have become able to run, or unable: acts on it. */
void settle_locked(struct runqueue *q, struct vcpu *v);

/* One that is in no queue and does not run goes to a CPU.  Drops the lock. */
void move_unlock(struct runqueue *q, struct vcpu *v, u32 cpu);

/* Where one goes that can run: its own CPU if that idles, or one that does. */
u32 place(const struct vcpu *v);

/* Virtual times wrap around, and are never that far apart. */
static inline bool before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

static inline u32 cap_of(const struct vcpu *v)
{
	return READ_ONCE(v->domain->sched.share.cap);
}

static inline u64 cpus_allowed(const struct vcpu *v)
{
	u64 only = READ_ONCE(v->sched.only);

	return only ? only : READ_ONCE(v->domain->sched.share.cpus);
}

static inline bool allowed(const struct vcpu *v, u32 cpu)
{
	return cpus_allowed(v) >> cpu & 1;
}

static inline bool may_run_locked(const struct vcpu *v)
{
	return READ_ONCE(v->sched.state) == VCPU_RUNNABLE &&
	       !v->sched.pause_count && !v->sched.parked;
}
