/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - the state of FPU, SSE, AVX and what else XSAVE manages.
 *
 * It is switched eagerly, all of it, whatever the guest's CR0.TS and XCR0 say:
 * no guest ever runs with another's registers loaded (D10: lazy switching
 * leaks them speculatively).  The guest's TS is loaded into CR0 afterwards.
 */
#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <vcpu.h>
#include <x86.h>

#define CR0_TS			(1UL << 3)
#define XCR0_X87_SSE		3UL
#define XCR0_AVX		4UL
#define XCR0_AVX512		0xe0UL
#define MXCSR_INIT		0x1f80u
#define MXCSR_AT	24	/* in the image (SDM vol. 1, 10.5.1) */
#define MXCSR_VALID	0xffbfu	/* all that every CPU has: not DAZ */
#define FCW_INIT		0x037fu
#define FXSAVE_SIZE		512

u64 fpu_xcr0;
u32 fpu_size = FXSAVE_SIZE;

void xcr0_write(u64 value)
{
	asm volatile("xsetbv" : : "c" (0), "a" ((u32)value),
		     "d" ((u32)(value >> 32)));
}

void fpu_setup(void)
{
	u32 r[4];

	clts();
	if (!cpu_has(CPU_XSAVE))
		return;
	cpuid(0xd, 0, r);
	/* Bit 9 (PKRU) stays off: protection keys need our page tables. */
	fpu_xcr0 = r[0] & (XCR0_X87_SSE | XCR0_AVX | XCR0_AVX512);
	xcr0_write(fpu_xcr0);
	cpuid(0xd, 0, r);
	fpu_size = r[1];
	if (fpu_size > PAGE_SIZE)
		panic("XSAVE area of %u bytes", fpu_size);
}

void fpu_reset(void *area)
{
	memset(area, 0, fpu_size);
	*(u16 *)area = FCW_INIT;
	*(u32 *)((char *)area + MXCSR_AT) = MXCSR_INIT;
}

void fpu_import(void *area, const void *fxsave)
{
	u32 *mxcsr = (u32 *)((char *)area + MXCSR_AT);

	memcpy(area, fxsave, FXSAVE_SIZE);
	*mxcsr &= MXCSR_VALID;
	if (fpu_xcr0)
		*(u64 *)((char *)area + FXSAVE_SIZE) = XCR0_X87_SSE;
}

void fpu_save(struct vcpu *v)
{
	clts();
	if (!fpu_xcr0) {
		asm volatile("fxsave64 (%0)" : : "r" (v->fpu) : "memory");
		return;
	}
	if (v->pv.xcr0 != fpu_xcr0)
		xcr0_write(fpu_xcr0);
	asm volatile("xsave64 (%0)" : : "r" (v->fpu), "a" (-1), "d" (-1)
		     : "memory");
}

/*
 * AMD's FXRSTOR and XRSTOR leave the last instruction's pointers as they are
 * unless an exception waits (APM vol. 2, 11.4.4.3): the next guest would see
 * the last one's addresses.  A load of our own replaces them.
 */
static void pointers_clear(void)
{
	static const u32 anything;

	asm volatile("fnclex; ffree %%st(7); fildl %0" : : "m" (anything));
}

/* In: TS clear and all of XCR0 on, as fpu_save() and fpu_setup() leave it. */
void fpu_restore(struct vcpu *v)
{
	pointers_clear();
	if (!fpu_xcr0) {
		asm volatile("fxrstor64 (%0)" : : "r" (v->fpu) : "memory");
	} else {
		asm volatile("xrstor64 (%0)" : : "r" (v->fpu), "a" (-1),
			     "d" (-1) : "memory");
		if (v->pv.xcr0 != fpu_xcr0)
			xcr0_write(v->pv.xcr0);
	}
	vcpu_load_ts(v);
}

void vcpu_load_ts(const struct vcpu *v)
{
	if (v->pv.ts)
		reg_write(cr0, reg_read(cr0) | CR0_TS);
	else
		clts();
}
