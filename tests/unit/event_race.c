/* SPDX-License-Identifier: MIT */
/*
 * event_race.c - event channels used by several CPUs at once: no event after a
 * close, no wake-up lost.
 */
#include <pthread.h>
#include <stdlib.h>
#include <tap.h>
#include <time.h>

#include "event/world.h"

/* Makes what is inside a call take as long as what is between two. */
static void dawdle(void)
{
	static _Thread_local u32 n;
	u32 i;

	n = n * 1664525 + 1013904223;
	for (i = n >> 26; i; i--)
		cpu_relax();
}

#define ROUNDS	2000

static bool stop;
static u32 sender_port;
static u64 nr_sent;

static void *sender(void *arg)
{
	(void)arg;
	cpus[this_cpu()->id] = this_cpu();
	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		port_call(1, EVTCHNOP_send, sender_port);
		nr_sent++;
	}
	return NULL;
}

/* One thread sends all the time; the other end is closed and bound anew. */
static void test_close_race(void)
{
	pthread_t t;
	u32 round, spin, late = 0, arrived = 0;
	s64 b;

	setup();
	sender_port = alloc(1, 2);
	stop = false;
	fake_hooks.locked = dawdle;
	pthread_create(&t, NULL, sender, NULL);
	for (round = 0; round < ROUNDS; round++) {
		b = inter(2, 1, sender_port);
		bits_test_clear(shared[2].evtchn_pending, b);
		for (spin = 0; spin < (round % 16 ? 50 : 1u << 30) &&
		     !pending(2, b); spin++)
			cpu_relax();
		arrived += pending(2, b);
		port_call(2, EVTCHNOP_close, b);
		for (spin = 0; spin < 100; spin++) {
			late += pending(2, b);
			cpu_relax();
		}
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	pthread_join(t, NULL);
	fake_hooks.locked = NULL;
	ok(arrived > 0, "events arrive while the other end comes and goes");
	is_eq(late, 0, "but never after it was closed");
}

/*
 * Two vCPUs on two CPUs wake each other up and block, over and
 * over.  A wake-up that is lost leaves both asleep.
 */
#define PINGS	10000

static u64 pings[2];
static u32 ping_ports[2];

/* The guest's upcall: all that is pending, in the order of the ABI. */
static bool take_event(struct vcpu *v, bool masked)
{
	struct vcpu_info *info = v->pv.info;

	if (!masked && (!__atomic_exchange_n(&info->evtchn_upcall_pending, 0,
					     __ATOMIC_SEQ_CST) ||
			!__atomic_exchange_n(&info->evtchn_pending_sel, 0,
					     __ATOMIC_SEQ_CST)))
		return false;
	return __atomic_exchange_n(&v->domain->pv.shared->evtchn_pending[0], 0,
				   __ATOMIC_SEQ_CST);
}

static bool upcall_waits(struct vcpu *v)
{
	return __atomic_load_n(&v->pv.info->evtchn_upcall_pending,
			       __ATOMIC_RELAXED);
}

/* Blocks as sched_op does, or polls; then runs the scheduler until it runs. */
static bool wait_event(struct vcpu *v, bool poll, u32 port_number)
{
	struct cpu *c = this_cpu();
	time_t end = time(NULL) + 20;
	struct vcpu *next;

	dawdle();
	if (poll)
		evt_poll_begin(v, port_number);
	dawdle();
	sched_block(v);
	if (poll ? pending(v->domain->id, port_number) : upcall_waits(v)) {
		sched_unblock(v);
		if (poll)
			evt_poll_end(v);
	}
	while (time(NULL) < end) {
		if (!__atomic_exchange_n(&c->work, 0, __ATOMIC_SEQ_CST) &&
		    c->cur) {
			return true;
		}
		next = sched_pick();
		c->cur = next;
	}
	return false;
}

static void *pinger(void *arg)
{
	u32 me = *(u32 *)arg;
	struct vcpu *v = &vcpus[1 + me][0];
	u64 i;

	cpus[this_cpu()->id] = this_cpu();
	sched_init_cpu(this_cpu()->id);
	sched_init_vcpu(v);
	v->cpu = this_cpu()->id;
	sched_start(v);
	this_cpu()->cur = sched_pick();
	if (this_cpu()->cur != v)
		return NULL;
	for (i = 0; i < PINGS; i++) {
		/* Masked now and then, so that only a poll sees it. */
		bool poll = i / 64 % 2;

		shared[1 + me].evtchn_mask[0] = poll ? ~0UL : 0;
		if (!me || i)
			port_call(1 + me, EVTCHNOP_send, ping_ports[me]);
		if (me && !i)
			port_call(1 + me, EVTCHNOP_send, ping_ports[me]);
		while (!take_event(v, poll))
			if (!wait_event(v, poll, ping_ports[me]))
				return NULL;
		pings[me]++;
	}
	/* The other one may wait for our last event. */
	port_call(1 + me, EVTCHNOP_send, ping_ports[me]);
	return NULL;
}

static void test_wake_race(void)
{
	pthread_t t[2];
	u32 who[2] = { 0, 1 }, i;

	setup();
	ping_ports[0] = alloc(1, 2);
	ping_ports[1] = inter(2, 1, ping_ports[0]);
	clear(1);
	clear(2);
	for (i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, pinger, &who[i]);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	is_eq(pings[0], PINGS, "no wake-up of the first is lost");
	is_eq(pings[1], PINGS, "nor of the second");
}

int main(void)
{
	test_close_race();
	test_wake_race();
	setup();
	return tap_done();
}
