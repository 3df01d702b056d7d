/* SPDX-License-Identifier: MIT */
/*
 * vcpus.c - a second vCPU: its first state, events between the two, timers of
 * its own, and its way down and up again.
 *
 * The second vCPU runs serve(), which does what the first one asks for through
 * `job' and sleeps in polls in between, so that one CPU is enough.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define MS	1000000ul

enum job { JOB_NONE, JOB_COUNT, JOB_TIMER, JOB_DOWN };

static struct vcpu_guest_context ctx __attribute__((aligned(64)));
static char second_stack[8192] __page;
static char second_info[4096] __page;
static volatile enum job job;
static volatile uint64_t counter, started;
static uint32_t to_second, to_first, second_timer;

static long evt(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static long vcpu(unsigned int cmd, unsigned int id, void *arg)
{
	return hc3(__HYPERVISOR_vcpu_op, cmd, id, PTR(arg));
}

static struct vcpu_info *info_of(unsigned int id)
{
	return id ? (void *)(second_info + 64) : vcpu_info;
}

static bool pending(uint32_t port)
{
	volatile uint64_t *word = &shared_info->evtchn_pending[port / 64];

	return *word >> port % 64 & 1;
}

static void clear(unsigned int id, uint32_t port)
{
	__atomic_fetch_and(&shared_info->evtchn_pending[port / 64],
			   ~(1ul << port % 64), __ATOMIC_SEQ_CST);
	info_of(id)->evtchn_pending_sel = 0;
	__atomic_store_n(&info_of(id)->evtchn_upcall_pending, 0,
			 __ATOMIC_SEQ_CST);
}

static uint64_t now_of(unsigned int id)
{
	uint64_t tsc;

	return clock_read(&info_of(id)->time, &tsc);
}

/* Sleeps until the port is pending, at most so long: whether it is. */
static bool wait(unsigned int id, uint32_t port, uint64_t ns)
{
	uint64_t end = now_of(id) + ns;
	struct sched_poll poll = { &port, 1, end };

	while (!pending(port) && now_of(id) < end) {
		info_of(id)->evtchn_upcall_pending = 0;
		info_of(id)->evtchn_pending_sel = 0;
		hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll));
	}
	return pending(port);
}

static void send(uint32_t port)
{
	evt(EVTCHNOP_send, &port);
}

/* The second vCPU's life. */
static __attribute__((noreturn)) void serve(void)
{
	struct vcpu_set_singleshot_timer t = { 0 };

	for (;;) {
		while (!pending(to_second))
			wait(1, to_second, 1000 * MS);
		clear(1, to_second);
		if (job == JOB_COUNT) {
			counter++;
		} else if (job == JOB_TIMER) {
			/* It may have ticked before it was stopped. */
			clear(1, second_timer);
			t.timeout_abs_ns = now_of(1) + 5 * MS;
			vcpu(VCPUOP_set_singleshot_timer, 1, &t);
			if (wait(1, second_timer, 1000 * MS))
				counter++;
		} else if (job == JOB_DOWN) {
			send(to_first);
			vcpu(VCPUOP_down, 1, NULL);
			counter++;
		}
		send(to_first);
	}
}

/* From the entry point below, with the registers as they were. */
static __attribute__((noreturn, used)) void second_main(void)
{
	started++;
	send(to_first);
	serve();
}

extern char second_entry[];
asm(".pushsection .text\n"
    "second_entry:\n"
    "	mov %rax, second_rax(%rip)\n"
    "	mov %rdi, second_rdi(%rip)\n"
    "	mov %rsp, second_rsp(%rip)\n"
    "	pushfq\n"
    "	pop second_flags(%rip)\n"
    "	and $-16, %rsp\n"
    "	call second_main\n"
    ".popsection\n");
uint64_t second_rax, second_rdi, second_rsp, second_flags;

static void fill_context(void)
{
	struct cpu_user_regs *u = &ctx.user_regs;

	memset(&ctx, 0, sizeof(ctx));
	u->rip = PTR(second_entry);
	u->rsp = PTR(second_stack + sizeof(second_stack) - 64);
	u->rax = 0x1234567890abcdef;
	u->rdi = 0xfedcba0987654321;
	u->rflags = 0;
	u->cs = FLAT_KERNEL_CS;
	u->ss = FLAT_KERNEL_SS;
	ctx.flags = VGCF_in_kernel;
	ctx.kernel_ss = FLAT_KERNEL_SS;
	ctx.kernel_sp = u->rsp;
	ctx.ctrlreg[3] = xen_pfn_to_cr3(mfn_of(kernel_l4()));
}

/* States that can't be. */
static void test_contexts(void)
{
	fill_context();
	ctx.ctrlreg[3] = xen_pfn_to_cr3(1ul << 40);
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EINVAL, "no page tables");
	fill_context();
	ctx.user_regs.rip = 1ul << 47;
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EINVAL, "no such RIP");
	fill_context();
	ctx.event_callback_eip = 1ul << 47;
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EINVAL, "no such callback");
	fill_context();
	ctx.gdt_ents = 14 * 512 + 1;
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EINVAL, "too large a GDT");
	fill_context();
	ctx.gdt_ents = 1;
	ctx.gdt_frames[0] = 1ul << 40;
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EINVAL, "a GDT nowhere");
	fill_context();
	ctx.ldt_ents = 8193;
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EINVAL, "too large an LDT");
	fill_context();
}

