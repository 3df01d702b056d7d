/* SPDX-License-Identifier: MIT */
/*
 * debugreg.c - debug registers, breakpoints and steps.
 *
 * By call and by MOV, with what is refused (a breakpoint in the hypervisor
 * would let a guest stop it at will), and then used: breakpoints on code, on
 * writes and on reads, in both modes, and the trap flag, with what DR6 tells.
 */
#include <abi/errno.h>
#include "test.h"

#define DR6_0	0xffff0ff0ul
#define DR7_0	0x400ul

SNIPPET(do_nops, "nop; nop; nop; ud2");
SNIPPET(do_write, "mov %rax, (%rbx); nop; ud2");
SNIPPET(do_read, "mov (%rbx), %rax; nop; ud2");
SNIPPET(do_get0, "mov %dr0, %rax; ud2");
SNIPPET(do_get4, "mov %dr4, %rax; ud2");
SNIPPET(do_get5, "mov %dr5, %rax; ud2");
SNIPPET(do_get6, "mov %dr6, %rax; ud2");
SNIPPET(do_get7, "mov %dr7, %rax; ud2");
SNIPPET(do_set0, "mov %rax, %dr0; ud2");
SNIPPET(do_set4, "mov %rax, %dr4; ud2");
SNIPPET(do_set6, "mov %rax, %dr6; ud2");
SNIPPET(do_set7, "mov %rax, %dr7; ud2");
SNIPPET(do_call, "syscall; nop; ud2");
SNIPPET(do_cr4, "mov %rax, %cr4; ud2");

static struct regs in, out;
static uint64_t var;

static long set(uint64_t reg, uint64_t val)
{
	return hc2(__HYPERVISOR_set_debugreg, reg, val);
}

static uint64_t get(uint64_t reg)
{
	return hc1(__HYPERVISOR_get_debugreg, reg);
}

static void run(const char *code, uint64_t rax, bool user)
{
	(user ? regs_user : regs_kernel)(&in, code);
	in.rax = rax;
	in.rbx = PTR(&var);
	enter(&in, &out);
}

static void test_calls(void)
{
	static const struct {
		uint64_t given, kept;
	} dr7[] = {
		{ 0, 0x400 }, { 0x400, 0x400 }, { 1, 0x401 }, { 2, 0x402 },
		{ 0xff, 0x4ff }, { 0x300, 0x700 }, { 0x20000, 0x20400 },
		{ 0x30001, 0x30401 }, { 0x80001, 0x80401 },
		{ 0xb0001, 0xb0401 }, { 0xf0001, 0xf0401 },
		{ 0xffff0fff, 0xffff07ff }, { 0x1000, 0x400 },
		{ 0x800, 0x400 },
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		is(get(i), 0, "DR%u at first", i);
		is(set(i, 0x1000 * i), 0, "DR%u is set", i);
		is(get(i), 0x1000 * i, "DR%u is as set", i);
		is(set(i, 0x800000000000), -XEN_EPERM, "not canonical");
		is(set(i, 0xffff830000000000), -XEN_EPERM, "the hypervisor");
		is(set(i, 0xffff800000000000), -XEN_EPERM, "its lowest");
		is(set(i, 0xffff87ffffffffff), -XEN_EPERM, "its highest");
		is(set(i, 0xffff880000000000), 0, "the one above");
		is(set(i, -PAGE_SIZE), 0, "the last page");
	}
	is(get(4), DR6_0, "DR4 is DR6");
	is(get(5), DR7_0, "DR5 is DR7");
	is(get(6), DR6_0, "DR6 at first");
	is(get(7), DR7_0, "DR7 at first");
	is(get(8), -XEN_ENODEV, "no DR8 to get");
	is(set(8, 0), -XEN_ENODEV, "no DR8 to set");
	is(set(6, 0), 0, "DR6 0");
	is(get(6), DR6_0, "has its ones");
	is(set(6, 0xffffffff), 0, "DR6 all ones");
	is(get(6), 0xffffefff, "has its zero");
	is(set(6, 1ul << 32), -XEN_EINVAL, "DR6 has 32 bits");
	is(set(4, 0), 0, "DR4 is DR6 to set");
	is(get(6), DR6_0, "indeed");
	for (i = 0; i < ARRAY_SIZE(dr7); i++) {
		is(set(7, dr7[i].given), 0, "DR7 0x%lx", dr7[i].given);
		is(get(7), dr7[i].kept, "is 0x%lx", dr7[i].kept);
	}
	is(set(7, 0x2000), -XEN_EPERM, "DR7: general detect");
	is(set(7, 0x20001), -XEN_EPERM, "DR7: a port without CR4.DE");
	is(set(7, 1ul << 32), -XEN_EINVAL, "DR7 has 32 bits");
	is(get(7), DR7_0, "DR7 has not changed");
}

