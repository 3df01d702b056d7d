/* SPDX-License-Identifier: MIT */
/*
 * runqueue.c - in which CPU's queue a vCPU waits, and where in it; and what a
 * domain's share is.
 *
 * What is _locked is called with the queue's lock held; see sched.c.
 */
#include "runqueue.h"

const nsec_t sched_slice = CONFIG_SLICE_US * 1000UL;
struct runqueue runqueues[CONFIG_NR_CPUS];

struct runqueue *rq_lock(struct vcpu *v)
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

void resched_here(void)
{
	__atomic_fetch_or(&this_cpu()->work, WORK_RESCHED, __ATOMIC_SEQ_CST);
}

void resched(u32 cpu)
{
	if (cpu == this_cpu()->id)
		resched_here();
	else
		cpu_kick(cpus[cpu], WORK_RESCHED);
}

void account_locked(struct vcpu *v, enum runstate next, nsec_t now)
{
	struct sched_vcpu *s = &v->sched;

	s->in_state[s->runstate] += now - s->since;
	s->runstate = next;
	s->since = now;
}

void charge_locked(struct runqueue *q, nsec_t now)
{
	struct vcpu *v = q->cur;
	struct sched_domain *d = &v->domain->sched;
	nsec_t ran = now - v->sched.charged, due, from;
	u32 cap = READ_ONCE(d->share.cap);
	u64 least;

	/* The clocks of two CPUs may differ by a little. */
	if ((s64)ran <= 0)
		return;
	v->sched.charged = now;
	v->sched.vtime += ran * VTIME * MAX(READ_ONCE(d->active), 1) /
			  READ_ONCE(d->share.weight);
	least = v->sched.vtime;
	if (q->waiting && before(q->first, least))
		least = q->first;
	if (before(q->clock, least))
		WRITE_ONCE(q->clock, least);
	if (!cap)
		return;
	due = READ_ONCE(d->due);
	do
		from = MAX(due, now - ran);
	while (!cmpxchg(&d->due, &due, from + ran * 100 / cap));
}

void park_locked(struct vcpu *v, nsec_t now)
{
	nsec_t due = READ_ONCE(v->domain->sched.due);

	/* Whoever takes the dead apart has cancelled their timers. */
	if (due <= now || v->sched.parked ||
	    READ_ONCE(v->sched.state) != VCPU_RUNNABLE || !cap_of(v))
		return;
	v->sched.parked = true;
	timer_set(&v->sched.park, due);
}

enum runstate rest_state(const struct vcpu *v)
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

void active_locked(struct vcpu *v, bool active)
{
	if (v->sched.active == active)
		return;
	v->sched.active = active;
	__atomic_fetch_add(&v->domain->sched.active, active ? 1 : -1,
			   __ATOMIC_RELAXED);
}

void dequeue_locked(struct runqueue *q, struct vcpu *v)
{
	if (list_empty(&v->sched.queue))
		return;
	list_del(&v->sched.queue);
	WRITE_ONCE(q->waiting, q->waiting - 1);
	if (q->waiting)
		WRITE_ONCE(q->first, list_entry(q->queue.next, struct vcpu,
						sched.queue)->sched.key);
}

/* Behind all with the same key: at most as many steps as they are. */
void enqueue_locked(struct runqueue *q, struct vcpu *v, u64 bonus)
{
	struct list *at = q->queue.prev;

	v->sched.key = v->sched.vtime - bonus;
	while (at != &q->queue &&
	       before(v->sched.key, list_entry(at, struct vcpu,
					       sched.queue)->sched.key))
		at = at->prev;
	list_add(&v->sched.queue, at);
	active_locked(v, true);
	if (at == &q->queue)
		WRITE_ONCE(q->first, v->sched.key);
	WRITE_ONCE(q->waiting, q->waiting + 1);
}

static bool cpu_idles(u32 cpu)
{
	return !READ_ONCE(runqueues[cpu].cur) &&
	       !READ_ONCE(runqueues[cpu].waiting);
}

