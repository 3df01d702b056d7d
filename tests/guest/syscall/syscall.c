/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - system calls of user mode, hypercalls, and iret in all forms.
 *
 * The ways in and out that every guest uses all the time, and the registers
 * they keep: SYSCALL from user mode and from the guest's kernel, the stubs of
 * the hypercall page, and iret to either mode, with VGCF_in_syscall and
 * without.
 */
#include <abi/callback.h>
#include <abi/errno.h>
#include "test.h"

SNIPPET(do_syscall, "syscall; nop");
SNIPPET(do_ud, "ud2");
SNIPPET(do_raw, "syscall; ud2");
SNIPPET(do_page, "call *%rbx; ud2");
SNIPPET(do_iret, "jmp *%rbx; ud2");

static void test_user_syscall(void)
{
	struct expect e = { .vector = CAME_SYSCALL,
			    .rip = PTR(do_syscall) + 2 };
	struct regs in, out;

	regs_user(&in, do_syscall);
	in.rflags |= 0x8c1;
	enter(&in, &out);
	/* SYSCALL itself puts RIP and RFLAGS there. */
	is(out.rcx, e.rip, "the frame's RCX is the RIP");
	is(out.r11, in.rflags, "the frame's R11 is RFLAGS");
	in.rcx = out.rcx;
	in.r11 = out.r11;
	check_trap("syscall", &in, &out, &e);
	is(out.mask, 1, "events are masked as the callback asked for");
}

static int syscall_callback(unsigned int type, unsigned int flags)
{
	struct callback_register cb = {
		.type = type, .flags = flags,
		.address = trap_stub(CAME_SYSCALL),
	};

	return hc2(__HYPERVISOR_callback_op, CALLBACKOP_register, PTR(&cb));
}

static void test_callback_flags(void)
{
	struct regs in, out;

	is(syscall_callback(CALLBACKTYPE_syscall, 0), 0,
	   "a callback that masks nothing");
	regs_user(&in, do_syscall);
	enter(&in, &out);
	is(out.vector, CAME_SYSCALL, "it is called");
	is(out.mask, 0, "with events not masked");
	is(syscall_callback(CALLBACKTYPE_syscall, CALLBACKF_mask_events), 0,
	   "masking again");
}

/* Without a callback the instruction does not exist. */
static void test_no_callback(void)
{
	struct expect e = { .vector = 6, .rip = PTR(do_syscall) };
	struct regs in, out;

	is(hc3(__HYPERVISOR_set_callbacks, trap_stub(CAME_EVENT),
	       trap_stub(CAME_FAILSAFE), 0), 0, "set_callbacks");
	regs_user(&in, do_syscall);
	enter(&in, &out);
	in.rcx = out.rcx;
	in.r11 = out.r11;
	check_trap("syscall without a callback", &in, &out, &e);
	is(hc3(__HYPERVISOR_set_callbacks, trap_stub(CAME_EVENT),
	       trap_stub(CAME_FAILSAFE), trap_stub(CAME_SYSCALL)), 0,
	   "set_callbacks with all three");
	regs_user(&in, do_syscall);
	enter(&in, &out);
	is(out.vector, CAME_SYSCALL, "and it exists again");
	is(syscall_callback(CALLBACKTYPE_syscall, CALLBACKF_mask_events), 0,
	   "and masks events");
}

static void iret_form(unsigned int rpl, bool fast, uint64_t flags)
{
	struct regs in, out;

	regs_user(&in, do_ud);
	in.cs = (CS64 & ~3ul) | rpl;
	in.vgcf = fast ? VGCF_in_syscall : 0;
	in.rflags = flags | RFLAGS_RSVD;
	enter(&in, &out);
	if (fast) {
		is(out.rcx, in.rip, "iret, in_syscall: RCX is RIP");
		is(out.r11, in.rflags | RFLAGS_IF,
		   "iret, in_syscall: R11 is RFLAGS as it runs");
		in.rcx = out.rcx;
		in.r11 = out.r11;
	}
	is(out.vector, 6, "iret, RPL %u, flags 0x%lx: arrived", rpl, in.vgcf);
	is(out.cs & 3, rpl == 3 ? 3 : 0, "iret, RPL %u: in %s mode", rpl,
	   rpl == 3 ? "user" : "kernel");
	is(out.cs >> 32, !(flags & RFLAGS_IF), "iret: IF makes the mask");
	ok(frame_good(&in, &out, in.rip), "iret, RPL %u: frame", rpl);
	ok(regs_same(&in, &out), "iret, RPL %u: registers", rpl);
}

