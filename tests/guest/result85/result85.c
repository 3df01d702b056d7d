/* SPDX-License-Identifier: MIT */
/*
 * result85.c - a result that looks like the hypervisor's own "call me again".
 *
 * -85 is an errno that no call answers, so a hypervisor may use it inside for
 * a call that is to be restarted.  But a register that iret restores, or a
 * debug register that is read, may hold just that: then it is a value as any
 * other, and the guest goes on behind its call.
 */
#include "test.h"

#define MINUS_85	((uint64_t)-85)

SNIPPET(do_nop, "nop; nop; nop; ud2");

static struct regs in, out;

static void by_iret(bool user)
{
	const char *mode = user ? "user" : "kernel";

	(user ? regs_user : regs_kernel)(&in, do_nop);
	in.how = HOW_IRET;
	in.rax = MINUS_85;
	enter(&in, &out);
	is(out.vector, 6, "iret to %s mode with RAX -85", mode);
	is(out.rip, PTR(do_nop) + 3, "goes where it should");
	is(out.rax, MINUS_85, "with RAX as it was");
	is(out.rdi, in.rdi, "and RDI");
}

static void by_debugreg(void)
{
	is(hc2(__HYPERVISOR_set_debugreg, 0, MINUS_85), 0, "DR0 holds -85");
	is(hc1(__HYPERVISOR_get_debugreg, 0), MINUS_85, "and is read");
	is(hc2(__HYPERVISOR_set_debugreg, 0, 0), 0, "DR0 is cleared");
}

static void by_multicall(void)
{
	struct multicall_entry list[2] = {
		{ .op = __HYPERVISOR_get_debugreg, .args = { 0, 7 } },
		{ .op = __HYPERVISOR_xen_version, .args = { 0, 9 } },
	};

	hc2(__HYPERVISOR_set_debugreg, 0, MINUS_85);
	is(hc2(__HYPERVISOR_multicall, PTR(list), 2), 0, "in a multicall");
	is(list[0].result, MINUS_85, "it is the entry's result");
	is(list[0].args[1], 7, "and the entry stays as it was");
	is(list[1].result >> 16, 4, "and the next one is made");
	hc2(__HYPERVISOR_set_debugreg, 0, 0);
}

void test_main(void)
{
	user_tables();
	by_iret(false);
	by_iret(true);
	by_debugreg();
	by_multicall();
}
