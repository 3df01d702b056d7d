/* SPDX-License-Identifier: MIT */
/*
 * regs.h - the registers that an entry saves, in the order entry.S pushes.
 *
 * It lies at the very top of the CPU's stack when the entry came from a guest,
 * and anywhere on a stack when the hypervisor itself was interrupted.
 */
#pragma once

#include <types.h>

struct regs {
	u64 r15, r14, r13, r12, rbp, rbx;
	u64 r11, r10, r9, r8;
	u64 rax, rcx, rdx, rsi, rdi;
	u32 error_code;
	u32 vector;		/* or TRAP_SYSCALL: then SYSRET will do */
	u64 rip, cs, rflags, rsp, ss;
};

static inline bool regs_from_guest(const struct regs *r)
{
	return r->cs & 3;
}

/* RFLAGS */
#define FLAG_CF		0x000001UL
#define FLAG_FIXED	0x000002UL
#define FLAG_PF		0x000004UL
#define FLAG_AF		0x000010UL
#define FLAG_ZF		0x000040UL
#define FLAG_SF		0x000080UL
#define FLAG_TF		0x000100UL
#define FLAG_IF		0x000200UL
#define FLAG_DF		0x000400UL
#define FLAG_OF		0x000800UL
#define FLAG_IOPL	0x003000UL
#define FLAG_IOPL_SHIFT	12
#define FLAG_NT		0x004000UL
#define FLAG_RF		0x010000UL
#define FLAG_VM		0x020000UL
#define FLAG_AC		0x040000UL
#define FLAG_ID		0x200000UL

/*
 * What a guest may have live: the arithmetic flags, DF, TF, NT, RF, AC and ID.
 * IF is always set, IOPL always 0, and VM, VIF and VIP have no meaning.
 */
#define FLAGS_GUEST	(0xcd5UL | FLAG_TF | FLAG_NT | FLAG_RF | FLAG_AC | \
			 FLAG_ID)

/* What the CPU clears when it takes an exception (SDM vol. 3, 6.14). */
#define FLAGS_ON_TRAP	(FLAG_TF | FLAG_NT | FLAG_RF | FLAG_AC | FLAG_VM)

/* Exception vectors */
enum {
	VEC_DE = 0, VEC_DB = 1, VEC_NMI = 2, VEC_BP = 3, VEC_OF = 4,
	VEC_BR = 5, VEC_UD = 6, VEC_NM = 7, VEC_DF = 8, VEC_TS = 10,
	VEC_NP = 11, VEC_SS = 12, VEC_GP = 13, VEC_PF = 14, VEC_MF = 16,
	VEC_AC = 17, VEC_MC = 18, VEC_XM = 19,
};

/* Vectors of an exception that pushes an error code: bit n for vector n. */
#define VECS_WITH_ERROR	0x00027d00u

/* Page-fault error code (SDM vol. 3, 4.7) */
#define PF_PRESENT	0x01u
#define PF_WRITE	0x02u
#define PF_USER		0x04u
#define PF_RSVD		0x08u
#define PF_FETCH	0x10u

/* DR6 and DR7 with nothing reported and nothing armed (SDM vol. 3, 17.2). */
#define DR6_INIT	0xffff0ff0UL
#define DR6_BS		0x4000UL
#define DR7_INIT	0x400UL
#define DR7_ARMED	0xffUL
