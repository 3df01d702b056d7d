/* SPDX-License-Identifier: MIT */
/*
 * event_test.c - event channels between two domains, their refusals, and races
 * that one domain alone can't show: no event after a close, no wake-up lost.
 *
 * Linked with the real scheduler and the real way of setting pending bits.
 */
#include <abi/event_channel.h>
#include <abi/xen.h>
#include <domain.h>
#include <errno.h>
#include <fake.h>
#include <hypercall.h>
#include <machine.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <tap.h>
#include <time.h>

#include "../../hypervisor/pv/ops.h"
#include "../../hypervisor/pv/shared_bits.h"

#define NR_DOMS		3
#define NR_VCPUS	2

struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus = 1;

static struct domain doms[NR_DOMS];
static struct vcpu vcpus[NR_DOMS][NR_VCPUS];
static struct shared_info shared[NR_DOMS];
static u32 consoles;
static bool preempt;

/* ---- The rest of the hypervisor ----------------------------------------- */

nsec_t time_now(void)
{
	return 1;
}

void timer_hw_set(nsec_t deadline)
{
	this_cpu()->timer_deadline = deadline;
}

void cpu_kick(struct cpu *c, u32 work)
{
	__atomic_fetch_or(&c->work, work, __ATOMIC_SEQ_CST);
}

void *page_alloc(unsigned int order)
{
	return calloc(1, PAGE_SIZE << order);
}

void page_free(void *p, unsigned int order)
{
	(void)order;
	free(p);
}

struct domain *domain_get(u32 id)
{
	if (id >= NR_DOMS)
		return NULL;
	doms[id].refs++;
	return &doms[id];
}

void domain_put(struct domain *d)
{
	d->refs--;
}

enum pv_pending pv_evt_set_pending(struct vcpu *v, u32 port)
{
	return evt_set_pending(v, port);
}

void pv_evt_clear_pending(struct domain *d, u32 port)
{
	bits_test_clear(d->pv.shared->evtchn_pending, port);
}

bool pv_evt_unmask(struct vcpu *v, u32 port)
{
	struct shared_info *s = v->domain->pv.shared;

	return bits_test_clear(s->evtchn_mask, port) &&
	       bits_test(s->evtchn_pending, port) &&
	       evt_mark(v, port / 64) == PV_UPCALL;
}

void pv_console_notified(struct domain *d)
{
	(void)d;
	consoles++;
}

bool hypercall_preempt(void)
{
	return preempt;
}

s64 hypercall_continue(u64 a1, u64 a2, u64 a3, u64 a4)
{
	(void)a1, (void)a2, (void)a3, (void)a4;
	return -ERESTART;
}

/* ---- Helpers ------------------------------------------------------------ */

/* All that this machine's guests pass as arguments lies here. */
static struct args {
	union {
		struct evtchn_alloc_unbound alloc;
		struct evtchn_bind_interdomain inter;
		struct evtchn_bind_virq virq;
		struct evtchn_bind_ipi ipi;
		struct evtchn_bind_vcpu vcpu;
		struct evtchn_status status;
		struct evtchn_reset reset;
		u32 port;
	};
} args[CONFIG_NR_CPUS];

static struct args *mine(void)
{
	return &args[this_cpu()->id];
}

static s64 call(u32 dom, u32 cmd)
{
	this_cpu()->cur = &vcpus[dom][0];
	return op_event_channel_op(cmd, (u64)mine());
}

static s64 port_call(u32 dom, u32 cmd, u32 number)
{
	mine()->port = number;
	return call(dom, cmd);
}

static s64 alloc(u32 dom, u32 remote)
{
	mine()->alloc = (struct evtchn_alloc_unbound){
		.dom = DOMID_SELF, .remote_dom = remote,
	};
	return call(dom, EVTCHNOP_alloc_unbound) ?: mine()->alloc.port;
}

static s64 inter(u32 dom, u32 remote, u32 number)
{
	mine()->inter = (struct evtchn_bind_interdomain){
		.remote_dom = remote, .remote_port = number,
	};
	return call(dom, EVTCHNOP_bind_interdomain) ?:
	       mine()->inter.local_port;
}

