/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - what belongs to one CPU.
 *
 * Lies at the start of the CPU's area (layout.h) and is found by masking the
 * stack pointer.  No lock: only its own CPU touches a field, unless a key
 * letter says otherwise.
 *
 * [A] atomic, any CPU	[C] constant once the CPU runs
 */
#pragma once

#include <types.h>

/* Reasons to leave the short way back to a guest: bits of cpu.work. */
#define WORK_RESCHED	0x1u	/* another vCPU may have to run */
#define WORK_TIMER	0x2u	/* a timer may be due */
#define WORK_EVENT	0x8u	/* nothing but to look for events */
#define WORK_FLUSH	0x4u	/* another CPU asks for a TLB flush */

struct cpu {
	u64 scratch;		/* SYSCALL's user RSP, for four instructions */
	struct vcpu *cur;	/* who runs, or ran until we became idle */
	u32 work;		/* [A] WORK_*: seen before each return */
	u32 id;			/* [C] 0 is the CPU that booted */
	u32 apic_id;		/* [C] */
	bool idle;		/* [A] no guest's tables: needs no flush */
	bool online;		/* [A] */
	u32 held_ranks;		/* bit n: a lock of rank n is held */
	u64 cr3;		/* what CR3 holds */
	u64 cr4;		/* what CR4 holds */
	u64 tlb_time;		/* [A] of its last complete flush (tlb.h) */
	u64 tsc_base;		/* [C] its TSC at time 0 */
	nsec_t timer_deadline;	/* what the APIC timer is set to, or ~0 */
	struct x86_cpu *x86;	/* [C] descriptors and such */
};

extern struct cpu *cpus[CONFIG_NR_CPUS];	/* [C] NULL: no such CPU */
extern u32 nr_cpus;				/* [C] */

/*
 * Asks a CPU for work of the given kind before it next returns to a guest.
 * Wakes it up when it is idle; interrupts it when it runs a guest.
 */
void cpu_kick(struct cpu *c, u32 work);
