/* SPDX-License-Identifier: MIT */
/*
 * sched.c - who runs: round robin, with slices while somebody waits.
 *
 * Each CPU has a queue of vCPUs that could run; the one that does is not in
 * it.  No timer runs for the scheduler's sake unless the queue has somebody,
 * so neither an idle machine nor one with a single busy vCPU is interrupted.
 *
 * A vCPU's state is atomic, since blocking must not cost a lock; all else that
 * is [Q] is under the lock of its CPU's queue.  The state decides whether it
 * may run, queue and running say what is made of that.
 */
#include <domain.h>
#include <lib.h>
#include <machine.h>

#define SLICE	((nsec_t)CONFIG_SLICE_US * 1000)

struct runqueue {
	spinlock_t lock;
	struct list queue;	/* who waits, the next one first */
	struct vcpu *cur;	/* who runs, or NULL */
	nsec_t slice_end;	/* of cur */
	bool yielded;		/* cur lets others go first; this CPU only */
	struct timer slice;
};

static struct runqueue runqueues[CONFIG_NR_CPUS];

static struct runqueue *rq_lock(struct vcpu *v)
{
	struct runqueue *q;
	u32 cpu;

	for (;;) {
		cpu = READ_ONCE(v->cpu);
		q = &runqueues[cpu];
		spin_lock(&q->lock);
		if (v->cpu == cpu)
			return q;
		spin_unlock(&q->lock);
	}
}

/* This CPU looks for work before it returns to a guest. */
static void resched_here(void)
{
	__atomic_fetch_or(&this_cpu()->work, WORK_RESCHED, __ATOMIC_SEQ_CST);
}

static void resched(u32 cpu)
{
	if (cpu == this_cpu()->id)
		resched_here();
	else
		cpu_kick(cpus[cpu], WORK_RESCHED);
}

static void slice_over(struct timer *t)
{
	(void)t;
	resched_here();
}

void sched_init_cpu(void)
{
	u32 cpu = this_cpu()->id;

	timer_init_cpu(cpu);
	timer_init(&runqueues[cpu].slice, slice_over);
}

static void poll_timeout(struct timer *t)
{
	struct vcpu *v = container_of(t, struct vcpu, sched.wake);

	/* Left over from a poll that an event has ended already? */
	if (READ_ONCE(v->evt.poll_port))
		sched_kick(v);
}

void sched_init_vcpu(struct vcpu *v)
{
	struct runqueue *q;

	v->cpu = this_cpu()->id;
	q = &runqueues[v->cpu];
	/* The first vCPU of a CPU may come before sched_init_cpu(). */
	if (!q->queue.next) {
		spin_init(&q->lock, RANK_SCHED);
		list_init(&q->queue);
	}
	list_init(&v->sched.queue);
	timer_init(&v->sched.wake, poll_timeout);
	v->sched.state = VCPU_DOWN;
	v->sched.runstate = RUN_OFFLINE;
	v->sched.since = time_now();
}

/* ---- Accounts ----------------------------------------------------------- */

static void account_locked(struct vcpu *v, enum runstate next, nsec_t now)
{
	struct sched_vcpu *s = &v->sched;

	s->in_state[s->runstate] += now - s->since;
	s->runstate = next;
	s->since = now;
}

void sched_times(struct vcpu *v, struct runstate_times *out)
{
	struct runqueue *q = rq_lock(v);
	nsec_t now = time_now();

	out->state = v->sched.runstate;
	out->since = v->sched.since;
	memcpy(out->in_state, v->sched.in_state, sizeof(out->in_state));
	out->in_state[out->state] += now - out->since;
	spin_unlock(&q->lock);
}

/* ---- States ------------------------------------------------------------- */

static bool may_run_locked(const struct vcpu *v)
{
	return READ_ONCE(v->sched.state) == VCPU_RUNNABLE &&
	       !v->sched.pause_count;
}

static enum runstate rest_state(const struct vcpu *v)
{
	if (v->sched.pause_count)
		return RUN_OFFLINE;
	switch (READ_ONCE(v->sched.state)) {
	case VCPU_RUNNABLE:
		return RUN_WAITING;
	case VCPU_BLOCKED:
		return RUN_BLOCKED;
	default:
		return RUN_OFFLINE;
	}
}

/* The vCPU may have become able to run, or unable: act on it. */
static void settle_locked(struct runqueue *q, struct vcpu *v)
{
	bool was_empty = list_empty(&q->queue);

	if (v->sched.running) {
		if (!may_run_locked(v))
			resched(v->cpu);
		return;
	}
	account_locked(v, rest_state(v), time_now());
	if (!may_run_locked(v)) {
		list_del(&v->sched.queue);
		return;
	}
	if (!list_empty(&v->sched.queue))
		return;
	list_add_tail(&v->sched.queue, &q->queue);
	/* With others before us the slice timer runs already. */
	if (was_empty)
		resched(v->cpu);
}

