/* SPDX-License-Identifier: MIT */
/*
 * regs.h - what was interrupted, on the kernel's stack.
 *
 * Both back ends save it in this order.
 */
#ifndef PVGUEST_REGS_H
#define PVGUEST_REGS_H

#include <lib.h>

#define VEC_DEBUG	1
#define VEC_BREAKPOINT	3
#define VEC_OVERFLOW	4
#define VEC_INVALID	6
#define VEC_PAGE_FAULT	14

/* Error code of a page fault. */
#define PF_PRESENT	1
#define PF_WRITE	2
#define PF_EXEC		16

#define RFLAGS_ONE	0x002
#define RFLAGS_IF	0x200

struct regs {
	u64 r15, r14, r13, r12, rbp, rbx;
	u64 r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 vector;
	u64 error;
	u64 rip;
	u16 cs;
	u16 pad[3];		/* the back end's */
	u64 rflags;
	u64 rsp;
	u64 ss;
};

static inline bool from_user(const struct regs *regs)
{
	return (regs->cs & 3) == 3;
}

#endif
