/* SPDX-License-Identifier: MIT */
/*
 * trap.c - exceptions and system calls, and the way to user mode.
 *
 * The library makes the frame and calls us with it; the kernel has the same.
 */
#include <hcall/hcall.h>
#include "pv.h"

/* The library's frame is ours by another name. */
_Static_assert(sizeof(struct regs) == sizeof(struct hc_regs), "regs");
_Static_assert(offsetof(struct regs, vector) == HC_REGS_VECTOR, "regs");
_Static_assert(offsetof(struct regs, cs) == HC_REGS_CS, "regs");

static struct regs *our(struct hc_regs *regs)
{
	return (struct regs *)regs;
}

static void on_trap(struct hc_regs *regs)
{
	trap(our(regs));
}

static void on_syscall(struct hc_regs *regs)
{
	syscall(our(regs));
}

void pv_enter(const struct regs *regs)
{
	hc_regs_enter((const struct hc_regs *)regs);
}

void pv_user_regs(struct regs *regs, u64 rip, u64 rsp)
{
	memset(regs, 0, sizeof(*regs));
	regs->rip = rip;
	regs->cs = FLAT_USER_CS;
	regs->rflags = RFLAGS_ONE | RFLAGS_IF;
	regs->rsp = rsp;
	regs->ss = FLAT_USER_SS;
}

void pv_trap_init(void)
{
	unsigned int i;

	if (hc_trap_init(boot_stack + BOOT_STACK_SIZE))
		panic("no trap table");
	for (i = 0; i < 32; i++)
		hc_trap_set(i, on_trap);
	hc_trap_set(HC_VEC_SYSCALL, on_syscall);
}
