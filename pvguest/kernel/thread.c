/* SPDX-License-Identifier: MIT */
/*
 * thread.c - threads: the most important runs, equals take turns of 10 ms, or
 * as slice=MICROSECONDS on the command line says: short ones find races.
 *
 * One CPU: with interrupts off nobody else runs, and that is the lock of all
 * that is here.  The timer is set only when there is something to wait for: a
 * sleeper, or an equal that wants its turn.  So an idle kernel gets no ticks.
 */
#include <mm.h>
#include <option.h>
#include <process.h>
#include <thread.h>

void thread_switch(u64 *old_rsp, u64 new_rsp);
void thread_begin(void);
void thread_main(void);

static struct thread boot_thread;

struct thread *current = &boot_thread;
struct list threads = LIST(threads);
unsigned int preempt_off;
bool need_resched;

static struct list ready[PRIO_LEVELS];
static struct list sleepers = LIST(sleepers);	/* the next to wake first */
static struct thread *dead;	/* its stack may be freed after the switch */
static u64 armed = NEVER;	/* what the timer is set to */
static int last_id;
static u64 slice = 10 * NSEC_PER_MSEC;

static void ready_add(struct thread *t)
{
	t->state = THREAD_READY;
	list_add(&ready[t->prio], &t->run);
}

static bool anybody_ready(void)
{
	unsigned int prio;

	for (prio = 0; prio < PRIO_LEVELS; prio++)
		if (!list_empty(&ready[prio]))
			return true;
	return false;
}

static struct thread *ready_first(void)
{
	unsigned int prio = PRIO_LEVELS - 1;

	while (list_empty(&ready[prio]))
		prio--;
	return list_first(&ready[prio], struct thread, run);
}

/* Set the timer, unless it comes early enough as it is. */
static void timer_update(void)
{
	u64 next = NEVER;

	if (!list_empty(&sleepers))
		next = list_first(&sleepers, struct thread, sleep)->wake_at;
	if (!list_empty(&ready[current->prio]))
		next = min(next, current->slice_end);
	if (next >= armed)
		return;
	armed = next;
	arch->timer_set(next);
}

static void wake(struct thread *t, bool timed_out)
{
	list_del(&t->wait);
	list_del(&t->sleep);
	t->timed_out = timed_out;
	t->killable = false;
	ready_add(t);
	if (t->prio > current->prio)
		need_resched = true;
}

void thread_interrupt(struct thread *t)
{
	bool off = irq_save();

	if (t->killable)
		wake(t, true);
	irq_restore(off);
}

void timer_interrupt(void)
{
	u64 now = arch->time();
	struct thread *t;

	armed = NEVER;
	while (!list_empty(&sleepers)) {
		t = list_first(&sleepers, struct thread, sleep);
		if (t->wake_at > now)
			break;
		wake(t, true);
	}
	if (now >= current->slice_end && !list_empty(&ready[current->prio]))
		need_resched = true;
	/* A deadline that has passed would bring us back here at once. */
	if (!need_resched)
		timer_update();
}

/* What the thread before could not do while it stood on its own stack. */
static void switched(void)
{
	if (!dead)
		return;
	stack_free(dead->stack_end);
	kfree(dead->fpu);
	kfree(dead);
	dead = NULL;
}

void schedule(void)
{
	struct thread *prev = current, *next;
	u64 now = arch->time();

	if (preempt_off)
		panic("%s waits where it may not", prev->name);
	if (prev->state == THREAD_READY)
		list_add(&ready[prev->prio], &prev->run);
	next = ready_first();
	list_del(&next->run);
	need_resched = false;
	prev->cpu_time += now - prev->started;
	next->started = now;
	next->slice_end = now + slice;
	current = next;
	timer_update();
	if (next == prev)
		return;
	if (next->process) {
		fpu_switch(next);
		arch->user_switch(next->process->space->root, next->stack_end);
	}
	thread_switch(&prev->rsp, next->rsp);
	switched();
}

void preempt(void)
{
	if (need_resched && !preempt_off)
		schedule();
}

