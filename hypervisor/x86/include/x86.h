/* SPDX-License-Identifier: MIT */
/*
 * x86.h - registers, instructions and tables of the machine, by name.
 *
 * For x86/ and boot/ alone; numbers are those of the Intel and AMD manuals.
 */
#pragma once

#include <pte.h>

/* CR0, CR4, EFER */
#define CR0_PE		(1 << 0)
#define CR0_MP		(1 << 1)
#define CR0_ET		(1 << 4)
#define CR0_NE		(1 << 5)
#define CR0_WP		(1 << 16)
#define CR0_AM		(1 << 18)
#define CR0_PG		0x80000000

#define CR4_TSD		(1 << 2)
#define CR4_DE		(1 << 3)
#define CR4_PAE		(1 << 5)
#define CR4_MCE		(1 << 6)
#define CR4_PGE		(1 << 7)
#define CR4_OSFXSR	(1 << 9)
#define CR4_OSXMMEXCPT	(1 << 10)
#define CR4_FSGSBASE	(1 << 16)
#define CR4_OSXSAVE	(1 << 18)
#define CR4_SMEP	(1 << 20)
#define CR4_SMAP	(1 << 21)

#define EFER_SCE	(1 << 0)
#define EFER_LME	(1 << 8)
#define EFER_NXE	(1 << 11)

#define MSR_APIC_BASE		0x1b
#define MSR_ARCH_CAPS		0x10a
#define MSR_SYSENTER_CS		0x174
#define MSR_PAT			0x277
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SFMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100

/* The layout that Xen's guests expect: WB WT UC- UC WC WP UC UC. */
#define PAT_VALUE		0x0000050100070406

#ifndef __ASSEMBLY__

#include <cpu.h>

/* The hypervisor's own pages: global, accessed and dirty from the start. */
#define HV_RX		(PTE_P | PTE_A | PTE_G)
#define HV_RO		(HV_RX | PTE_NX)
#define HV_RW		(HV_RO | PTE_RW | PTE_D)
#define HV_UC		(HV_RW | PTE_PCD | PTE_PWT)

/* Vectors of the local APIC; the lower ones are the devices'. */
#define VEC_DEVICE	0x20
#define VEC_PIRQ	0x30	/* NR_PIRQS of them */
#define VEC_TIMER	0xf0
#define VEC_KICK	0xf1
#define VEC_SPURIOUS	0xff

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 iomap;
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "TSS of the manual");

/* What LGDT and LIDT load. */
struct table_reg {
	u16 limit;
	u64 base;
} __attribute__((packed));

/* The machine's part of struct cpu, in the same page. */
struct x86_cpu {
	struct tss tss;
	u64 *gdt;		/* [C] our GDT page, by its writable alias */
	u64 *window;		/* [C] the 32 L1 entries of our window */
	u32 gdt_pages;		/* of a guest's GDT, that are shown there */
};

/* Written only while the boot tables are in use; read-only from then on. */
#define start_data	__attribute__((section(".data.start")))

/*
 * What the CPU has: bits of CPUID's answers, numbered answer * 32 + bit.  The
 * first CPU is asked, and all others are taken to be like it.
 */
enum { LEAF_1C, LEAF_1D, LEAF_7B, LEAF_7D, LEAF_X1D, LEAF_X7D, LEAF_X8A,
       NR_LEAVES };

#define CPU_FSGSBASE	(LEAF_7B * 32 + 0)
#define CPU_XSAVE	(LEAF_1C * 32 + 26)
#define CPU_APIC	(LEAF_1D * 32 + 9)
#define CPU_SYSENTER	(LEAF_1D * 32 + 11)
#define CPU_PGE		(LEAF_1D * 32 + 13)
#define CPU_PAT		(LEAF_1D * 32 + 16)
#define CPU_FXSR	(LEAF_1D * 32 + 24)
#define CPU_SSE2	(LEAF_1D * 32 + 26)
#define CPU_SMEP	(LEAF_7B * 32 + 7)
#define CPU_SMAP	(LEAF_7B * 32 + 20)
#define CPU_ARCH_CAPS	(LEAF_7D * 32 + 29)
#define CPU_SYSCALL	(LEAF_X1D * 32 + 11)
#define CPU_NX		(LEAF_X1D * 32 + 20)
#define CPU_1G_PAGES	(LEAF_X1D * 32 + 26)
#define CPU_STEADY_TSC	(LEAF_X7D * 32 + 8)

extern u32 cpu_leaves[NR_LEAVES];	/* [C] */
extern u32 cpu_phys_bits;		/* [C] width of machine addresses */

static always_inline bool cpu_has(u32 feature)
{
	return cpu_leaves[feature / 32] >> feature % 32 & 1;
}

static always_inline void cpuid(u32 leaf, u32 sub, u32 out[4])
{
	asm volatile("cpuid" : "=a" (out[0]), "=b" (out[1]), "=c" (out[2]),
		     "=d" (out[3]) : "a" (leaf), "c" (sub));
}

/* Control, debug and segment registers, by name. */
#define reg_read(reg) ({						\
	u64 value_;							\
	asm volatile("mov %%" #reg ", %0" : "=r" (value_));		\
	value_;								\
})
#define reg_write(reg, value) \
	asm volatile("mov %0, %%" #reg : : "r" ((u64)(value)) : "memory")

static always_inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (msr));
	return lo | (u64)hi << 32;
}

static always_inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

#define PORT_IO(size, type)						\
static always_inline void out##size(u16 port, type value)		\
{									\
	asm volatile("out" #size " %0, %1" : : "a" (value), "Nd" (port)	\
		     : "memory");					\
}									\
static always_inline type in##size(u16 port)				\
{									\
	type value;							\
									\
	asm volatile("in" #size " %1, %0" : "=a" (value) : "Nd" (port)	\
		     : "memory");					\
	return value;							\
}
PORT_IO(b, u8)
PORT_IO(w, u16)
PORT_IO(l, u32)

/* Takes one kind of work off a CPU's list: true when it was there. */
static always_inline bool work_take(struct cpu *c, u32 work)
{
	if (!(READ_ONCE(c->work) & work))
		return false;
	__atomic_fetch_and(&c->work, ~work, __ATOMIC_SEQ_CST);
	return true;
}

/* The other CPUs stop for good: the machine is about to end. */
void cpus_halt(void);
extern struct cpu *last_cpu;		/* [A] who asked for that */

/* The hypervisor's own page tables, in which no guest is mapped. */
extern u64 hv_cr3;			/* [C] */
extern u64 *hv_root;			/* [C] its L4, in the direct map */

#endif /* __ASSEMBLY__ */
