/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the clock, the timers, and waiting.
 *
 * The pvclock goes forward and agrees with the wall clock's rules; the
 * periodic timer that a vCPU starts with, the two one-shot timers; and block,
 * poll and yield, each with what ends it and what it may not do.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define MS	1000000ul

SNIPPET(do_hypercall, "syscall; ud2");

static uint32_t port;

static long sched(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_sched_op, cmd, PTR(arg));
}

static long vcpu(unsigned int cmd, unsigned int id, void *arg)
{
	return hc3(__HYPERVISOR_vcpu_op, cmd, id, PTR(arg));
}

static bool pending(void)
{
	return shared_info->evtchn_pending[0] >> port & 1;
}

static void clear(void)
{
	vcpu_info->evtchn_upcall_pending = 0;
	vcpu_info->evtchn_pending_sel = 0;
	shared_info->evtchn_pending[0] = 0;
}

static long poll(uint32_t *ports, unsigned int n, uint64_t timeout)
{
	struct sched_poll p = {
		.ports = ports, .nr_ports = n, .timeout = timeout,
	};

	vcpu_info->evtchn_upcall_mask = 1;
	return sched(SCHEDOP_poll, &p);
}

static void bind(void)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER };

	if (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, PTR(&b)))
		bail("can't bind the timer");
	port = b.port;
}

/* How long after START the timer's port becomes pending; 0 if never. */
static uint64_t fires_after(uint64_t start, uint64_t limit)
{
	while (!pending())
		if (now() > start + limit)
			return 0;
	return now() - start;
}

static void test_clock(void)
{
	uint64_t last = now(), t, i, back = 0, first = last;

	for (i = 0; i < 100000; i++) {
		t = now();
		back += t < last;
		last = t;
	}
	is(back, 0, "the clock never goes back");
	ok(last > first, "but forward");
	ok(last - first < 60000 * MS, "not by hours");
	is(shared_info->wc_sec_hi, 0, "the wall clock is before 2106");
	ok(shared_info->wc_nsec < 1000 * MS, "its nanoseconds are less than "
	   "a second");
	is(vcpu_info->time.flags & ~XEN_PVCLOCK_TSC_STABLE_BIT, 0,
	   "no flags but TSC_STABLE");
}

static void test_periodic(void)
{
	struct vcpu_set_periodic_timer p = { .period_ns = MS / 2 };
	uint64_t start, i;

	clear();
	fires_after(now(), 100 * MS);
	for (i = 0, start = now(); i < 5; i++) {
		clear();
		ok(fires_after(now(), 40 * MS), "a vCPU starts with a tick");
	}
	start = (now() - start) / MS;
	ok(start >= 35 && start < 100, "of 10 ms");
	is(vcpu(VCPUOP_stop_periodic_timer, 0, NULL), 0, "stop it");
	clear();
	is(fires_after(now(), 30 * MS), 0, "it is stopped");
	is(vcpu(VCPUOP_set_periodic_timer, 0, &p), -XEN_EINVAL,
	   "half a millisecond is too short");
	p.period_ns = 2 * MS;
	is(vcpu(VCPUOP_set_periodic_timer, 0, &p), 0, "2 ms");
	clear();
	ok(fires_after(now(), 30 * MS), "ticks");
	is(vcpu(VCPUOP_stop_periodic_timer, 0, NULL), 0, "stop it");
	clear();
}

static void test_one_shot(void)
{
	struct vcpu_set_singleshot_timer s = { 0 };
	uint64_t start, took;

	clear();
	start = now();
	is(hc1(__HYPERVISOR_set_timer_op, start + 5 * MS), 0, "set_timer_op");
	took = fires_after(start, 200 * MS);
	ok(took >= 5 * MS, "does not come early");
	clear();
	is(fires_after(now(), 20 * MS), 0, "and not twice");
	is(hc1(__HYPERVISOR_set_timer_op, now() + 5 * MS), 0, "set again");
	is(hc1(__HYPERVISOR_set_timer_op, 0), 0, "and taken back");
	clear();
	is(fires_after(now(), 20 * MS), 0, "it does not come");
	is(hc1(__HYPERVISOR_set_timer_op, 1), 0, "a time in the past");
	ok(fires_after(now(), 20 * MS), "comes at once");

	clear();
	start = now();
	s.timeout_abs_ns = start + 5 * MS;
	is(vcpu(VCPUOP_set_singleshot_timer, 0, &s), 0, "single shot");
	took = fires_after(start, 200 * MS);
	ok(took >= 5 * MS, "does not come early");
	clear();
	s.timeout_abs_ns = now() + 5 * MS;
	is(vcpu(VCPUOP_set_singleshot_timer, 0, &s), 0, "set again");
	is(vcpu(VCPUOP_stop_singleshot_timer, 0, NULL), 0, "and stopped");
	is(fires_after(now(), 20 * MS), 0, "it does not come");
	s.timeout_abs_ns = 1;
	s.flags = VCPU_SSHOTTMR_future;
	is(vcpu(VCPUOP_set_singleshot_timer, 0, &s), 0,
	   "in the past, though flagged as future");
	ok(fires_after(now(), 20 * MS), "comes at once");
	clear();
}