static s64 status(u32 caller, u32 dom, u32 number)
{
	mine()->status = (struct evtchn_status){ .dom = dom, .port = number };
	return call(caller, EVTCHNOP_status) ?: mine()->status.status;
}

static bool pending(u32 dom, u32 number)
{
	return bits_test(shared[dom].evtchn_pending, number);
}

static void clear(u32 dom)
{
	memset(&shared[dom], 0, sizeof(shared[dom]));
}

static void setup(void)
{
	u32 i, j;

	for (i = 0; i < NR_DOMS; i++) {
		struct domain *d = &doms[i];

		if (d->nr_vcpus) {
			evt_domain_close(d);
			evt_domain_free(d);
		}
		*d = (struct domain){
			.id = i, .privileged = !i, .nr_vcpus = NR_VCPUS,
			.pv.shared = &shared[i],
		};
		clear(i);
		for (j = 0; j < NR_VCPUS; j++) {
			struct vcpu *v = &vcpus[i][j];

			*v = (struct vcpu){
				.domain = d, .id = j,
				.pv.info = &shared[i].vcpu_info[j],
			};
			d->vcpu[j] = v;
			sched_init_vcpu(v);
			v->sched.state = VCPU_RUNNABLE;
		}
		if (evt_domain_init(d))
			abort();
	}
}

/* ---- Two domains -------------------------------------------------------- */

static void test_interdomain(void)
{
	s64 a, b;

	setup();
	a = alloc(1, 2);
	is_eq(a, 1, "the first port is 1");
	is_eq(inter(0, 1, a), -EINVAL, "a port that waits for another domain");
	is_eq(inter(2, 1, a + 1), -EINVAL, "a port that is free");
	is_eq(inter(2, 1, 64), -EINVAL, "a port that is not valid");
	is_eq(inter(2, 7, a), -ESRCH, "a domain that is not");
	b = inter(2, 1, a);
	ok(b > 0, "the right one gets through");
	ok(pending(2, b), "its own end is pending");
	ok(!pending(1, a), "the other end is not");
	is_eq(status(1, DOMID_SELF, a), EVTCHNSTAT_interdomain, "both are bound");
	is_eq(mine()->status.u.interdomain.dom, 2, "to the other domain");
	is_eq(mine()->status.u.interdomain.port, b, "and its port");
	is_eq(inter(2, 1, a), -EINVAL, "it can't be bound twice");
	clear(2);
	is_eq(port_call(1, EVTCHNOP_send, a), 0, "send");
	ok(pending(2, b) && !pending(1, a), "arrives at the other end");
	is_eq(shared[2].vcpu_info[0].evtchn_upcall_pending, 1, "with an upcall");
	is_eq(port_call(2, EVTCHNOP_send, b), 0, "and back");
	ok(pending(1, a), "it arrives as well");
	is_eq(port_call(1, EVTCHNOP_close, a), 0, "one end closes");
	ok(!pending(1, a), "its pending bit goes");
	is_eq(status(2, DOMID_SELF, b), EVTCHNSTAT_unbound,
	      "the other waits again");
	is_eq(mine()->status.u.unbound.dom, 1, "for the same domain");
	is_eq(port_call(2, EVTCHNOP_send, b), 0, "and sends to nobody");
	ok(!pending(1, a), "which nobody gets");
	is_eq(inter(1, 2, b), a, "the lowest free port is taken again");
}

