/* SPDX-License-Identifier: MIT */
/*
 * idle.c - giving the CPU away with more in one entry: idle until an event or
 * a deadline, and a yield to another domain's vCPU.
 *
 * What: both commands with each refusal; that idle ends by its deadline without
 * an event, and by an event before it; a directed yield that has nobody to go
 * to.  With role=ping, pong, spin, ticks or sleep it is one of several domains
 * of tests/system/test_smp.py: two that send each other events by turns
 * in three ways, one that only spins and then tells how much it ran, one that
 * watches how late its timer comes.
 * Why: what saves entries must not lose events or leave the CPU to nobody.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define MS	1000000ul
#define ROUNDS	200

SNIPPET(do_hypercall, "syscall; ud2");

static uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

static long op(unsigned int cmd, uint64_t arg, uint64_t count)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, arg, count);
}

static bool pending(uint32_t port)
{
	return *(volatile uint64_t *)shared_info->evtchn_pending >> port & 1;
}

/* Upcalls are masked, so all of it is ours. */
static void clear(void)
{
	__atomic_exchange_n(&vcpu_info->evtchn_upcall_pending, 0,
			    __ATOMIC_SEQ_CST);
	__atomic_exchange_n(&vcpu_info->evtchn_pending_sel, 0,
			    __ATOMIC_SEQ_CST);
	__atomic_exchange_n(&shared_info->evtchn_pending[0], 0,
			    __ATOMIC_SEQ_CST);
}

static struct regs out;

/* Idle, masked again behind it; what vector came back, and what it returned. */
static uint64_t idle(uint64_t deadline, uint64_t *vector)
{
	struct regs in;

	regs_kernel(&in, do_hypercall);
	in.rax = __HYPERVISOR_sluice_op;
	in.rdi = SLUICEOP_idle;
	in.rsi = deadline;
	in.rdx = 0;
	enter(&in, &out);
	*vector = out.vector;
	return out.rax;
}

static uint32_t bind_timer(void)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER };

	if (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, PTR(&b)))
		bail("can't bind the timer");
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	clear();
	return b.port;
}

static void test_idle(void)
{
	uint32_t timer = bind_timer();
	uint64_t start = now(), vector;

	is(idle(start + 5 * MS, &vector), 0, "idle until a deadline");
	is(vector, 6, "ends without an event");
	ok(now() >= start + 5 * MS, "not too early");
	ok(!pending(timer), "and leaves none");
	is(out.cs >> 32 & 0xff, 0, "upcalls are unmasked by it");
	start = now();
	is(idle(1, &vector), 0, "a deadline in the past");
	is(idle(~0ul, &vector), 0, "one before the beginning of time");
	ok(now() < start + 1000 * MS, "both are over at once");

	start = now();
	hc1(__HYPERVISOR_set_timer_op, start + 3 * MS);
	is(idle(start + 5000 * MS, &vector), 0, "a timer before the deadline");
	is(vector, CAME_EVENT, "ends it by an upcall");
	ok(now() < start + 4000 * MS && pending(timer), "of the timer");
	is(idle(start + 5000 * MS, &vector), 0, "idle with an upcall pending");
	is(vector, CAME_EVENT, "is over");
	clear();
	start = now();
	hc1(__HYPERVISOR_set_timer_op, start + 3 * MS);
	is(idle(0, &vector), 0, "idle without a deadline");
	is(vector, CAME_EVENT, "ends by the upcall");
	clear();
	/* The deadline of the one that an event ended is over: nothing. */
	start = now();
	hc1(__HYPERVISOR_set_timer_op, start + 2 * MS);
	idle(start + 6 * MS, &vector);
	clear();
	hc1(__HYPERVISOR_set_timer_op, start + 12 * MS);
	is(idle(start + 5000 * MS, &vector), 0, "an old deadline");
	ok(now() >= start + 12 * MS, "does not end a later idle");
	clear();
	hc1(__HYPERVISOR_set_timer_op, 0);
	is(op(SLUICEOP_idle, 1, 1), -XEN_EINVAL, "idle with a third argument");
}

static void test_yield_to(void)
{
	struct evtchn_bind_ipi ipi = { .vcpu = 0 };
	struct evtchn_alloc_unbound half = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF
	};
	struct evtchn_close close;

	hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, PTR(&ipi));
	is(op(SLUICEOP_yield_to, ipi.port, 0), 0, "a yield to oneself");
	ok(!pending(ipi.port), "is no event");
	is(op(SLUICEOP_yield_to, ipi.port, SLUICE_YIELD_SEND), 0, "with one");
	ok(pending(ipi.port), "is one");
	clear();
	is(op(SLUICEOP_yield_to, ipi.port, 2), -XEN_EINVAL,
	   "with something else");
	is(op(SLUICEOP_yield_to, 4000, SLUICE_YIELD_SEND), -XEN_EINVAL,
	   "with one to a free port");
	is(op(SLUICEOP_yield_to, 0, 0), -XEN_EINVAL, "to port 0");
	is(op(SLUICEOP_yield_to, 4000, 0), -XEN_EINVAL, "to a free port");
	is(op(SLUICEOP_yield_to, 4096, 0), -XEN_EINVAL, "to no port");
	is(op(SLUICEOP_yield_to, 1ul << 32 | ipi.port, 0), -XEN_EINVAL,
	   "to a port above 2^32");
	hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, PTR(&half));
	is(op(SLUICEOP_yield_to, half.port, 0), -XEN_EINVAL,
	   "to a port without another end");
	close.port = ipi.port;
	hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_close, PTR(&close));
	is(op(SLUICEOP_yield_to, ipi.port, 0), -XEN_EINVAL,
	   "to a closed port");
	is(op(7, 0, 0), -XEN_ENOSYS, "command 7");
}