/* The selectors of a fast return do not matter: they are user mode's. */
static void test_iret_selectors(void)
{
	static const uint16_t ss[] = { 0xe02b, 0xe028, 0xe029 };
	struct regs in, out;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ss); i++) {
		regs_user(&in, do_ud);
		in.ss = ss[i];
		enter(&in, &out);
		is(out.vector, 6, "iret with SS 0x%x", ss[i]);
		is(out.ss, SS64, "which becomes 0x%x", SS64);
	}
	regs_user(&in, do_ud);
	in.vgcf = VGCF_in_syscall;
	in.cs = 0x3;
	in.ss = 0;
	enter(&in, &out);
	is(out.vector, 6, "iret, in_syscall, with selectors null");
	is(out.cs & 0xffffffff, CS64, "in CS 0x%x", CS64);
	is(out.ss, SS64, "and SS 0x%x", SS64);
	regs_user(&in, do_ud);
	in.cs |= 0xabcd1234ul << 32;
	enter(&in, &out);
	is(out.vector, 6, "iret looks at 16 bits of CS");
}

static void test_hypercall(void)
{
	struct regs in, out;

	regs_kernel(&in, do_raw);
	in.rax = __HYPERVISOR_xen_version;
	in.rdi = 0;
	enter(&in, &out);
	is(out.rax, 4 << 16 | 17, "a syscall in the kernel is a hypercall");
	is(out.rip, PTR(do_raw) + 2, "and goes on behind it");
	is(out.rflags & ~0x10000ul, in.rflags, "with the same flags");
	in.rax = out.rax;
	in.rcx = out.rcx;
	in.r11 = out.r11;
	in.rdi = out.rdi;
	in.rsi = out.rsi;
	ok(regs_same(&in, &out), "and the same registers but RCX, R11");

	regs_kernel(&in, do_page);
	in.rbx = PTR(hypercall_page) + 32 * __HYPERVISOR_xen_version;
	in.rdi = 0;
	enter(&in, &out);
	is(out.rax, 4 << 16 | 17, "so it is by the hypercall page");
	in.rax = out.rax;
	in.rdi = out.rdi;
	in.rsi = out.rsi;
	ok(regs_same(&in, &out), "which keeps RCX and R11 as well");

	is(hc0(63), -XEN_ENOSYS, "no such hypercall: 63");
	is(hc0(64), -XEN_ENOSYS, "no such hypercall: 64");
	is(hc0(0xffffffff), -XEN_ENOSYS, "no such hypercall: 2^32 - 1");
	regs_kernel(&in, do_raw);
	in.rax = 1ul << 32 | __HYPERVISOR_xen_version;
	in.rdi = 0;
	enter(&in, &out);
	is(out.rax, -XEN_ENOSYS, "all of RAX is the number");
}

static void test_iret_stub(void)
{
	struct regs in, out;
	uint64_t *stack;

	regs_kernel(&in, do_iret);
	in.rbx = PTR(hypercall_page) + 32 * __HYPERVISOR_iret;
	in.rsp -= 48;
	stack = (uint64_t *)in.rsp;
	stack[0] = 0;
	stack[1] = PTR(do_ud);
	stack[2] = CS64;
	stack[3] = RFLAGS_IF | RFLAGS_RSVD;
	stack[4] = in.rsp;
	stack[5] = SS64;
	enter(&in, &out);
	is(out.vector, 6, "iret by the stub");
	is(out.rip, PTR(do_ud), "where the frame says");
	is(out.cs & 3, 3, "in user mode");
	ok(regs_same(&in, &out), "with all registers");
}

void test_main(void)
{
	unsigned int rpl, fast;

	user_tables();
	test_user_syscall();
	test_callback_flags();
	test_no_callback();
	for (rpl = 0; rpl < 4; rpl++)
		for (fast = 0; fast < 2; fast++) {
			iret_form(rpl, fast, RFLAGS_IF);
			iret_form(rpl, fast, 0);
		}
	test_iret_selectors();
	test_hypercall();
	test_iret_stub();
}
