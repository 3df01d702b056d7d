/* SPDX-License-Identifier: MIT */
/*
 * events.c - event channels of one domain, and when an upcall comes.
 *
 * Ports of each kind, bound, asked about, sent to and closed; the two levels
 * of pending bits, the masks, and the upcall: on the way out of a hypercall,
 * by iret, from user mode, and not twice.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/vcpu.h>
#include "test.h"

#define POLL_TIME	2000000ul	/* ns */

SNIPPET(do_version, "syscall; ud2");
SNIPPET(do_nop, "nop; ud2");
SNIPPET(do_spin, "1: pause; jmp 1b");

static struct regs in, out;
static uint32_t ipi, timer, unbound;

static long evt(unsigned int cmd, void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static long port_op(unsigned int cmd, uint32_t port)
{
	return evt(cmd, &port);
}

static bool pending(uint32_t port)
{
	return shared_info->evtchn_pending[port / 64] >> port % 64 & 1;
}

static void set_mask(uint32_t port, bool masked)
{
	uint64_t bit = 1ul << port % 64;

	if (masked)
		shared_info->evtchn_mask[port / 64] |= bit;
	else
		shared_info->evtchn_mask[port / 64] &= ~bit;
}

/* As if the guest had taken all events. */
static void clear_all(void)
{
	unsigned int i;

	vcpu_info->evtchn_upcall_pending = 0;
	vcpu_info->evtchn_pending_sel = 0;
	for (i = 0; i < 64; i++)
		shared_info->evtchn_pending[i] = 0;
}

static void status(const char *name, uint32_t port, uint32_t want,
		   uint32_t detail)
{
	struct evtchn_status s = { .dom = DOMID_SELF, .port = port };

	is(evt(EVTCHNOP_status, &s), 0, "%s: status", name);
	is(s.status, want, "%s: its kind", name);
	if (want != EVTCHNSTAT_closed)
		is(s.vcpu, 0, "%s: its vCPU", name);
	if (want == EVTCHNSTAT_virq)
		is(s.u.virq, detail, "%s: its number", name);
	if (want == EVTCHNSTAT_unbound)
		is(s.u.unbound.dom, detail, "%s: its domain", name);
}

static void test_bind(void)
{
	struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER };
	struct evtchn_bind_ipi bind = { .vcpu = 0 };
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF,
	};

	is(evt(EVTCHNOP_bind_virq, &virq), 0, "bind the timer");
	timer = virq.port;
	ok(timer, "to a port that is not 0");
	status("timer", timer, EVTCHNSTAT_virq, VIRQ_TIMER);
	is(evt(EVTCHNOP_bind_virq, &virq), -XEN_EEXIST, "not twice");
	is(evt(EVTCHNOP_bind_ipi, &bind), 0, "bind an IPI");
	ipi = bind.port;
	status("IPI", ipi, EVTCHNSTAT_ipi, 0);
	is(evt(EVTCHNOP_alloc_unbound, &alloc), 0, "a port for others");
	unbound = alloc.port;
	status("unbound", unbound, EVTCHNSTAT_unbound, 0);
	ok(ipi != timer && unbound != ipi && unbound != timer,
	   "each has a port of its own");
	is(pending(ipi) || pending(timer) || pending(unbound), 0,
	   "none is pending");
	status("port 0", 0, EVTCHNSTAT_closed, 0);
	status("a port that is not", 20, EVTCHNSTAT_closed, 0);
}

static void test_pending(void)
{
	clear_all();
	is(port_op(EVTCHNOP_send, ipi), 0, "send");
	ok(pending(ipi), "the port is pending");
	is(vcpu_info->evtchn_pending_sel, 1ul << ipi / 64, "and its word");
	is(vcpu_info->evtchn_upcall_pending, 1, "and an upcall");

	clear_all();
	set_mask(ipi, true);
	is(port_op(EVTCHNOP_send, ipi), 0, "send to a masked port");
	ok(pending(ipi), "the port is pending");
	is(vcpu_info->evtchn_pending_sel, 0, "its word is not");
	is(vcpu_info->evtchn_upcall_pending, 0, "nor an upcall");
	is(port_op(EVTCHNOP_unmask, ipi), 0, "unmask");
	is(shared_info->evtchn_mask[0], 0, "clears the mask bit");
	is(vcpu_info->evtchn_pending_sel, 1ul << ipi / 64,
	   "then its word is");
	is(vcpu_info->evtchn_upcall_pending, 1, "and an upcall");

	clear_all();
	is(port_op(EVTCHNOP_unmask, ipi), 0, "unmask with nothing pending");
	is(vcpu_info->evtchn_upcall_pending, 0, "raises nothing");

	/* Who clears the port's bit alone does not hear of it again. */
	port_op(EVTCHNOP_send, ipi);
	shared_info->evtchn_pending[ipi / 64] = 0;
	vcpu_info->evtchn_upcall_pending = 0;
	port_op(EVTCHNOP_send, ipi);
	ok(pending(ipi), "sent with its word still pending");
	is(vcpu_info->evtchn_upcall_pending, 0, "no second upcall");

	clear_all();
	is(port_op(EVTCHNOP_send, unbound), 0,
	   "a port that nobody is bound to takes events");
	is(pending(unbound), 0, "and loses them");
}