/* ---- Two domains -------------------------------------------------------- */

static uint32_t port;
static struct evtchn_send to;

/* Sleeps until the port is pending, and takes it. */
static void wait(void)
{
	struct sched_poll p = { .ports = &port, .nr_ports = 1 };

	while (!pending(port))
		hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&p));
	clear();
}

static void send(bool directed)
{
	if (!directed) {
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, PTR(&to));
		return;
	}
	op(SLUICEOP_yield_to, port, SLUICE_YIELD_SEND);
}

static void connect(void)
{
	struct evtchn_alloc_unbound a = {
		.dom = DOMID_SELF, .remote_dom = number("peer", 0)
	};
	struct evtchn_bind_interdomain b = { .remote_dom = number("peer", 0) };

	if (!strncmp(option("role"), "pong", 4)) {
		if (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
			PTR(&a)))
			bail("no port");
		port = a.port;
	} else {
		while (hc2(__HYPERVISOR_event_channel_op,
			   EVTCHNOP_bind_interdomain, PTR(&b)))
			b.remote_port = (b.remote_port + 1) % 64;
		port = b.local_port;
	}
	to.port = port;
	vcpu_info->evtchn_upcall_mask = 1;
	clear();
}

/* By turns; the way is part of the round, so that both agree. */
static void pong(void)
{
	uint32_t i;

	connect();
	for (i = 0; i < 2 * ROUNDS; i++) {
		wait();
		send(i >= ROUNDS);
	}
	/* Both run all the time: a yield is a change of domain. */
	for (;;)
		op(SLUICEOP_yield_to, port, 0);
}

static void ping(void)
{
	uint64_t start = 0, took[3];
	uint32_t i;

	connect();
	for (i = 0; i < 2 * ROUNDS; i++) {
		if (i % ROUNDS == ROUNDS / 2)
			start = rdtsc();
		send(i >= ROUNDS);
		wait();
		if (i % ROUNDS == ROUNDS - 1)
			took[i / ROUNDS] = (rdtsc() - start) / (ROUNDS / 2);
	}
	for (i = 0; i < ROUNDS; i++) {
		if (i == ROUNDS / 2)
			start = rdtsc();
		op(SLUICEOP_yield_to, port, 0);
	}
	took[2] = (rdtsc() - start) / ROUNDS;
	note("figure roundtrip %lu", took[0]);
	note("figure roundtrip_directed %lu", took[1]);
	note("figure domain_switch %lu", took[2]);
	ok(true, "events by turns");
}

/*
 * Now and then with a pause, by which an emulator that has one thread for all
 * CPUs goes on with the next one.
 */
static uint64_t spin_until(uint64_t end)
{
	uint64_t i, t;

	for (i = 0; (t = now()) < end; i++)
		if (i % 64 == 0)
			asm volatile("pause");
	return t;
}

/* How many thousandths of that time it ran. */
static void spin(void)
{
	struct vcpu_runstate_info a, b;
	uint64_t from = 1000 * MS, start;

	start = spin_until(from);
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_get_runstate_info, 0, PTR(&a));
	spin_until(from + number("seconds", 0) * 1000 * MS);
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_get_runstate_info, 0, PTR(&b));
	note("share %lu", (b.time[RUNSTATE_running] -
			   a.time[RUNSTATE_running]) * 1000 / (now() - start));
	ok(true, "spun");
	for (;;)
		hc2(__HYPERVISOR_sched_op, SCHEDOP_block, 0);
}

static bool typed(char what)
{
	char c = 0;

	while (hc3(__HYPERVISOR_console_io, CONSOLEIO_read, 1, PTR(&c)) == 1)
		if (c == what)
			return true;
	return false;
}

/*
 * The worst, of a deadline every 7 ms or so many us: from that second on, for
 * as many as are given, or until an x is typed to domain 0.
 */
static void ticks(void)
{
	uint64_t every = number("every", 7000) * 1000;
	uint64_t from = number("from", 1);
	uint64_t deadline, late, worst = 0, vector;
	uint64_t end = option("seconds") ?
		(number("seconds", 0) + from) * 1000 * MS : ~0ul;

	while (now() < from * 1000 * MS)
		idle(now() + every, &vector);
	note("watching");
	while (now() < end && !typed('x')) {
		deadline = now() + every;
		idle(deadline, &vector);
		late = now() - deadline;
		worst = late > worst ? late : worst;
	}
	note("late %lu", worst / 1000);
	ok(true, "ticked");
}

static uint64_t ran_ns(void)
{
	struct vcpu_runstate_info info;

	hc3(__HYPERVISOR_vcpu_op, VCPUOP_get_runstate_info, 0, PTR(&info));
	return info.time[RUNSTATE_running];
}

/* Does nothing, and tells what that took: of the CPU, and how often. */
static void sleep(void)
{
	uint64_t end = number("seconds", 0) * 1000 * MS, vector, ran, times = 0;

	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	ran = ran_ns();
	for (; now() < end; times++)
		idle(end, &vector);
	note("ran %lu", (ran_ns() - ran) / 1000);
	note("times %lu", times);
	ok(true, "slept");
}

void test_main(void)
{
	const char *role = option("role");

	if (!role) {
		test_idle();
		test_yield_to();
	} else if (!strncmp(role, "pi", 2)) {
		ping();
	} else if (!strncmp(role, "po", 2)) {
		pong();
	} else if (!strncmp(role, "sp", 2)) {
		spin();
	} else if (!strncmp(role, "sl", 2)) {
		sleep();
	} else {
		ticks();
	}
}
