/* SPDX-License-Identifier: MIT */
/*
 * x86.h - the CPU's registers, ports and selectors, for the native back end.
 */
#ifndef PVGUEST_X86_H
#define PVGUEST_X86_H

/* Selectors.  SYSRET wants user mode's two in this order. */
#define KERNEL_CS	0x08
#define KERNEL_DS	0x10
#define USER_DS		0x23
#define USER_CS		0x2b
#define TSS_SELECTOR	0x30

#define MSR_APIC_BASE	0x1b
#define MSR_EFER	0xc0000080
#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_FMASK	0xc0000084

#define EFER_SCE	0x001
#define EFER_LME	0x100
#define EFER_NXE	0x800

/* PE, MP, ET, NE, WP, PG */
#define CR0_ALL		0x80010033
#define CR4_PAE		0x000020
#define CR4_PGE		0x000080
#define CR4_FXSR	0x000600	/* and SSE's exceptions */
#define CR4_SMEP	0x100000
#define CR4_SMAP	0x200000

/* What SYSCALL clears: TF, IF, DF, IOPL, NT, AC. */
#define SYSCALL_CLEARS	0x47700

/* Vectors: exceptions, the old interrupt controller's lines, the APIC's. */
#define VEC_NMI		2
#define VEC_DOUBLE	8
#define VEC_MACHINE	18
#define VEC_LINES	0x20
#define VEC_TIMER	0x30
#define VEC_SELF	0x31
#define VEC_DEVICE	0x32		/* messages of devices */
#define NR_DEVICE_VECTORS	32
#define VECTORS		(VEC_DEVICE + NR_DEVICE_VECTORS)
#define VEC_SPURIOUS	0x2f		/* where stray ones of either end */

#ifndef __ASSEMBLY__
#include <lib.h>

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" :: "a" (value), "Nd" (port));
}

static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline void outw(u16 port, u16 value)
{
	asm volatile("outw %0, %1" :: "a" (value), "Nd" (port));
}

static inline u16 inw(u16 port)
{
	u16 value;

	asm volatile("inw %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline u32 inl(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" :: "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

static inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (u64)high << 32 | low;
}

struct cpuid {
	u32 a, b, c, d;
};

/* Zeros where the CPU does not have the leaf. */
static inline struct cpuid cpuid(u32 leaf)
{
	struct cpuid r = { .a = leaf & 0x80000000 };

	asm volatile("cpuid" : "+a" (r.a), "=b" (r.b), "+c" (r.c), "=d" (r.d));
	if (r.a < leaf)
		return (struct cpuid){ 0 };
	r = (struct cpuid){ .a = leaf };
	asm volatile("cpuid" : "+a" (r.a), "=b" (r.b), "+c" (r.c), "=d" (r.d));
	return r;
}
#endif

#endif
