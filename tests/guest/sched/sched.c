/* SPDX-License-Identifier: MIT */
/*
 * sched.c - watchdogs, other vCPUs and domains that are not, and NMIs.
 *
 * What remains of sched_op and vcpu_op when timers and waiting have been
 * tried: each refusal, and an NMI that a guest sends to itself.
 */
#include <abi/callback.h>
#include <abi/errno.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define NOWHERE	((void *)0x700000000000ul)

SNIPPET(do_call, "syscall; ud2");
SNIPPET(do_ud, "ud2");

static struct regs in, out;

static long sched(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_sched_op, cmd, PTR(arg));
}

static long vcpu(unsigned int cmd, unsigned int id, const void *arg)
{
	return hc3(__HYPERVISOR_vcpu_op, cmd, id, PTR(arg));
}

static long watchdog(uint32_t id, uint32_t timeout)
{
	struct sched_watchdog w = { id, timeout };

	return sched(SCHEDOP_watchdog, &w);
}

static void test_watchdog(void)
{
	is(watchdog(0, 1000), 1, "a watchdog");
	is(watchdog(0, 1000), 2, "a second one");
	is(watchdog(0, 1000), 0xffffffe4, "not a third");
	is(watchdog(3, 1000), -XEN_EINVAL, "no watchdog 3");
	is(watchdog(1, 1000), 0, "pat the first");
	is(watchdog(1, 0), 0, "put it away");
	is(watchdog(1, 0), -XEN_EINVAL, "not twice");
	is(watchdog(1, 1000), -XEN_EINVAL, "nor pat it");
	is(watchdog(2, 0), 0, "put the second away");
	is(watchdog(0, 1000), 1, "the first again");
	is(watchdog(1, 0), 0, "put it away");
	is(sched(SCHEDOP_watchdog, NOWHERE), -XEN_EFAULT, "one of nothing");
}

static void test_shutdown(void)
{
	struct sched_remote_shutdown r = { 77, SHUTDOWN_poweroff };

	is(sched(SCHEDOP_remote_shutdown, &r), -XEN_ESRCH,
	   "shut no domain down");
	r.domain_id = DOMID_SELF;
	is(sched(SCHEDOP_remote_shutdown, &r), -XEN_ESRCH,
	   "nor oneself by this name");
	is(sched(SCHEDOP_remote_shutdown, NOWHERE), -XEN_EFAULT,
	   "nor any for nothing");
	is(sched(SCHEDOP_shutdown_code, NOWHERE), -XEN_EFAULT,
	   "a code of nothing");
}

static void test_vcpus(void)
{
	static const unsigned int known[] = {
		VCPUOP_initialise, VCPUOP_up, VCPUOP_down, VCPUOP_is_up,
		VCPUOP_get_runstate_info, VCPUOP_register_runstate_memory_area,
		VCPUOP_set_periodic_timer, VCPUOP_stop_periodic_timer,
		VCPUOP_set_singleshot_timer, VCPUOP_stop_singleshot_timer,
		VCPUOP_register_vcpu_info, VCPUOP_send_nmi,
		VCPUOP_register_vcpu_time_memory_area,
	};
	struct vcpu_set_periodic_timer period = { 1ul << 62 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		is(vcpu(known[i], 1000, NOWHERE), -XEN_ENOENT,
		   "operation %u on no vCPU", known[i]);
	is(vcpu(14, 0, NULL), -XEN_ENOSYS, "no operation 14");
	is(vcpu(0xffffffff, 0, NULL), -XEN_ENOSYS, "nor 2^32 - 1");
	is(vcpu(VCPUOP_set_periodic_timer, 0, &period), -XEN_EINVAL,
	   "a tick of 146 years");
	period.period_ns = 999999;
	is(vcpu(VCPUOP_set_periodic_timer, 0, &period), -XEN_EINVAL,
	   "a tick of less than 1 ms");
	period.period_ns = 1000000;
	is(vcpu(VCPUOP_set_periodic_timer, 0, &period), 0, "one of 1 ms");
	is(vcpu(VCPUOP_set_periodic_timer, 0, NOWHERE), -XEN_EFAULT,
	   "one of nothing");
	is(vcpu(VCPUOP_stop_periodic_timer, 0, NULL), 0, "no tick");
}

static void test_time_area(void)
{
	static struct vcpu_time_info time;
	struct vcpu_register_time_memory_area area = { .addr.v = &time };

	is(vcpu(VCPUOP_register_vcpu_time_memory_area, 0, &area), 0,
	   "a place for the clock");
	ok(time.version && !(time.version & 1), "is filled at once");
	is(time.tsc_to_system_mul, vcpu_info->time.tsc_to_system_mul,
	   "with the clock's rate");
	area.addr.p = 0;
	is(vcpu(VCPUOP_register_vcpu_time_memory_area, 0, &area), 0,
	   "no place");
	is(vcpu(VCPUOP_register_vcpu_time_memory_area, 0, NOWHERE),
	   -XEN_EFAULT, "a place of nothing");
}

/* Vector 2 of the trap table is the NMI's, as callback_op has it, too. */
static void send(unsigned int vector)
{
	regs_kernel(&in, do_call);
	in.rax = __HYPERVISOR_vcpu_op;
	in.rdi = VCPUOP_send_nmi;
	in.rsi = 0;
	in.rdx = 0;
	enter(&in, &out);
	is(out.vector, vector, "send it: the handler");
	is(out.rip, PTR(do_call) + 2, "behind the call");
	is(out.rax, 0, "which is done");
	is(out.has_error, 0, "no error code");
}

static void go_on(unsigned int vector)
{
	regs_user(&in, do_ud);
	enter(&in, &out);
	is(out.vector, vector, "iret");
}

static void test_nmi(void)
{
	struct callback_register cb = {
		.type = CALLBACKTYPE_nmi, .address = trap_stub(CAME_NMI),
	};

	send(2);
	/* A second one waits until an iret ends the first. */
	send(6);
	go_on(2);
	go_on(6);
	is(hc2(__HYPERVISOR_callback_op, CALLBACKOP_register, PTR(&cb)), 0,
	   "a callback for it");
	send(CAME_NMI);
	go_on(6);
	is(hc2(__HYPERVISOR_callback_op, CALLBACKOP_unregister, PTR(&cb)), 0,
	   "no callback");
	is(vcpu(VCPUOP_send_nmi, 0, NOWHERE), -XEN_EINVAL,
	   "it takes no argument");
}

void test_main(void)
{
	user_tables();
	test_watchdog();
	test_shutdown();
	test_vcpus();
	test_time_area();
	test_nmi();
}
