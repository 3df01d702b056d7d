/* SPDX-License-Identifier: MIT */
/*
 * event_test.c - event channels between domains, and their refusals: what one
 * domain alone can't show.
 */
#include <irq.h>
#include <tap.h>

#include "event/world.h"

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
	is_eq(status(1, DOMID_SELF, a), EVTCHNSTAT_interdomain,
	      "both are bound");
	is_eq(mine()->status.u.interdomain.dom, 2, "to the other domain");
	is_eq(mine()->status.u.interdomain.port, b, "and its port");
	is_eq(inter(2, 1, a), -EINVAL, "it can't be bound twice");
	clear(2);
	is_eq(port_call(1, EVTCHNOP_send, a), 0, "send");
	ok(pending(2, b) && !pending(1, a), "arrives at the other end");
	is_eq(shared[2].vcpu_info[0].evtchn_upcall_pending, 1,
	      "with an upcall");
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
	mine()->virq = (struct evtchn_bind_virq){
		.virq = VIRQ_TIMER, .vcpu = 1,
	};
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
	is_eq(shared[0].vcpu_info[0].evtchn_upcall_pending, 0,
	      "and only there");
	is_eq(port_call(0, EVTCHNOP_close, global), 0, "closed");
	clear(0);
	evt_raise_virq(&vcpus[0][0], VIRQ_CONSOLE);
	ok(!pending(0, global), "it comes no more");
	mine()->virq = (struct evtchn_bind_virq){ .virq = VIRQ_CONSOLE };
	is_eq(call(0, EVTCHNOP_bind_virq), 0, "and can be bound again");
	is_eq(port_call(0, EVTCHNOP_close, timer), 0, "the timer closed");
	mine()->virq = (struct evtchn_bind_virq){
		.virq = VIRQ_TIMER, .vcpu = 1,
	};
	is_eq(call(0, EVTCHNOP_bind_virq), 0, "bound again, too");
}

static s64 bind_pirq(u32 dom, u32 pirq)
{
	s64 rc;

	mine()->pirq = (struct evtchn_bind_pirq){ .pirq = pirq };
	rc = call(dom, EVTCHNOP_bind_pirq);
	return rc ? rc : mine()->pirq.port;
}

/* Of devices; domain 0 has 3 and 5, and 3 is bound. */
static void test_pirq(void)
{
	s32 had[] = { 3, 5 };
	s64 p;

	setup();
	for (p = 0; p < 2; p++)
		is_eq(irq_map(&doms[0], &(struct irq){ .at = had[p] }, &had[p]),
		      0, "mapped");
	is_eq(irq_bind(&doms[0], 3, port(100)), 0, "and bound");
	is_eq(bind_pirq(0, 100000), -EINVAL, "no such interrupt");
	is_eq(bind_pirq(0, 4), -EPERM, "one that is not mapped");
	is_eq(bind_pirq(0, 3), -EEXIST, "one that is bound");
	p = bind_pirq(0, 5);
	is_eq(p, 1, "the refused ones left no port behind");
	is_eq(status(0, DOMID_SELF, p), EVTCHNSTAT_pirq, "its status");
	is_eq(mine()->status.u.pirq, 5, "says which");
	evt_notify(&doms[0], port(p));
	ok(pending(0, p), "it comes");
	is_eq(sources, 1u << 3 | 1u << 5, "both are on");
	is_eq(alloc(1, 0), p, "another domain, whose next port has the number");
	is_eq(port_call(1, EVTCHNOP_close, p), 0, "of domain 0's port,");
	is_eq(bind_pirq(1, 5), -EPERM, "may not have the interrupt");
	is_eq(sources, 1u << 3 | 1u << 5, "nor turn it off");
	clear(0);
	irq_arrived(5);
	ok(pending(0, p), "it still comes");
	is_eq(port_call(0, EVTCHNOP_close, p), 0, "closed");
	is_eq(sources, 1u << 3, "it is off");
}

static void rebind(void)
{
	marked = NULL;
	is_eq(evt_bind_vcpu(&vcpus[1][1], port(1)), 0, "bound to vCPU 1 now");
}

/* Who was marked is told, although the port has become another vCPU's. */
static void test_rebound(void)
{
	setup();
	is_eq(inter(0, 1, alloc(1, 0)), 1, "two ends");
	vcpus[1][0].sched.state = VCPU_BLOCKED;
	marked = rebind;
	evt_notify(&doms[1], port(1));
	is_eq(vcpus[1][0].sched.state, VCPU_RUNNABLE, "vCPU 0 wakes up");
}

static void test_consumer(void)
{
	struct evt to = {
		.state = EVT_INTERDOMAIN, .consumer = EVT_CONSOLE,
		.vcpu = &vcpus[1][0],
	};
	port_t p;

	setup();
	is_eq(evt_bind(&doms[1], &to, &p), 0, "a port to the hypervisor");
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
	is_eq(evt_domain_close(&doms[2]), 0, "a domain ends");
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

int main(void)
{
	test_interdomain();
	test_rights();
	test_full();
	test_virq();
	test_pirq();
	test_rebound();
	test_consumer();
	test_dead();
	test_blocking();
	setup();
	return tap_done();
}
