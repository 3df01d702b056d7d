/* SPDX-License-Identifier: MIT */
/*
 * sched.h - who runs.
 *
 * [A] atomic	[Q] run queue lock of the vCPU's CPU
 */
#pragma once

#include <list.h>
#include <timer.h>

enum vcpu_state {
	VCPU_DOWN,		/* not started, or taken down by the guest */
	VCPU_RUNNABLE,		/* in a run queue, or running */
	VCPU_BLOCKED,		/* waits for an event or its timer */
	VCPU_DEAD,		/* its domain shut down: never runs again */
};

/* Where a vCPU's time goes: indices of in_state. */
enum runstate { RUN_RUNNING, RUN_WAITING, RUN_BLOCKED, RUN_OFFLINE };

struct sched_vcpu {
	struct list queue;	/* [Q] run queue of vcpu.cpu */
	u32 state;		/* [A] enum vcpu_state; to dead and down: [Q] */
	u32 pause_count;	/* [Q] runs only while 0 */
	bool running;		/* [Q] chosen by its CPU */
	bool active;		/* [Q] counted in the domain's active */
	bool parked;		/* [Q] its domain had more than its cap */
	u8 runstate;		/* [Q] enum runstate */
	struct cpu *on;		/* [A] who has its registers, or NULL */
	u64 vtime;		/* [Q] virtual time used (sched.c) */
	u64 key;		/* [Q] its place in the queue */
	u64 only;		/* [A] where it runs, whatever its domain may */
	nsec_t charged;		/* [Q] up to when; only while it runs */
	struct timer park;	/* end of that */
	struct timer wake;	/* end of a poll with a timeout */
	nsec_t since;		/* [Q] when the runstate was entered */
	nsec_t in_state[4];	/* [Q] nanoseconds in each, before since */
};

/* A domain's share. */
#define SCHED_WEIGHT		256u	/* the default */
#define SCHED_WEIGHT_MAX	65535u

struct sched_share {
	u32 weight;		/* [A] of all its vCPUs together */
	u32 cap;		/* [A] hundredths of one CPU, 0: no limit */
	u64 cpus;		/* [A] where it may run: bit n is CPU n */
};

struct sched_domain {
	struct sched_share share;
	u32 active;		/* [A] vCPUs that can run */
	nsec_t due;		/* [A] with a cap: it had all up to then */
};

/* -EINVAL: none, too much, or no such CPU. */
int must_check sched_set_weight(struct domain *d, u64 weight);
int must_check sched_set_cap(struct domain *d, u64 cap);
int must_check sched_set_affinity(struct domain *d, u64 mask);

/* The current vCPU stays on these CPUs; 0: where its domain may run. */
void sched_pin(struct vcpu *v, u64 cpus);

/* Before a CPU runs, and before there are vCPUs for it. */
void sched_init_cpu(u32 cpu);

void sched_init_domain(struct domain *d);

/* A vCPU that is down. */
void sched_init_vcpu(struct vcpu *v);

/* Starts a vCPU that was down. */
void sched_start(struct vcpu *v);

/* The same, or ends its wait. */
void sched_wake(struct vcpu *v);

/*
 * The vCPU has a new event: ends its wait, or has the CPU on which it runs
 * look at it.
 */
void sched_kick(struct vcpu *v);

/*
 * The current vCPU gives up the CPU: takes effect before the return to the
 * guest.  Who blocks has unmasked events first and looks for a pending one
 * after; sched_unblock() then takes the block back.
 */
void sched_block(struct vcpu *v);
void sched_unblock(struct vcpu *v);
void sched_yield(void);

/* The same, to that one, if it waits for a CPU and can have this one. */
void sched_yield_to(struct vcpu *v);

/* A tick that the vCPU gets while it runs; 0: none. */
void sched_set_period(struct vcpu *v, nsec_t period);

/* The vCPU stops for good, or until sched_wake(). Does not wait for it. */
void sched_kill(struct vcpu *v);
void sched_down(struct vcpu *v);

/* Stops another vCPU from running; returns once it does not. Counts. */
void sched_pause(struct vcpu *v);
void sched_unpause(struct vcpu *v);

/* True unless it is down; it may be blocked, paused or dead. */
bool sched_is_up(const struct vcpu *v);

/* A copy of where the vCPU's time went, up to now. */
struct runstate_times {
	enum runstate state;
	nsec_t since;
	nsec_t in_state[4];
};

void sched_times(struct vcpu *v, struct runstate_times *out);

/*
 * This CPU has taken the vCPU's registers, or has saved them: until then no
 * other CPU takes them.
 */
void sched_loaded(struct vcpu *v);
void sched_saved(struct vcpu *v);

/*
 * The vCPU that this CPU must run now, which may be the one that ran, or NULL
 * to idle.  Sets the slice timer.
 */
struct vcpu *sched_pick(void);