static void test_poll(void)
{
	uint32_t ports[200] = { port }, other = 20;
	uint64_t start;

	start = now();
	is(poll(NULL, 0, start + 5 * MS), 0, "poll without ports");
	ok(now() >= start + 5 * MS, "ends at its timeout");
	clear();
	start = now();
	hc1(__HYPERVISOR_set_timer_op, start + 3 * MS);
	is(poll(ports, 1, start + 5000 * MS), 0, "poll for the timer");
	ok(now() >= start + 3 * MS, "does not end early");
	ok(now() < start + 4000 * MS, "nor at its timeout");
	ok(pending(), "the port is pending");
	is(poll(ports, 1, 0), 0, "poll with the port pending is over");
	clear();
	start = now();
	is(poll(ports, 1, 1), 0, "poll until a time in the past");
	ok(now() < start + 1000 * MS, "is over");
	shared_info->evtchn_mask[0] |= 1ul << port;
	hc1(__HYPERVISOR_set_timer_op, now() + 3 * MS);
	is(poll(ports, 1, now() + 5000 * MS), 0, "poll for a masked port");
	ok(pending(), "ends when it is pending");
	shared_info->evtchn_mask[0] = 0;
	clear();
	is(poll(ports, 129, 1), -XEN_EINVAL, "poll for 129 ports");
	is(poll((void *)0x700000000000, 1, 1), -XEN_EFAULT,
	   "poll for ports nowhere");
	is(poll(&other, 1, 1), -XEN_EINVAL, "poll for a closed port");
	other = 1 << 20;
	is(poll(&other, 1, 1), -XEN_EINVAL, "poll for no port");
}

static void test_block(void)
{
	struct regs in, out;
	uint64_t start;

	clear();
	start = now();
	hc1(__HYPERVISOR_set_timer_op, start + 3 * MS);
	regs_kernel(&in, do_hypercall);
	in.rax = __HYPERVISOR_sched_op;
	in.rdi = SCHEDOP_block;
	enter(&in, &out);
	is(out.vector, CAME_EVENT, "block ends by an upcall");
	is(out.rip, PTR(do_hypercall) + 2, "behind it");
	is(out.rax, 0, "with 0");
	is(out.cs >> 32 & 0xff, 0, "it has unmasked upcalls");
	ok(now() >= start + 3 * MS, "it took its time");

	vcpu_info->evtchn_upcall_pending = 1;
	enter(&in, &out);
	is(out.vector, CAME_EVENT, "block with an upcall pending is over");
	clear();
	is(sched(SCHEDOP_yield, NULL), 0, "yield");
}

static void test_refusals(void)
{
	struct vcpu_set_singleshot_timer s = { 1, 0 };

	is(sched(8, NULL), -XEN_ENOSYS, "no sched_op 8");
	is(sched(0xffffffff, NULL), -XEN_ENOSYS, "nor 2^32 - 1");
	is(sched(SCHEDOP_poll, (void *)0x700000000000), -XEN_EFAULT,
	   "poll of nothing");
	is(sched(SCHEDOP_shutdown, (void *)0x700000000000), -XEN_EFAULT,
	   "shutdown for no reason");
	is(vcpu(VCPUOP_set_singleshot_timer, 0, (void *)0x700000000000),
	   -XEN_EFAULT, "a timer of nothing");
	is(vcpu(VCPUOP_set_singleshot_timer, 1000, &s), -XEN_ENOENT,
	   "a timer of no vCPU");
	is(vcpu(VCPUOP_is_up, 1000, NULL), -XEN_ENOENT, "is no vCPU up?");
	is(vcpu(VCPUOP_is_up, 0, NULL), 1, "this one is");
	is(vcpu(99, 0, NULL), -XEN_ENOSYS, "no vcpu_op 99");
	is(vcpu(99, 1000, NULL), -XEN_ENOENT, "of no vCPU even less");
}

void test_main(void)
{
	bind();
	test_clock();
	test_periodic();
	test_one_shot();
	test_poll();
	test_block();
	test_refusals();
}