static void test_rights(void)
{
	s64 a;

	setup();
	a = alloc(1, 2);
	is_eq(status(2, 1, a), -EPERM, "another domain's status is not ours");
	is_eq(status(0, 1, a), EVTCHNSTAT_unbound, "but domain 0's");
	is_eq(status(2, 9, a), -ESRCH, "of no domain");
	mine()->alloc = (struct evtchn_alloc_unbound){
		.dom = 1, .remote_dom = 2
	};
	is_eq(call(2, EVTCHNOP_alloc_unbound), -EPERM, "nor its ports");
	is_eq(call(0, EVTCHNOP_alloc_unbound), 0, "domain 0 may");
	is_eq(status(1, DOMID_SELF, mine()->alloc.port), EVTCHNSTAT_unbound,
	      "and the port is the other's");
	mine()->reset = (struct evtchn_reset){ .dom = 1 };
	is_eq(call(2, EVTCHNOP_reset), -EPERM, "nor closing all of them");
	is_eq(call(0, EVTCHNOP_reset), -EINVAL,
	      "domain 0 neither, as the domain runs");
	is_eq(doms[0].refs | doms[1].refs | doms[2].refs, 0,
	      "no reference is left");
}

static void test_full(void)
{
	s64 p, last = 0;
	u32 n = 0;

	setup();
	while ((p = alloc(1, 2)) > 0) {
		last = p;
		n++;
	}
	is_eq(n, EVT_MAX_PORTS - 1, "all ports but 0 can be had");
	is_eq(last, EVT_MAX_PORTS - 1, "up to the last");
	is_eq(p, -ENOSPC, "then there is none");
	is_eq(inter(1, 1, 9999), -ENOSPC, "whatever for");
	port_call(1, EVTCHNOP_close, 3000);
	port_call(1, EVTCHNOP_close, 77);
	is_eq(alloc(1, 2), 77, "the lowest that was closed comes first");
	is_eq(alloc(1, 2), 3000, "then the next");
	preempt = true;
	mine()->reset = (struct evtchn_reset){ .dom = DOMID_SELF };
	is_eq(call(1, EVTCHNOP_reset), -ERESTART, "closing all can stop");
	for (n = 0; call(1, EVTCHNOP_reset) == -ERESTART; n++)
		;
	preempt = false;
	ok(n > 10 && n < EVT_MAX_PORTS, "and goes on from there");
	is_eq(alloc(1, 2), 1, "until all are free");
}

static void test_virq(void)
{
	s64 timer, global;

	setup();
	mine()->virq = (struct evtchn_bind_virq){ .virq = VIRQ_TIMER, .vcpu = 1 };
	is_eq(call(0, EVTCHNOP_bind_virq), 0, "a timer of vCPU 1");
	timer = mine()->virq.port;
	mine()->virq = (struct evtchn_bind_virq){ .virq = VIRQ_CONSOLE };
	is_eq(call(0, EVTCHNOP_bind_virq), 0, "the console");
	global = mine()->virq.port;
	mine()->vcpu = (struct evtchn_bind_vcpu){ .port = timer, .vcpu = 0 };
	is_eq(call(0, EVTCHNOP_bind_vcpu), -EINVAL, "a timer can't be moved");
	mine()->vcpu = (struct evtchn_bind_vcpu){ .port = global, .vcpu = 1 };
	is_eq(call(0, EVTCHNOP_bind_vcpu), 0, "the console can");
	evt_raise_virq(&vcpus[0][0], VIRQ_TIMER);
	ok(!pending(0, timer), "another vCPU's timer is not this one's");
	evt_raise_virq(&vcpus[0][1], VIRQ_TIMER);
	ok(pending(0, timer), "its own is");
	clear(0);
	evt_raise_virq(&vcpus[0][0], VIRQ_CONSOLE);
	ok(pending(0, global), "the console's interrupt");
	is_eq(shared[0].vcpu_info[1].evtchn_upcall_pending, 1,
	      "goes to where it was moved");
	is_eq(shared[0].vcpu_info[0].evtchn_upcall_pending, 0, "and only there");
	is_eq(port_call(0, EVTCHNOP_close, global), 0, "closed");
	clear(0);
	evt_raise_virq(&vcpus[0][0], VIRQ_CONSOLE);
	ok(!pending(0, global), "it comes no more");
	mine()->virq = (struct evtchn_bind_virq){ .virq = VIRQ_CONSOLE };
	is_eq(call(0, EVTCHNOP_bind_virq), 0, "and can be bound again");
	is_eq(port_call(0, EVTCHNOP_close, timer), 0, "the timer closed");
	mine()->virq = (struct evtchn_bind_virq){ .virq = VIRQ_TIMER, .vcpu = 1 };
	is_eq(call(0, EVTCHNOP_bind_virq), 0, "bound again, too");
}

