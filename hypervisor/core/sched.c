/* SPDX-License-Identifier: MIT */
/*
 * sched.c - who runs: shares by weight, in slices while somebody waits.
 *
 * Running costs virtual time: the longer and with the less weight, the more.
 * Each CPU has a queue of vCPUs that could run, the least virtual time first;
 * the one that does run is not in it.  When a slice is over, it goes on with
 * whoever has the least.  One that slept keeps an advantage of a slice at
 * the most, and until it runs its place in the queue is another slice better,
 * which it does not keep: so an event waits for no more than the slice of who
 * runs, unless its domain has had more than its share.
 *
 * A vCPU that wakes up goes to a CPU that idles.  A CPU that has to choose
 * also looks at who is first in the other queues, and takes him over if he is
 * a slice behind its own: so virtual time goes on alike on all CPUs, as far as
 * affinity allows.
 *
 * No timer runs for the scheduler's sake unless the queue has somebody, so
 * neither an idle machine nor one with a busy vCPU a CPU is interrupted.
 *
 * A vCPU's state is atomic, since blocking must not cost a lock; all else that
 * is [Q] is under the lock of its CPU's queue.  The state decides whether it
 * may run, queue and running say what is made of that.  Two queues are never
 * locked at once: who changes his CPU is in no queue in between.
 */
#include <tlb.h>

#include "runqueue.h"

static void slice_over(struct timer *t not_used)
{
	resched_here();
}

void sched_init_cpu(u32 cpu)
{
	struct runqueue *q = &runqueues[cpu];

	timer_init_cpu(cpu);
	spin_init(&q->lock, RANK_SCHED);
	list_init(&q->queue);
	timer_init(&q->slice, slice_over);
}

static void poll_timeout(struct timer *t)
{
	struct vcpu *v = container_of(t, struct vcpu, sched.wake);

	/* Left over from a poll that an event has ended already? */
	if (READ_ONCE(v->evt.poll_port))
		sched_kick(v);
}

static void park_over(struct timer *t)
{
	struct vcpu *v = container_of(t, struct vcpu, sched.park);
	struct runqueue *q = rq_lock(v);

	v->sched.parked = false;
	settle_locked(q, v);
	spin_unlock(&q->lock);
}

void sched_init_domain(struct domain *d)
{
	d->sched.share.weight = SCHED_WEIGHT;
	d->sched.share.cpus = ~0UL;
}

void sched_init_vcpu(struct vcpu *v)
{
	static u32 next;

	v->cpu = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % nr_cpus;
	list_init(&v->sched.queue);
	timer_init(&v->sched.wake, poll_timeout);
	timer_init(&v->sched.park, park_over);
	v->sched.state = VCPU_DOWN;
	v->sched.runstate = RUN_OFFLINE;
	v->sched.since = time_now();
}

/* ---- Accounts ----------------------------------------------------------- */

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

/* ---- Where its state is ------------------------------------------------- */

void sched_loaded(struct vcpu *v)
{
	WRITE_ONCE(v->sched.on, this_cpu());
}

/* Its next CPU, if that is another, may have had to pass it over until now. */
void sched_saved(struct vcpu *v)
{
	u32 cpu;

	__atomic_store_n(&v->sched.on, NULL, __ATOMIC_SEQ_CST);
	/* From here on it may even be freed: what we read may be anything. */
	cpu = READ_ONCE(v->cpu);
	if (cpu != this_cpu()->id && cpu < nr_cpus)
		cpu_kick(cpus[cpu], WORK_RESCHED);
}

/* May it be taken to this CPU? */
static bool fits_here(const struct vcpu *v)
{
	struct cpu *on = READ_ONCE(v->sched.on);

	return (!on || on == this_cpu()) && allowed(v, this_cpu()->id);
}

/*
 * One that waits for another CPU waits for this one.  It is claimed, so that
 * it can't go away between the two queues.
 */
static void take_over_unlock(struct runqueue *q, struct vcpu *v)
{
	bool here = v->sched.on;

	WRITE_ONCE(v->sched.on, this_cpu());
	dequeue_locked(q, v);
	move_unlock(q, v, this_cpu()->id);
	if (!here)
		sched_saved(v);
}

/* ---- States ------------------------------------------------------------- */

static bool change(u32 *state, u32 from, u32 to)
{
	return cmpxchg(state, &from, to);
}

/*
 * A poll is ended before the lock is let go: sched_block() has asked for a
 * choice, which takes it, so v begins no other poll that we would end instead.
 */
static void wake(struct vcpu *v, enum vcpu_state from)
{
	struct runqueue *q = rq_lock(v);

	if (!change(&v->sched.state, from, VCPU_RUNNABLE)) {
		spin_unlock(&q->lock);
		return;
	}
	if (v->evt.poll_port)
		evt_poll_end(v);
	if (v->sched.running)
		spin_unlock(&q->lock);
	else
		move_unlock(q, v, place(v));
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
	cpu_kick(cpus[READ_ONCE(v->cpu)], WORK_EVENT);
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
	if (!READ_ONCE(q->waiting))
		return;
	q->yielded = true;
	resched_here();
}