/* An upcall comes before the instruction at RIP. */
static void expect_upcall(const char *name, uint64_t rip)
{
	is(out.vector, CAME_EVENT, "%s: an upcall", name);
	is(out.has_error, 0, "%s: no error code", name);
	is(out.mask, 1, "%s: upcalls are masked", name);
	is(out.cs >> 32 & 0xff, 0, "%s: the saved mask", name);
	is(vcpu_info->evtchn_upcall_pending, 1, "%s: the byte stays", name);
	ok(frame_good(&in, &out, rip), "%s: frame", name);
}

static void test_upcall(void)
{
	uint32_t arg = ipi;

	/* Out of the hypercall that makes it pending. */
	clear_all();
	regs_kernel(&in, do_version);
	in.rax = __HYPERVISOR_event_channel_op;
	in.rdi = EVTCHNOP_send;
	in.rsi = PTR(&arg);
	vcpu_info->evtchn_upcall_mask = 0;
	enter(&in, &out);
	expect_upcall("send", PTR(do_version) + 2);
	is(out.rax, 0, "with the result");

	/* Out of any hypercall once the mask is open. */
	regs_kernel(&in, do_version);
	in.rax = __HYPERVISOR_xen_version;
	in.rdi = 0;
	vcpu_info->evtchn_upcall_mask = 0;
	enter(&in, &out);
	expect_upcall("pending before a hypercall", PTR(do_version) + 2);

	/* By iret, before the first instruction there. */
	regs_user(&in, do_nop);
	enter(&in, &out);
	expect_upcall("iret to user mode", PTR(do_nop));
	ok(regs_same(&in, &out), "with all registers");
	regs_user(&in, do_nop);
	in.cs = KERNEL_CS;
	enter(&in, &out);
	is(out.vector, CAME_EVENT, "iret to the kernel: an upcall");
	ok(regs_same(&in, &out), "with all registers");

	/* Not while masked. */
	regs_user(&in, do_nop);
	in.rflags &= ~RFLAGS_IF;
	enter(&in, &out);
	is(out.vector, 6, "none with IF clear");
	clear_all();
	regs_user(&in, do_nop);
	enter(&in, &out);
	is(out.vector, 6, "none with nothing pending");
	vcpu_info->evtchn_pending_sel = 1;
	regs_user(&in, do_nop);
	enter(&in, &out);
	is(out.vector, 6, "the word alone makes none");
	clear_all();
	vcpu_info->evtchn_upcall_pending = 1;
	regs_user(&in, do_nop);
	enter(&in, &out);
	is(out.vector, CAME_EVENT, "the byte alone makes one");
	clear_all();
}

static void test_interrupt(void)
{
	unsigned int user;

	for (user = 0; user < 2; user++) {
		clear_all();
		hc1(__HYPERVISOR_set_timer_op,
		    vcpu_info->time.system_time + 50 * POLL_TIME);
		/* By iret, which looks once more: it may have come by now. */
		regs_user(&in, do_spin);
		if (!user)
			in.cs = KERNEL_CS;
		enter(&in, &out);
		is(out.vector, CAME_EVENT, "the timer interrupts %s mode",
		   user ? "user" : "kernel");
		ok(pending(timer), "it is the timer");
		ok(regs_same(&in, &out), "nothing is changed");
		is(out.cs & 3, user ? 3 : 0, "in the mode it was in");
	}
	clear_all();
}

static void test_interdomain(void)
{
	struct evtchn_bind_interdomain bind = {
		.remote_dom = DOMID_SELF, .remote_port = unbound,
	};
	struct evtchn_status s = { .dom = DOMID_SELF };

	clear_all();
	is(evt(EVTCHNOP_bind_interdomain, &bind), 0, "bind to oneself");
	ok(pending(bind.local_port), "the new port is pending");
	s.port = unbound;
	is(evt(EVTCHNOP_status, &s), 0, "status");
	is(s.status, EVTCHNSTAT_interdomain, "the old one is bound");
	is(s.u.interdomain.port, bind.local_port, "to the new one");
	is(s.u.interdomain.dom, 0, "of domain 0");
	clear_all();
	is(port_op(EVTCHNOP_send, unbound), 0, "send to it");
	ok(pending(bind.local_port) && !pending(unbound),
	   "makes the other pending");
	is(evt(EVTCHNOP_bind_interdomain, &bind), -XEN_EINVAL,
	   "it can't be bound again");
	is(port_op(EVTCHNOP_close, bind.local_port), 0, "close one");
	status("the other", unbound, EVTCHNSTAT_unbound, 0);
	is(port_op(EVTCHNOP_close, unbound), 0, "close the other");
	status("closed", unbound, EVTCHNSTAT_closed, 0);
	clear_all();
}

