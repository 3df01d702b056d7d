/* SPDX-License-Identifier: MIT */
/*
 * thread.h - threads of the kernel, waiting and waking, the timer.
 *
 * One CPU.  Key letters: [I] changed with interrupts off; [O] by the thread
 * itself; constant otherwise.
 */
#ifndef PVGUEST_THREAD_H
#define PVGUEST_THREAD_H

#include <lib.h>

#define PRIO_IDLE	0
#define PRIO_LOW	1
#define PRIO_NORMAL	3
#define PRIO_HIGH	5
#define PRIO_LEVELS	6

#define NEVER		(~0UL)

enum thread_state {
	THREAD_READY,		/* or running */
	THREAD_WAITING,
	THREAD_DEAD,
};

struct process;

struct waitq {
	struct list threads;	/* [I] the most important first */
};

#define WAITQ(name)	{ LIST((name).threads) }

struct thread {
	u64 rsp;		/* [I] while it does not run */
	char *stack_end;
	struct list run;	/* [I] in a run queue */
	struct list wait;	/* [I] in a wait queue */
	struct list sleep;	/* [I] among those with a deadline */
	struct list all;	/* [I] */
	u64 wake_at;		/* [I] */
	bool timed_out;		/* [I] */
	bool killable;		/* [I] */
	u8 state;		/* [I] enum thread_state */
	u8 prio;
	int id;
	char name[16];
	u64 cpu_time;		/* [I] ns, up to its last start */
	u64 started;		/* [I] */
	u64 slice_end;		/* [I] */
	struct process *process;	/* or NULL */
	void *fpu;		/* [I] page for its state, if it has one */
	void (*fn)(void *arg);
	void *arg;
};

extern struct thread *current;
extern struct list threads;		/* [I] by thread.all */
extern unsigned int preempt_off;	/* [O] */
extern bool need_resched;		/* [I] */

void thread_init(void);
struct thread *thread_create(const char *name, unsigned int prio,
			     void (*fn)(void *), void *arg);
void thread_exit(void) __attribute__((noreturn));
/* Let the next one run.  Interrupts off, stay off. */
void schedule(void);
/* If it is time, and allowed.  Interrupts off. */
void preempt(void);
void thread_yield(void);
void thread_sleep(u64 ns);
void thread_idle(void) __attribute__((noreturn));
/* If it waits for something killable, that is as if the time had run out. */
void thread_interrupt(struct thread *t);
u64 thread_cpu_time(const struct thread *t);

/* Interrupts off: join Q; true if woken before the deadline (time, ns). */
bool waitq_wait(struct waitq *q, u64 deadline);
/* The same, but false as well when its process is to be killed. */
bool waitq_wait_killable(struct waitq *q, u64 deadline);
/* Wake the first N. */
void waitq_wake(struct waitq *q, unsigned int n);

struct mutex {
	struct thread *owner;	/* [I] */
	struct waitq waiters;
};

#define MUTEX(name)	{ NULL, WAITQ((name).waiters) }

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

struct cond {
	struct waitq waiters;
};

#define COND(name)	{ WAITQ((name).waiters) }

/* Give M up, wait, take it again; true if signalled before the deadline. */
bool cond_wait(struct cond *c, struct mutex *m, u64 deadline);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

/* A state for a new process; NULL if there is no memory. */
void *fpu_make(void);
/* Load NEXT's; T ends.  Interrupts off. */
void fpu_switch(struct thread *next);
void fpu_forget(const struct thread *t);
/* The current thread's state now; make it anew. */
void fpu_copy(void *to);
void fpu_reset(void);

static inline void preempt_disable(void)
{
	preempt_off++;
	asm volatile("" ::: "memory");
}

void preempt_enable(void);

#endif
