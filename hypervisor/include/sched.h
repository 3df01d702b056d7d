/* SPDX-License-Identifier: MIT */
/*
 * sched.h - who runs.
 */
#ifndef SCHED_H
#define SCHED_H

#include <list.h>
#include <lock.h>
#include <timer.h>

struct vcpu;
struct domain;

enum vcpu_state {
	VCPU_DOWN,		/* not initialised, or taken down by the guest */
	VCPU_RUNNABLE,		/* in a run queue, or running */
	VCPU_BLOCKED,		/* waits for an event or its timer */
	VCPU_DEAD,		/* its domain shut down: never runs again */
};

struct sched_vcpu {
	struct list queue;	/* [Q] run queue of vcpu.cpu */
	enum vcpu_state state;	/* [Q] */
	u32 pause_count;	/* [Q] runs only while 0 */
	bool running;		/* [Q] on a CPU now */
	struct timer wake;	/* end of a poll with a timeout */
	nsec_t runtime;		/* [Q] nanoseconds run so far */
	nsec_t since;		/* [Q] when the state was entered */
	nsec_t in_state[4];	/* [Q] running, runnable, blocked, offline */
};

/* Starts the scheduler of this CPU. */
void sched_init_cpu(void);

/* Puts a vCPU into the run queue for the first time or after a wait. */
void sched_wake(struct vcpu *v);

/*
 * The current vCPU gives up the CPU: takes effect before the return to the
 * guest.  Who blocks has unmasked events first and looks for a pending one
 * after; sched_wake() undoes the block.
 */
void sched_block(struct vcpu *v);
void sched_yield(void);

/* Stops a vCPU from running; returns once it does not. Counts. */
void sched_pause(struct vcpu *v);
void sched_unpause(struct vcpu *v);

/*
 * The vCPU that this CPU must run now, which may be the one that ran, or NULL
 * to idle.  Sets the slice timer.
 */
struct vcpu *sched_pick(void);

#endif
