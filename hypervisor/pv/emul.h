/* SPDX-License-Identifier: MIT */
/*
 * emul.h - instructions that fault at CPL 3 and that we carry out for a guest.
 */
#pragma once

#include <regs.h>

struct vcpu;

/* One instruction, fetched once. */
struct insn {
	u8 byte[15];
	u8 len;			/* bytes that could be fetched */
	u8 at;			/* next byte to decode */
	u8 rex;			/* 0, or 0x40 to 0x4f */
	bool opsize;		/* prefix 66 */
	bool rep;		/* prefix f2 or f3 */
	u8 modrm;
};

/* Fetches what can be had of an instruction, at most up to the page's end. */
bool insn_fetch(struct insn *in, u64 rip);

/* Past the end an instruction goes on with zeroes: insn_ok() sees it. */
u8 insn_next(struct insn *in);
bool insn_ok(const struct insn *in);

/*
 * Prefixes; returns the opcode.  Segment overrides change nothing here, nor
 * does LOCK: what is done to memory is locked in any case.
 */
u8 insn_opcode(struct insn *in);

/* The register that ModRM names beside the memory operand. */
unsigned int modrm_reg(const struct insn *in);

/* Register number 0 to 15 as in ModRM, in the order of the architecture. */
u64 *emul_reg(struct regs *r, unsigned int nr);

/* A result of 8 to 64 bits: 32 clear the upper half, fewer keep the rest. */
void emul_reg_set(u64 *reg, u64 value, unsigned int bits);

/* #GP without error code: true when the instruction was carried out. */
bool emul_privileged(struct vcpu *v, struct regs *r);

/* #UD: true when it was CPUID with the prefix. */
bool emul_forced(struct vcpu *v, struct regs *r);

/* The instruction behind: clears RF, raises #DB when it was stepped. */
void emul_done(struct vcpu *v, struct regs *r, u64 len);

/*
 * Instructions: 0, go on behind it; -ERESTART, go on at it; -ENODEV, the guest
 * gets #UD; any other error, it gets the exception that there was.
 */
int emul_cr_read(const struct vcpu *v, unsigned int nr, u64 *value);
int emul_cr_write(struct vcpu *v, unsigned int nr, u64 value);
int emul_rdmsr(struct regs *r, u32 msr);
int emul_wrmsr(struct regs *r, u32 msr);
int emul_xsetbv(struct vcpu *v, struct regs *r);
int emul_io(struct vcpu *v, struct regs *r, struct insn *in, u8 op);

/* A frame at a machine address becomes a hypercall page: 0, or as above. */
int stubs_write(struct domain *d, u64 address);

/* The vCPU's IOPL, or what its domain wants to see of it, has changed. */
void pv_show_iopl(struct vcpu *v);

/* What a guest sees in CPUID: the leaf and sub-leaf in out[0] and out[2]. */
void pv_cpuid(const struct vcpu *v, u32 out[4]);

/*
 * CR4 as a guest sees it: what it may choose (cr4_usable()), and what is
 * always set (PAE, MCE, OSFXSR, OSXMMEXCPT).
 */
#define PV_CR4_FIXED	0x660UL
#define CR4_DE		(1UL << 3)

#define XCR0_AVX512	0xe0UL

#define MSR_TSC		0x00000010u

/* Debug registers 0 to 7, of the current vCPU or one that is down: or -E... */
bool dr7_has_io(u64 dr7);
int dr_write(struct vcpu *v, unsigned int nr, u64 value);
int dr_read(const struct vcpu *v, unsigned int nr, u64 *value);