static void test_start(void)
{
	struct vcpu_register_vcpu_info reg = {
		.mfn = mfn_of(second_info), .offset = 64,
	};

	is(vcpu(VCPUOP_is_up, 1, NULL), 0, "the second vCPU is down");
	is(vcpu(VCPUOP_up, 1, NULL), -XEN_EINVAL,
	   "without a state it stays so");
	is(vcpu(VCPUOP_initialise, 1, (void *)0x7ffff0000000), -XEN_EFAULT,
	   "a state nowhere");
	test_contexts();
	is(vcpu(VCPUOP_initialise, 1, &ctx), 0, "a state");
	is(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EEXIST, "not twice");
	is(vcpu(VCPUOP_is_up, 1, NULL), 0, "it is still down");
	is(vcpu(VCPUOP_register_vcpu_info, 1, &reg), 0,
	   "its information is moved meanwhile");
	is(info_of(1)->evtchn_upcall_mask, 1, "its upcalls are masked");
	is(started, 0, "it has not run");
	is(vcpu(VCPUOP_up, 1, NULL), 0, "up");
	ok(wait(0, to_first, 1000 * MS), "it runs, and sends");
	clear(0, to_first);
	is(started, 1, "once");
	is(vcpu(VCPUOP_is_up, 1, NULL), 1, "it is up");
	is(second_rax, ctx.user_regs.rax, "its RAX");
	is(second_rdi, ctx.user_regs.rdi, "its RDI");
	is(second_rsp, ctx.user_regs.rsp, "its RSP");
	is(second_flags, RFLAGS_IF | RFLAGS_RSVD, "its flags");
	is(vcpu(VCPUOP_up, 1, NULL), 0, "up again changes nothing");
	is(vcpu(VCPUOP_register_vcpu_info, 1, &reg), -XEN_EINVAL,
	   "its information stays where it is");
}

static bool order(enum job what)
{
	bool done;

	job = what;
	send(to_second);
	done = wait(0, to_first, 1000 * MS);
	clear(0, to_first);
	return done;
}

static void test_events(void)
{
	struct evtchn_status s = { .dom = DOMID_SELF, .port = to_second };
	unsigned int i;

	is(evt(EVTCHNOP_status, &s), 0, "status of its port");
	is(s.vcpu, 1, "it is the second's");
	for (i = 0; i < 1000; i++)
		if (!order(JOB_COUNT))
			break;
	is(i, 1000, "a thousand rounds of events between the two");
	is(counter, 1000, "none is lost");
}

static void test_timers(void)
{
	struct vcpu_set_singleshot_timer t = { .timeout_abs_ns = 1 };
	struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER, .vcpu = 1 };
	uint64_t start, other;

	is(evt(EVTCHNOP_bind_virq, &bind), 0, "the second's timer");
	second_timer = bind.port;
	vcpu(VCPUOP_stop_periodic_timer, 1, NULL);
	is(vcpu(VCPUOP_set_singleshot_timer, 1, &t), -XEN_EINVAL,
	   "is set by itself only");
	is(vcpu(VCPUOP_stop_singleshot_timer, 1, NULL), -XEN_EINVAL,
	   "and stopped");
	counter = 0;
	start = now_of(0);
	ok(order(JOB_TIMER), "which it does");
	is(counter, 1, "its timer comes");
	ok(now_of(0) - start >= 5 * MS, "not early");
	start = now_of(0);
	other = now_of(1);
	ok(start <= other + 100 * MS && other <= now_of(0) + 100 * MS,
	   "both clocks say the same");
}

static void test_down(void)
{
	struct vcpu_runstate_info r;
	uint64_t before, end;

	counter = 0;
	ok(order(JOB_DOWN), "the second goes down");
	end = now_of(0) + 1000 * MS;
	while (vcpu(VCPUOP_is_up, 1, NULL) && now_of(0) < end)
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	is(vcpu(VCPUOP_is_up, 1, NULL), 0, "it is down");
	is(vcpu(VCPUOP_get_runstate_info, 1, &r), 0, "where its time went");
	/* A CPU of its own may still be on its way out of the call. */
	while (r.state != RUNSTATE_offline && now_of(0) < end)
		vcpu(VCPUOP_get_runstate_info, 1, &r);
	is(r.state, RUNSTATE_offline, "it is offline");
	before = r.time[RUNSTATE_running];
	ok(before > 0, "and has run");
	job = JOB_COUNT;
	send(to_second);
	ok(!wait(0, to_first, 20 * MS), "an event does not wake it");
	is(counter, 0, "it did nothing");
	is(vcpu(VCPUOP_get_runstate_info, 1, &r), 0, "where its time went");
	is(r.time[RUNSTATE_running], before, "it did not run");
	is(vcpu(VCPUOP_up, 1, NULL), 0, "up");
	ok(wait(0, to_first, 1000 * MS), "it goes on");
	clear(0, to_first);
	end = now_of(0) + 1000 * MS;
	while (counter < 2 && now_of(0) < end)
		wait(0, to_first, 5 * MS);
	is(counter, 2, "where it was, and finds the event");
}

void test_main(void)
{
	struct evtchn_bind_ipi bind = { .vcpu = 0 };

	vcpu(VCPUOP_stop_periodic_timer, 0, NULL);
	if (vcpu(VCPUOP_is_up, 1, NULL) == -XEN_ENOENT) {
		skip("the domain has one vCPU", "a second vCPU");
		return;
	}
	is(evt(EVTCHNOP_bind_ipi, &bind), 0, "a port of the first vCPU");
	to_first = bind.port;
	bind.vcpu = 1;
	is(evt(EVTCHNOP_bind_ipi, &bind), 0, "a port of the second");
	to_second = bind.port;
	test_start();
	test_events();
	test_timers();
	test_down();
}