static void test_consumer(void)
{
	port_t p;

	setup();
	is_eq(evt_bind_consumer(&doms[1], 0, EVT_CONSOLE, &p), 0,
	      "a port to the hypervisor");
	is_eq(status(1, DOMID_SELF, p.n), EVTCHNSTAT_interdomain,
	      "looks like one to a domain");
	consoles = 0;
	is_eq(port_call(1, EVTCHNOP_send, p.n), 0, "what is sent there");
	is_eq(consoles, 1, "the hypervisor gets");
	evt_notify(&doms[1], p);
	ok(pending(1, p.n), "and the other way");
	is_eq(port_call(1, EVTCHNOP_close, p.n), 0, "the domain may close it");
	clear(1);
	evt_notify(&doms[1], p);
	ok(!pending(1, p.n), "then it hears no more");
	is_eq(port_call(1, EVTCHNOP_send, p.n), -EINVAL, "nor can it send");
}

static void test_dead(void)
{
	s64 a, b;

	setup();
	a = alloc(1, 2);
	b = inter(2, 1, a);
	evt_domain_close(&doms[2]);
	is_eq(status(1, DOMID_SELF, a), EVTCHNSTAT_unbound,
	      "the end of a domain unbinds its peers");
	is_eq(port_call(1, EVTCHNOP_send, a), 0, "who send to nobody");
	ok(!pending(2, b), "indeed");
	is_eq(alloc(2, 1), -EINVAL, "it gets no new ports");
	is_eq(inter(2, 1, a), -EINVAL, "of any kind");
	is_eq(evt_bind_interdomain(&doms[1], &doms[2], port(b), &(port_t){ 0 }),
	      -EINVAL, "nor can one be bound to");
}

/* Its own CPU's timer fires on the way out, after it has blocked. */
static void test_blocking(void)
{
	struct vcpu *v = &vcpus[1][0];

	setup();
	mine()->virq = (struct evtchn_bind_virq){ .virq = VIRQ_TIMER };
	is_eq(call(1, EVTCHNOP_bind_virq), 0, "a timer");
	is_eq(this_cpu()->cur == v, 1, "the vCPU runs");
	sched_block(v);
	evt_raise_virq(v, VIRQ_TIMER);
	is_eq(v->sched.state, VCPU_RUNNABLE, "an event ends its own block");
	clear(1);
	shared[1].evtchn_mask[0] = ~0UL;
	evt_poll_begin(v, mine()->virq.port);
	sched_block(v);
	evt_raise_virq(v, VIRQ_TIMER);
	is_eq(v->sched.state, VCPU_RUNNABLE, "and its own poll, masked or not");
	is_eq(doms[1].evt.pollers, 0, "which is over");
	clear(1);
	shared[1].evtchn_mask[0] = ~0UL;
	evt_poll_begin(v, mine()->virq.port + 1);
	sched_block(v);
	evt_raise_virq(v, VIRQ_TIMER);
	is_eq(v->sched.state, VCPU_BLOCKED, "but not one for another port");
	sched_kill(v);
}

/* ---- Races -------------------------------------------------------------- */

/* Makes what is between two steps of a send as long as what is between calls. */
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
	timer_init_cpu(this_cpu()->id);
	v->sched.state = VCPU_DOWN;
	sched_init_vcpu(v);
	sched_init_cpu();
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
	cpus[this_cpu()->id] = this_cpu();
	timer_init_cpu(this_cpu()->id);
	fake_guest_window(args, sizeof(args));
	test_interdomain();
	test_rights();
	test_full();
	test_virq();
	test_consumer();
	test_dead();
	test_blocking();
	test_close_race();
	test_wake_race();
	setup();
	return tap_done();
}