static void test_refusals(void)
{
	struct evtchn_bind_virq virq = { .virq = NR_VIRQS };
	struct evtchn_bind_ipi bind = { .vcpu = 1000 };
	struct evtchn_bind_vcpu bv = { .port = timer };
	struct evtchn_status s = { .dom = 77, .port = 1 };
	struct evtchn_alloc_unbound alloc = { .dom = 77 };
	struct evtchn_bind_interdomain inter = { .remote_dom = 77 };

	is(evt(EVTCHNOP_bind_virq, &virq), -XEN_EINVAL, "no such VIRQ");
	virq.virq = VIRQ_CONSOLE;
	virq.vcpu = 1;
	is(evt(EVTCHNOP_bind_virq, &virq), -XEN_EINVAL,
	   "a global VIRQ on another vCPU");
	virq.virq = VIRQ_DEBUG;
	virq.vcpu = 1000;
	is(evt(EVTCHNOP_bind_virq, &virq), -XEN_ENOENT, "no such vCPU");
	is(evt(EVTCHNOP_bind_ipi, &bind), -XEN_ENOENT, "nor for an IPI");
	is(evt(EVTCHNOP_bind_vcpu, &bv), -XEN_EINVAL,
	   "a timer can't be moved");
	bv.port = ipi;
	is(evt(EVTCHNOP_bind_vcpu, &bv), -XEN_EINVAL, "nor an IPI");
	bv.port = 20;
	is(evt(EVTCHNOP_bind_vcpu, &bv), -XEN_EINVAL, "nor nothing");
	bv.vcpu = 1000;
	is(evt(EVTCHNOP_bind_vcpu, &bv), -XEN_ENOENT, "to no vCPU");
	is(evt(EVTCHNOP_status, &s), -XEN_ESRCH, "status of no domain");
	s.dom = DOMID_SELF;
	s.port = 1 << 20;
	is(evt(EVTCHNOP_status, &s), -XEN_EINVAL, "status of no port");
	is(evt(EVTCHNOP_alloc_unbound, &alloc), -XEN_ESRCH,
	   "a port of no domain");
	is(evt(EVTCHNOP_bind_interdomain, &inter), -XEN_ESRCH,
	   "bound to no domain");
	inter.remote_dom = DOMID_SELF;
	inter.remote_port = 1 << 20;
	is(evt(EVTCHNOP_bind_interdomain, &inter), -XEN_EINVAL,
	   "bound to no port");
	inter.remote_port = timer;
	is(evt(EVTCHNOP_bind_interdomain, &inter), -XEN_EINVAL,
	   "bound to a timer");
}

/* What a port that is closed, or is none, can be asked to do. */
static void test_closed(void)
{
	static const unsigned int ops[] = {
		EVTCHNOP_send, EVTCHNOP_unmask, EVTCHNOP_close,
	};
	struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER };
	struct evtchn_status s = { .dom = DOMID_SELF };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		bool quiet = ops[i] == EVTCHNOP_unmask;

		is(port_op(ops[i], 20), quiet ? 0 : -XEN_EINVAL,
		   "operation %u on a closed port", ops[i]);
		is(port_op(ops[i], 0), quiet ? 0 : -XEN_EINVAL,
		   "operation %u on port 0", ops[i]);
		is(port_op(ops[i], 1 << 20), -XEN_EINVAL,
		   "operation %u on no port", ops[i]);
		is(evt(ops[i], (void *)0x700000000000), -XEN_EFAULT,
		   "operation %u with no argument", ops[i]);
	}
	is(port_op(EVTCHNOP_send, timer), -XEN_EINVAL, "send to a timer");
	is(evt(15, &s), -XEN_ENOSYS, "no operation 15");
	is(evt(0xffffffff, &s), -XEN_ENOSYS, "no operation 2^32 - 1");
	is(port_op(EVTCHNOP_close, timer), 0, "close the timer");
	is(evt(EVTCHNOP_bind_virq, &virq), 0, "bind it again");
	is(virq.port, timer, "to the lowest free port");
	clear_all();
}

void test_main(void)
{
	user_tables();
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	test_bind();
	test_pending();
	test_upcall();
	test_interrupt();
	test_interdomain();
	test_refusals();
	test_closed();
}