/* A queue that nobody used takes the time of the one that is furthest. */
static void clock_catch_up_locked(struct runqueue *q)
{
	u32 i;

	for (i = 0; i < nr_cpus; i++) {
		u64 other = READ_ONCE(runqueues[i].clock);

		if (before(q->clock, other))
			WRITE_ONCE(q->clock, other);
	}
}

/* Neither far behind nor hopelessly ahead of those with whom it competes. */
static void vtime_adjust_locked(struct runqueue *q, struct vcpu *v, u64 behind)
{
	u64 *t = &v->sched.vtime;

	if (q->cur)
		charge_locked(q, time_now());
	else if (!q->waiting)
		clock_catch_up_locked(q);
	if (before(*t, q->clock - behind))
		*t = q->clock - behind;
	else if (before(q->clock + VAHEAD, *t))
		*t = q->clock + VAHEAD;
}

void settle_locked(struct runqueue *q, struct vcpu *v)
{
	nsec_t now = time_now();
	bool slept;

	if (v->sched.running) {
		if (!may_run_locked(v))
			resched(v->cpu);
		return;
	}
	slept = v->sched.runstate != RUN_WAITING;
	park_locked(v, now);
	account_locked(v, rest_state(v), now);
	if (!may_run_locked(v)) {
		dequeue_locked(q, v);
		active_locked(v, false);
		return;
	}
	if (!list_empty(&v->sched.queue))
		return;
	vtime_adjust_locked(q, v, slept ? VSLICE : VAHEAD);
	enqueue_locked(q, v, slept ? VSLICE : 0);
	/* With others before us the slice timer runs already. */
	if (q->waiting == 1 || (q->cur && before(v->sched.key + VSLICE / 2,
						 q->cur->sched.vtime)))
		resched(v->cpu);
}

void move_unlock(struct runqueue *q, struct vcpu *v, u32 cpu)
{
	v->cpu = cpu;
	spin_unlock(&q->lock);
	q = rq_lock(v);
	settle_locked(q, v);
	spin_unlock(&q->lock);
}

u32 place(const struct vcpu *v)
{
	u32 home = v->cpu, i, cpu;

	if (nr_cpus == 1 || (allowed(v, home) && cpu_idles(home)))
		return home;
	for (i = 1; i < nr_cpus; i++) {
		cpu = (home + i) % nr_cpus;
		if (allowed(v, cpu) && cpu_idles(cpu))
			return cpu;
	}
	if (allowed(v, home))
		return home;
	return __builtin_ctzl(cpus_allowed(v));
}

/* ---- Settings ----------------------------------------------------------- */

int sched_set_weight(struct domain *d, u64 weight)
{
	if (!weight || weight > SCHED_WEIGHT_MAX)
		return fail(-EINVAL);
	WRITE_ONCE(d->sched.share.weight, weight);
	return 0;
}

int sched_set_cap(struct domain *d, u64 cap)
{
	if (cap > 100 * nr_cpus)
		return fail(-EINVAL);
	WRITE_ONCE(d->sched.due, time_now());
	WRITE_ONCE(d->sched.share.cap, cap);
	return 0;
}

void sched_pin(struct vcpu *v, u64 mask)
{
	WRITE_ONCE(v->sched.only, mask);
	resched_here();
}

/* A vCPU that runs elsewhere leaves at its CPU's next choice. */
int sched_set_affinity(struct domain *d, u64 mask)
{
	struct runqueue *q;
	u32 i;

	if (nr_cpus < 64)
		mask &= (1UL << nr_cpus) - 1;
	if (!mask)
		return fail(-EINVAL);
	WRITE_ONCE(d->sched.share.cpus, mask);
	for (i = 0; i < d->nr_vcpus; i++) {
		struct vcpu *v = d->vcpu[i];

		q = rq_lock(v);
		if (allowed(v, v->cpu)) {
			spin_unlock(&q->lock);
		} else if (v->sched.running) {
			resched(v->cpu);
			spin_unlock(&q->lock);
		} else {
			dequeue_locked(q, v);
			move_unlock(q, v, place(v));
		}
	}
	return 0;
}