static bool change(u32 *state, u32 from, u32 to)
{
	return __atomic_compare_exchange_n(state, &from, to, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void wake(struct vcpu *v, enum vcpu_state from)
{
	struct runqueue *q = rq_lock(v);

	if (change(&v->sched.state, from, VCPU_RUNNABLE)) {
		if (v->evt.poll_port)
			evt_poll_end(v);
		settle_locked(q, v);
	}
	spin_unlock(&q->lock);
}

void sched_start(struct vcpu *v)
{
	wake(v, VCPU_DOWN);
}

void sched_wake(struct vcpu *v)
{
	wake(v, VCPU_DOWN);
	wake(v, VCPU_BLOCKED);
}

bool sched_is_up(const struct vcpu *v)
{
	return READ_ONCE(v->sched.state) != VCPU_DOWN;
}

/*
 * Our caller has set a pending bit by a locked operation, and looks at the
 * state here; who blocks sets the state by one, and looks at the bit then.
 * So either we see that it blocks, or it sees the event.
 */
void sched_kick(struct vcpu *v)
{
	if (READ_ONCE(v->sched.state) == VCPU_BLOCKED) {
		wake(v, VCPU_BLOCKED);
		return;
	}
	/* Our own flags are looked at on every way out; others need a nudge. */
	if (v == current() || !READ_ONCE(v->sched.running))
		return;
	cpu_kick(cpus[READ_ONCE(v->cpu)], WORK_RESCHED);
}

void sched_block(struct vcpu *v)
{
	if (change(&v->sched.state, VCPU_RUNNABLE, VCPU_BLOCKED))
		resched_here();
}

void sched_unblock(struct vcpu *v)
{
	/* Still ours: we are running, so only the state has to change. */
	change(&v->sched.state, VCPU_BLOCKED, VCPU_RUNNABLE);
}

/* Another vCPU's takes effect when that one begins to run next. */
void sched_set_period(struct vcpu *v, nsec_t period)
{
	WRITE_ONCE(v->period, period);
	if (v != current())
		return;
	timer_stop(&v->periodic);
	v->periodic.deadline = time_now() + period;
	if (period && v->ticks)
		timer_set(&v->periodic, v->periodic.deadline);
}

void sched_yield(void)
{
	struct runqueue *q = &runqueues[this_cpu()->id];

	/* Somebody who comes at this moment comes as if he came after. */
	if (list_empty(&q->queue))
		return;
	q->yielded = true;
	resched_here();
}

static void set_state(struct vcpu *v, enum vcpu_state state)
{
	struct runqueue *q = rq_lock(v);

	__atomic_store_n(&v->sched.state, state, __ATOMIC_SEQ_CST);
	settle_locked(q, v);
	spin_unlock(&q->lock);
}

void sched_kill(struct vcpu *v)
{
	set_state(v, VCPU_DEAD);
}

void sched_down(struct vcpu *v)
{
	struct runqueue *q = rq_lock(v);

	/* Not the dead. */
	if (change(&v->sched.state, VCPU_RUNNABLE, VCPU_DOWN) ||
	    change(&v->sched.state, VCPU_BLOCKED, VCPU_DOWN))
		settle_locked(q, v);
	spin_unlock(&q->lock);
}

void sched_pause(struct vcpu *v)
{
	struct runqueue *q = rq_lock(v);
	u32 cpu = v->cpu;

	v->sched.pause_count++;
	settle_locked(q, v);
	spin_unlock(&q->lock);
	/* Its registers are in order once its CPU has let go of it. */
	while (cpu != this_cpu()->id && READ_ONCE(cpus[cpu]->cur) == v)
		cpu_relax();
}

void sched_unpause(struct vcpu *v)
{
	struct runqueue *q = rq_lock(v);

	ASSERT(v->sched.pause_count);
	v->sched.pause_count--;
	settle_locked(q, v);
	spin_unlock(&q->lock);
}

/* ---- The choice --------------------------------------------------------- */

/* True when cur goes on: it can, and nobody waits or its slice is not over. */
static bool stays_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *v = q->cur;

	if (!v || !may_run_locked(v))
		return false;
	return list_empty(&q->queue) || (!q->yielded && now < q->slice_end);
}

static void leave_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *v = q->cur;

	q->cur = NULL;
	v->sched.running = false;
	if (timer_is_set(&v->periodic))
		timer_stop(&v->periodic);
	account_locked(v, rest_state(v), now);
	if (may_run_locked(v))
		list_add_tail(&v->sched.queue, &q->queue);
}

static void enter_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *v;

	if (list_empty(&q->queue))
		return;
	v = list_entry(q->queue.next, struct vcpu, sched.queue);
	list_del(&v->sched.queue);
	account_locked(v, RUN_RUNNING, now);
	q->cur = v;
	q->slice_end = now + SLICE;
	/* One that came due while others ran comes at once. */
	if (v->ticks && READ_ONCE(v->period))
		timer_set(&v->periodic, v->periodic.deadline);
	/*
	 * Who has an event for us sets it, then looks at running; we look for
	 * events on the way out.  The store must be seen first.
	 */
	__atomic_store_n(&v->sched.running, true, __ATOMIC_SEQ_CST);
}

struct vcpu *sched_pick(void)
{
	struct runqueue *q = &runqueues[this_cpu()->id];
	nsec_t now = time_now();
	struct vcpu *v;

	spin_lock(&q->lock);
	if (!stays_locked(q, now)) {
		if (q->cur)
			leave_locked(q, now);
		enter_locked(q, now);
	}
	q->yielded = false;
	v = q->cur;
	if (v && !list_empty(&q->queue)) {
		if (!timer_is_set(&q->slice) ||
		    q->slice.deadline != q->slice_end)
			timer_set(&q->slice, q->slice_end);
	} else if (timer_is_set(&q->slice)) {
		timer_cancel(&q->slice);
	}
	spin_unlock(&q->lock);
	return v;
}