void sched_yield_to(struct vcpu *v)
{
	struct runqueue *q = rq_lock(v), *mine = &runqueues[this_cpu()->id];
	bool waits = !list_empty(&v->sched.queue) && fits_here(v);

	if (waits && q != mine)
		take_over_unlock(q, v);
	else
		spin_unlock(&q->lock);
	if (!waits)
		return;
	mine->target = v;
	mine->yielded = true;
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
	struct cpu *on;

	v->sched.pause_count++;
	settle_locked(q, v);
	spin_unlock(&q->lock);
	/*
	 * Its registers are in order once a CPU that has them lets go; and one
	 * that has chosen it may be about to load them.
	 */
	while ((v != current() && READ_ONCE(v->sched.running)) ||
	       ((on = READ_ONCE(v->sched.on)) && on != this_cpu())) {
		tlb_answer();
		cpu_relax();
	}
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

/*
 * The first in a queue that can run here, or NULL; or the target, unless it is
 * so far ahead that two which yield to each other would run all the time.
 */
static struct vcpu *first_locked(struct runqueue *q)
{
	struct vcpu *first = NULL;
	struct list *at;

	for (at = q->queue.next; at != &q->queue; at = at->next) {
		struct vcpu *v = list_entry(at, struct vcpu, sched.queue);

		if (!fits_here(v))
			continue;
		if (!q->target || (v == q->target && !before(q->first + VSLICE,
							      v->sched.vtime)))
			return v;
		if (!first)
			first = v;
	}
	return first;
}

/*
 * Takes over somebody who waits for another CPU, if the best that we have is a
 * slice ahead of him, or is nobody.  The look at others needs no lock: it only
 * decides whether to look more closely.
 */
static void pull(struct runqueue *q, const struct vcpu *cur)
{
	u32 here = this_cpu()->id, i;
	bool any = cur || READ_ONCE(q->waiting);
	u64 best = cur ? cur->sched.vtime : q->first;
	struct runqueue *other;
	struct vcpu *v;

	if (cur && q->waiting && before(q->first, best))
		best = q->first;
	for (i = 1; i < nr_cpus; i++) {
		other = &runqueues[(here + i) % nr_cpus];
		if (!READ_ONCE(other->waiting) ||
		    (any && !before(READ_ONCE(other->first) + VSLICE, best)))
			continue;
		spin_lock(&other->lock);
		v = first_locked(other);
		if (!v) {
			spin_unlock(&other->lock);
			continue;
		}
		take_over_unlock(other, v);
		return;
	}
}

/* Those who have nobody waiting may take over from us, who have. */
static void push_locked(const struct runqueue *q)
{
	u32 i;

	for (i = 0; i < nr_cpus; i++)
		if (&runqueues[i] != q && !READ_ONCE(runqueues[i].waiting))
			cpu_kick(cpus[i], WORK_RESCHED);
}

/* True when cur goes on: it can, and nobody else should. */
static bool stays_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *v = q->cur;

	if (!v || !may_run_locked(v) || !allowed(v, v->cpu))
		return false;
	if (!q->waiting)
		return true;
	if (q->yielded || before(q->first + VSLICE / 2, v->sched.vtime))
		return false;
	return now < q->slice_end || !before(q->first, v->sched.vtime);
}

static void leave_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *v = q->cur;

	WRITE_ONCE(q->cur, NULL);
	v->sched.running = false;
	if (timer_is_set(&v->periodic))
		timer_stop(&v->periodic);
	account_locked(v, rest_state(v), now);
	if (!may_run_locked(v))
		active_locked(v, false);
}

static void enter_locked(struct runqueue *q, struct vcpu *v, nsec_t now)
{
	dequeue_locked(q, v);
	account_locked(v, RUN_RUNNING, now);
	v->sched.charged = now;
	if (before(q->clock, v->sched.vtime))
		WRITE_ONCE(q->clock, v->sched.vtime);
	WRITE_ONCE(q->cur, v);
	/* One that came due while others ran comes at once. */
	if (v->ticks && READ_ONCE(v->period))
		timer_set(&v->periodic, v->periodic.deadline);
	/*
	 * Who has an event for us sets it, then looks at running; we look for
	 * events on the way out.  The store must be seen first.
	 */
	__atomic_store_n(&v->sched.running, true, __ATOMIC_SEQ_CST);
}

/* Leaves cur, which goes to the queue after the next one was chosen. */
static struct vcpu *change_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *old = q->cur, *next = NULL, *away = NULL;

	if (old)
		leave_locked(q, now);
	if (q->yielded)
		next = first_locked(q);
	if (old && may_run_locked(old)) {
		if (allowed(old, old->cpu))
			enqueue_locked(q, old, 0);
		else
			away = old;
	}
	if (!next)
		next = first_locked(q);
	if (next)
		enter_locked(q, next, now);
	return away;
}

/* The slice timer runs while there is a reason to look again. */
static void slice_set_locked(struct runqueue *q)
{
	if (q->cur && (q->waiting || cap_of(q->cur))) {
		if (!timer_is_set(&q->slice) ||
		    q->slice.deadline != q->slice_end)
			timer_set(&q->slice, q->slice_end);
	} else if (timer_is_set(&q->slice)) {
		timer_cancel(&q->slice);
	}
}

struct vcpu *sched_pick(void)
{
	struct runqueue *q = &runqueues[this_cpu()->id];
	struct vcpu *v = q->cur, *away = NULL;
	nsec_t now = time_now();
	bool over = now >= q->slice_end;

	spin_lock(&q->lock);
	if (v) {
		charge_locked(q, now);
		park_locked(v, now);
	}
	if (nr_cpus > 1 && (!v || over || !may_run_locked(v))) {
		spin_unlock(&q->lock);
		pull(q, v && may_run_locked(v) ? v : NULL);
		spin_lock(&q->lock);
	}
	if (!stays_locked(q, now)) {
		away = change_locked(q, now);
		q->slice_end = now + sched_slice;
	} else if (over) {
		q->slice_end = now + sched_slice;
	}
	if (over && q->waiting)
		push_locked(q);
	q->yielded = false;
	q->target = NULL;
	slice_set_locked(q);
	v = q->cur;
	if (away)
		move_unlock(q, away, place(away));
	else
		spin_unlock(&q->lock);
	return v;
}
