/* SPDX-License-Identifier: MIT */
/*
 * limits.c - how much of it there is: ports, watchdogs, pins, interrupts, and
 * what a call says past the end.
 *
 * With do=bite on its command line it arms a watchdog and waits to be ended;
 * with do=spin it never gives the CPU away, but says so now and then; with
 * do=end-N it says why its domain will end, reason N, and then ends it for
 * another.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/physdev.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define NOWHERE	((void *)0x7ffff0000000)

static long evt(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static long sched(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_sched_op, cmd, PTR(arg));
}

static long physdev(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_physdev_op, cmd, PTR(arg));
}

static long watchdog(uint32_t id, uint32_t seconds)
{
	struct sched_watchdog in = { id, seconds };

	return sched(SCHEDOP_watchdog, &in);
}

static void test_watchdogs(void)
{
	is(watchdog(1, 1000), -XEN_EINVAL, "a watchdog that is not there");
	is(watchdog(0, 1000), 1, "the first one");
	is(watchdog(0, 1000), 2, "a second one");
	is(watchdog(0, 1000), (uint32_t)-XEN_ENOSPC, "no third, said unsigned");
	is(watchdog(3, 1000), -XEN_EINVAL, "nor set again");
	is(watchdog(1, 2000), 0, "the first set again");
	is(watchdog(1, 0), 0, "and put away");
	is(watchdog(1, 0), -XEN_EINVAL, "not twice");
	is(watchdog(1, 1), -XEN_EINVAL, "it is gone");
	is(watchdog(0, 1000), 1, "but can be had again");
	is(watchdog(1, 0) | watchdog(2, 0), 0, "both put away");
	is(sched(SCHEDOP_watchdog, NOWHERE), -XEN_EFAULT, "of nothing");
}

static long pin(int32_t cpu)
{
	struct sched_pin_override in = { cpu };

	return sched(SCHEDOP_pin_override, &in);
}

static void test_pins(void)
{
	struct sched_remote_shutdown end = { .domain_id = 77 };

	is(pin(-1), -XEN_EINVAL, "not pinned");
	is(pin(77), -XEN_EINVAL, "to a CPU that is not");
	is(pin(0), 0, "to the first");
	is(pin(0), -XEN_EBUSY, "once");
	is(pin(100000), -XEN_EINVAL, "to one that can't be");
	is(pin(-1), 0, "no more");
	is(pin(-1), -XEN_EINVAL, "that was all");
	is(sched(SCHEDOP_pin_override, NOWHERE), -XEN_EFAULT, "by nothing");
	is(sched(SCHEDOP_remote_shutdown, &end), -XEN_ESRCH,
	   "the end of a domain that is not");
	end.domain_id = DOMID_SELF;
	is(sched(SCHEDOP_remote_shutdown, &end), -XEN_ESRCH, "not of oneself");
	is(sched(SCHEDOP_remote_shutdown, NOWHERE), -XEN_EFAULT, "of nobody");
	is(sched(SCHEDOP_shutdown_code, NOWHERE), -XEN_EFAULT, "no code");
}

static long bind_pirq(uint32_t pirq)
{
	struct evtchn_bind_pirq in = { .pirq = pirq };

	return evt(EVTCHNOP_bind_pirq, &in);
}

static void test_interrupts(void)
{
	struct physdev_eoi eoi = { 3 };
	struct physdev_irq_status_query query = { 3, 0 };
	struct physdev_set_iobitmap bits = { NULL, 65536 };

	is(bind_pirq(40), -XEN_EPERM, "an interrupt of a device");
	is(bind_pirq(100000), -XEN_EINVAL, "one that is not");
	is(bind_pirq(~0u), -XEN_EINVAL, "nor that");
	is(evt(EVTCHNOP_bind_pirq, NOWHERE), -XEN_EFAULT, "nowhere");
	is(physdev(PHYSDEVOP_eoi, &eoi), -XEN_EINVAL, "the end of it");
	is(physdev(PHYSDEVOP_eoi, NOWHERE), -XEN_EFAULT, "nowhere");
	is(physdev(PHYSDEVOP_irq_status_query, &query), 0, "its status");
	is(query.flags, XENIRQSTAT_needs_eoi, "as of all");
	query.irq = 100000;
	is(physdev(PHYSDEVOP_irq_status_query, &query), -XEN_EINVAL,
	   "the status of none");
	is(physdev(PHYSDEVOP_set_iobitmap, &bits), 0, "no bitmap of ports");
	bits.nr_ports++;
	is(physdev(PHYSDEVOP_set_iobitmap, &bits), -XEN_EINVAL, "too large");
	is(physdev(99, NOWHERE), -XEN_ENOSYS, "no physdev_op 99");
}

static long alloc(uint32_t *port)
{
	struct evtchn_alloc_unbound in = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF,
	};
	long ret = evt(EVTCHNOP_alloc_unbound, &in);

	if (!ret)
		*port = in.port;
	return ret;
}

static long status(uint32_t port)
{
	struct evtchn_status in = { .dom = DOMID_SELF, .port = port };

	return evt(EVTCHNOP_status, &in) ?: in.status;
}

static void test_ports(void)
{
	struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };
	struct evtchn_reset reset = { .dom = 77 };
	uint32_t port = 0, n = 0;
	long ret;

	is(status(63), EVTCHNSTAT_closed, "the first 64 ports are there");
	is(status(64), -XEN_EINVAL, "others come when they are needed");
	while (!(ret = alloc(&port)))
		n++;
	is(n, 4095, "4095 ports");
	is(port, 4095, "the last is 4095");
	is(ret, -XEN_ENOSPC, "then there is none");
	bind.remote_port = 9999;
	is(evt(EVTCHNOP_bind_interdomain, &bind), -XEN_ENOSPC,
	   "whatever else is wrong");
	shared_info->evtchn_mask[10] = 1;
	port = 640;
	is(evt(EVTCHNOP_close, &port), 0, "close one");
	is(shared_info->evtchn_mask[10], 1, "its mask bit stays");
	is(alloc(&port), 0, "another one");
	is(port, 640, "is that");
	is(evt(EVTCHNOP_reset, &reset), -XEN_ESRCH, "reset of no domain");
	reset.dom = DOMID_SELF;
	is(evt(EVTCHNOP_reset, NOWHERE), -XEN_EFAULT, "of nothing");
	is(evt(EVTCHNOP_reset, &reset), 0, "reset");
	is(status(1) | status(640) | status(4095), EVTCHNSTAT_closed,
	   "closes all");
	is(alloc(&port), 0, "and they can be had");
	is(port, 1, "from the first one on");
}

static void spin(void)
{
	volatile uint64_t i;
	unsigned int n;

	for (n = 1;; n++) {
		for (i = 0; i < 100000000; i++)
			;
		note("spinning %u", n);
	}
}

static void end(uint32_t reason)
{
	struct sched_shutdown in = { reason };

	is(sched(SCHEDOP_shutdown_code, &in), 0, "the reason");
	in.reason = SHUTDOWN_crash;
	sched(SCHEDOP_shutdown, &in);
	ok(false, "the domain has ended");
}

void test_main(void)
{
	const char *what = option("do") ?: "";

	if (!strncmp(what, "spin", 4))
		spin();
	if (!strncmp(what, "end-", 4))
		end(what[4] - '0');
	if (!strncmp(what, "wait", 4))
		sched(SCHEDOP_block, NULL);
	if (!strncmp(what, "bite", 4)) {
		watchdog(0, 1);
		note("armed");
		sched(SCHEDOP_block, NULL);
		ok(false, "the watchdog came");
	}
	test_watchdogs();
	test_pins();
	test_interrupts();
	test_ports();
}
