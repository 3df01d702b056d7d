/* SPDX-License-Identifier: MIT */
/*
 * regs.h - a complete register state, as C and as assembly see it.
 *
 * The same structure says how to enter a piece of code and tells what came
 * back.  Nothing is shared: there is one vCPU, and interrupts are events
 * that stay masked unless a test unmasks them.
 */
#ifndef REGS_H
#define REGS_H

#define REG_RAX		0
#define REG_RBX		8
#define REG_RCX		16
#define REG_RDX		24
#define REG_RSI		32
#define REG_RDI		40
#define REG_RBP		48
#define REG_R8		56
#define REG_R9		64
#define REG_R10		72
#define REG_R11		80
#define REG_R12		88
#define REG_R13		96
#define REG_R14		104
#define REG_R15		112
#define REG_RIP		120
#define REG_CS		128
#define REG_RFLAGS	136
#define REG_RSP		144
#define REG_SS		152
#define REG_HOW		160
#define REG_VGCF	168
#define REG_COUNT	20

/* How to get there: a plain jump, or the iret hypercall. */
#define HOW_JUMP	0
#define HOW_IRET	1

/* What came back, besides the 256 vectors. */
#define CAME_EVENT	256
#define CAME_FAILSAFE	257
#define CAME_SYSCALL	258
#define CAME_SYSCALL32	259
#define CAME_SYSENTER	260
#define CAME_NMI	261
#define CAME_ENTRIES	262

#ifndef __ASSEMBLY__

#include <stdint.h>

struct regs {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13,
		 r14, r15, rip, cs, rflags, rsp, ss;

	/* In: how to enter, and the flags word of the iret hypercall. */
	uint64_t how, vgcf;

	/* Out: what came, and the frame that told so. */
	uint64_t vector;
	uint64_t has_error, error;	/* error: only if has_error is 1 */
	uint64_t frame;			/* RSP at the handler's entry */
	uint64_t frame_words;		/* 7, 8 with a code, 11 failsafe */
	uint64_t sel[4];		/* failsafe: DS, ES, FS, GS */
	uint64_t cr2;			/* vcpu_info's, at entry */
	uint64_t mask;			/* evtchn_upcall_mask, at entry */
	uint64_t live_rcx, live_r11;	/* the registers, not the frame's */
	uint64_t live_rflags, live_cs, live_ss;
};

#endif
#endif