void preempt_enable(void)
{
	bool off;

	asm volatile("" ::: "memory");
	if (--preempt_off || !need_resched)
		return;
	off = irq_save();
	/* Who has interrupts off counts on staying here. */
	if (!off)
		preempt();
	irq_restore(off);
}

void thread_yield(void)
{
	bool off = irq_save();

	schedule();
	irq_restore(off);
}

/* Called by thread_begin. */
void thread_main(void)
{
	switched();
	irq_restore(false);
	current->fn(current->arg);
	thread_exit();
}

void thread_exit(void)
{
	irq_save();
	current->state = THREAD_DEAD;
	list_del(&current->all);
	fpu_forget(current);
	dead = current;
	schedule();
	panic("a dead thread runs");
}

struct thread *thread_create(const char *name, unsigned int prio,
			     void (*fn)(void *), void *arg)
{
	struct thread *t = kzalloc(sizeof(*t));
	u64 *sp;
	bool off;

	if (!t)
		return NULL;
	t->stack_end = stack_alloc();
	if (!t->stack_end) {
		kfree(t);
		return NULL;
	}
	strcopy(t->name, name, sizeof(t->name));
	t->prio = prio;
	t->fn = fn;
	t->arg = arg;
	list_init(&t->wait);
	list_init(&t->sleep);
	/* Six registers and a return address; thread_begin finds RSP even. */
	sp = (u64 *)t->stack_end - 8;
	memset(sp, 0, 64);
	sp[6] = (u64)thread_begin;
	t->rsp = (u64)sp;
	off = irq_save();
	t->id = ++last_id;
	list_add(&threads, &t->all);
	ready_add(t);
	if (prio > current->prio)
		need_resched = true;
	timer_update();
	if (!off)
		preempt();
	irq_restore(off);
	return t;
}

void thread_init(void)
{
	char text[16];
	unsigned int i;

	if (option_get("slice", text, sizeof(text)))
		slice = max(number(text), 10UL) * NSEC_PER_USEC;
	for (i = 0; i < PRIO_LEVELS; i++)
		list_init(&ready[i]);
	strcopy(current->name, "idle", sizeof(current->name));
	list_init(&current->wait);
	list_init(&current->sleep);
	list_add(&threads, &current->all);
	current->prio = PRIO_IDLE;
	current->started = arch->time();
}

void thread_idle(void)
{
	for (;;) {
		irq_save();
		/* All others are more important. */
		if (anybody_ready())
			schedule();
		else
			arch->idle();
	}
}

u64 thread_cpu_time(const struct thread *t)
{
	bool off = irq_save();
	u64 time = t->cpu_time;

	if (t == current)
		time += arch->time() - t->started;
	irq_restore(off);
	return time;
}

static void sleep_until(u64 deadline)
{
	struct thread *t;

	current->wake_at = deadline;
	list_for(t, &sleepers, sleep)
		if (t->wake_at > deadline)
			break;
	list_add(&t->sleep, &current->sleep);
}

bool waitq_wait(struct waitq *q, u64 deadline)
{
	struct thread *t;

	current->state = THREAD_WAITING;
	if (deadline != NEVER)
		sleep_until(deadline);
	if (q) {
		list_for(t, &q->threads, wait)
			if (t->prio < current->prio)
				break;
		list_add(&t->wait, &current->wait);
	}
	schedule();
	return !current->timed_out;
}

bool waitq_wait_killable(struct waitq *q, u64 deadline)
{
	if (current->process && current->process->killed)
		return false;
	current->killable = true;
	return waitq_wait(q, deadline);
}

void waitq_wake(struct waitq *q, unsigned int n)
{
	bool off;

	/* No interrupt waits: who is not there now does not come meanwhile. */
	if (list_empty(&q->threads))
		return;
	off = irq_save();
	for (; n && !list_empty(&q->threads); n--)
		wake(list_first(&q->threads, struct thread, wait), false);
	timer_update();
	if (!off)
		preempt();
	irq_restore(off);
}

void thread_sleep(u64 ns)
{
	bool off = irq_save();

	waitq_wait_killable(NULL, arch->time() + ns);
	irq_restore(off);
}
