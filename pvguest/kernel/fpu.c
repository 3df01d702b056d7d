/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - vector registers: saved and loaded when another process has the CPU.
 *
 * The kernel uses none.  Who had them last is changed with interrupts off.
 */
#include <arch.h>
#include <mm.h>
#include <thread.h>

#define FPU_SIZE	512
/* Precision and masks as programs expect them; all else is 0. */
#define FPU_CONTROL	0x37f
#define FPU_MXCSR	0x1f80
#define FPU_MXCSR_AT	24

static struct thread *owner;

static void save(void *fpu)
{
	asm volatile("fxsave64 (%0)" :: "r" (fpu) : "memory");
}

static void load(const void *fpu)
{
	asm volatile("fxrstor64 (%0)" :: "r" (fpu) : "memory");
}

static void fill(char *fpu)
{
	memset(fpu, 0, FPU_SIZE);
	*(u16 *)fpu = FPU_CONTROL;
	*(u32 *)(fpu + FPU_MXCSR_AT) = FPU_MXCSR;
}

void *fpu_make(void)
{
	void *fpu = kmalloc(FPU_SIZE);

	if (fpu)
		fill(fpu);
	return fpu;
}

void fpu_switch(struct thread *next)
{
	if (owner == next)
		return;
	if (owner)
		save(owner->fpu);
	load(next->fpu);
	owner = next;
}

void fpu_forget(const struct thread *t)
{
	if (owner == t)
		owner = NULL;
}

void fpu_copy(void *to)
{
	bool off = irq_save();

	if (owner == current)
		save(to);
	else
		memcpy(to, current->fpu, FPU_SIZE);
	irq_restore(off);
}

void fpu_reset(void)
{
	bool off = irq_save();

	fill(current->fpu);
	load(current->fpu);
	owner = current;
	irq_restore(off);
}
