/* SPDX-License-Identifier: MIT */
/*
 * events.c - ports, upcalls, the timer, sleep.
 */
#include "hcall.h"

static volatile unsigned int calls[2];
static volatile unsigned int last;

#define COUNTER(i)	((void *)(uintptr_t)&calls[i])

static void handler(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	volatile unsigned int *counter = arg;

	(void)regs;
	(*counter)++;
	last = port;
}

static void test_ipi(void)
{
	long port = hc_event_bind_ipi(0, handler, COUNTER(0));

	ok(port > 0, "an IPI's port");
	hc_upcalls_unmask();
	hc_event_send(port);
	is(calls[0], 1, "sent, and the upcall taken");
	is(last, port, "for this port");
	hc_event_mask(port);
	hc_event_send(port);
	is(calls[0], 1, "a masked port makes no upcall");
	ok(hc_event_pending(port), "but is pending");
	hc_event_unmask(port);
	is(calls[0], 2, "until it is unmasked");
	hc_upcalls_mask();
	hc_event_send(port);
	hc_event_send(port);
	is(calls[0], 2, "masked upcalls wait");
	hc_upcalls_unmask();
	is(calls[0], 3, "and two sends are one upcall");
	hc_upcalls_mask();
	is(hc_event_close(port), 0, "closed");
	is(hc_event_send(port), -XEN_EINVAL, "a closed port cannot send");
}

static void test_loop(void)
{
	long here = hc_event_alloc_unbound(DOMID_SELF, handler, COUNTER(0));
	long there;

	calls[0] = calls[1] = 0;
	ok(here > 0, "an unbound port");
	there = hc_event_bind_interdomain(DOMID_SELF, here, handler,
					  COUNTER(1));
	ok(there > 0, "bound to another of our own");
	hc_upcalls_unmask();
	is(calls[1], 1, "which comes up pending");
	hc_event_send(there);
	is(calls[0], 1, "sent one way");
	hc_event_send(here);
	is(calls[1], 2, "and the other");
	hc_upcalls_mask();
	hc_event_close(there);
	hc_event_close(here);
}

/* A vCPU starts with a timer of 10 ms. */
static void test_periodic(void)
{
	long port = hc_event_bind_virq(VIRQ_TIMER, 0, handler, COUNTER(0));
	uint64_t start = hc_time();

	calls[0] = 0;
	hc_upcalls_unmask();
	while (calls[0] < 3 && hc_time() < start + 1000000000)
		;
	is(calls[0], 3, "the timer ticks from the start");
	ok(hc_time() > start + 15000000, "and not too fast");
	is(hc_timer_periodic(999999), -XEN_EINVAL, "a period below 1 ms");
	is(hc_timer_periodic(2000000), 0, "another period");
	is(hc_timer_periodic(0), 0, "stopped");
	calls[0] = 0;
	for (start = hc_time(); hc_time() < start + 50000000;)
		;
	ok(calls[0] <= 1, "for good");
	hc_upcalls_mask();
	hc_event_close(port);
}

static void test_timer(void)
{
	uint64_t start = hc_time();
	long port = hc_event_bind_virq(VIRQ_TIMER, 0, handler, COUNTER(0));
	evtchn_port_t polled;

	calls[0] = 0;
	ok(port > 0, "the timer's port");
	is(hc_event_bind_virq(VIRQ_TIMER, 0, NULL, NULL), -XEN_EEXIST,
	   "which cannot be bound twice");
	is(hc_event_bind_virq(NR_VIRQS, 0, NULL, NULL), -XEN_EINVAL,
	   "nor one that there is not");
	is(hc_timer_set(start + 5000000), 0, "the timer is set");
	while (!calls[0])
		hc_block();
	ok(hc_time() >= start + 5000000, "and ran out when it was due");
	hc_upcalls_mask();

	hc_event_mask(port);
	polled = port;
	start = hc_time();
	hc_timer_set(start + 5000000);
	is(hc_poll(&polled, 1, 0), 0, "poll for a masked port");
	ok(hc_event_clear(port), "which is pending then");
	ok(hc_time() >= start + 5000000, "when it was due");
	start = hc_time();
	hc_poll(&polled, 1, start + 2000000);
	ok(!hc_event_pending(port) && hc_time() >= start + 2000000,
	   "poll with a time limit");
	hc_yield();
	hc_event_close(port);
}

void test_events(void)
{
	test_ipi();
	test_loop();
	test_periodic();
	test_timer();
}