static void moved(const char *name, const char *code, uint64_t rax,
		  uint64_t want)
{
	run(code, rax, false);
	is(out.vector, 6, "%s", name);
	is(out.rip, PTR(code) + 3, "%s: is done", name);
	is(out.rax, want, "%s: RAX", name);
}

static void refused(const char *name, const char *code, uint64_t rax,
		    unsigned int vector, bool user)
{
	run(code, rax, user);
	is(out.vector, vector, "%s: refused", name);
	is(out.rip, PTR(code), "%s: RIP", name);
}

static void test_moves(void)
{
	moved("set DR0", do_set0, 0x5555, 0x5555);
	moved("get DR0", do_get0, 0, 0x5555);
	moved("get DR6", do_get6, 0, DR6_0);
	moved("set DR6", do_set6, 1, 1);
	moved("get DR6", do_get6, 0, DR6_0 | 1);
	moved("set DR4", do_set4, 0, 0);
	moved("get DR4", do_get4, 0, DR6_0);
	moved("set DR7", do_set7, 0x300, 0x300);
	moved("get DR5", do_get5, 0, 0x700);
	moved("set DR7", do_set7, 0, 0);
	moved("get DR7", do_get7, 0, DR7_0);
	refused("DR0 in the hypervisor", do_set0, 0xffff830000000000, 13,
		false);
	refused("DR7 with general detect", do_set7, 0x2000, 13, false);
	refused("DR7 with a port", do_set7, 0x20001, 13, false);
	refused("user mode gets DR7", do_get7, 0, 13, true);
	refused("user mode sets DR7", do_set7, 0, 13, true);
	refused("user mode sets DR0", do_set0, 0, 13, true);

	moved("CR4.DE", do_cr4, 8, 8);
	refused("get DR4 with CR4.DE", do_get4, 0, 6, false);
	is(get(4), -XEN_ENODEV, "no DR4 to get");
	is(set(4, 0), -XEN_ENODEV, "no DR4 to set");
	moved("no CR4.DE", do_cr4, 0, 0);
}

/* A #DB at OFFSET of CODE with CAUSE in DR6, and DR7 as it was. */
static void hit(const char *name, const char *code, unsigned int offset,
		uint64_t cause, bool user)
{
	uint64_t dr7 = get(7);

	set(6, 0);
	run(code, 0, user);
	is(out.vector, 1, "%s mode: %s", user ? "user" : "kernel", name);
	is(out.rip, PTR(code) + offset, "%s: RIP", name);
	is(get(6), DR6_0 | cause, "%s: DR6", name);
	is(get(7), dr7, "%s: DR7 stays", name);
	ok(frame_good(&in, &out, PTR(code) + offset), "%s: frame", name);
}

static void test_breakpoints(bool user)
{
	set(0, PTR(do_nops) + 1);
	set(7, 0x1);
	hit("code, local", do_nops, 1, 1, user);
	set(7, 0x2);
	hit("code, global", do_nops, 1, 1, user);
	set(7, 0);
	run(do_nops, 0, user);
	is(out.vector, 6, "disabled");

	set(1, PTR(&var));
	set(7, 0xd00004);
	hit("write", do_write, 3, 2, user);
	run(do_read, 0, user);
	is(out.vector, 6, "a read is no write");
	set(7, 0xf00004);
	hit("read", do_read, 3, 2, user);
	set(7, 0);
}

static void test_step(void)
{
	set(0, 0);
	set(6, 0);
	regs_user(&in, do_nops);
	in.rflags |= 0x100;
	enter(&in, &out);
	is(out.vector, 1, "the trap flag steps");
	is(out.rip, PTR(do_nops) + 1, "one instruction");
	is(get(6), DR6_0 | 1 << 14, "and DR6 says so");
}

/* What a hypercall reads for the guest does not stop the hypervisor. */
static void test_hypervisor(void)
{
	static struct trap_info end;

	set(0, PTR(&end));
	set(1, PTR(&end) + 8);
	set(7, 0xff0005);
	regs_kernel(&in, do_call);
	in.rax = __HYPERVISOR_set_trap_table;
	in.rdi = PTR(&end);
	enter(&in, &out);
	set(7, 0);
	is(out.rax, 0, "a hypercall on watched memory is done");
	ok(out.rip >= PTR(do_call) + 2, "completely");
}

void test_main(void)
{
	user_tables();
	test_calls();
	test_moves();
	test_breakpoints(false);
	test_breakpoints(true);
	test_step();
	test_hypervisor();
}
