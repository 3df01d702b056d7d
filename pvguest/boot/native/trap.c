/* SPDX-License-Identifier: MIT */
/*
 * trap.c - descriptors, exceptions, and the way to user mode.
 *
 * One CPU: so one TSS, and no per-CPU area.  No stack of its own for #DB: user
 * mode can set no breakpoint, and SYSCALL clears TF.
 */
#include "native.h"

#define GATE_INTERRUPT	0x8e00
#define GATE_USER	0x6000
#define FAULT_STACK	4096

struct gate {
	u16 offset_low, selector, attributes, offset_middle;
	u32 offset_high, reserved;
};

struct tss {
	u32 reserved;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, iomap;
} __attribute__((packed));

struct table_register {
	u16 limit;
	u64 base;
} __attribute__((packed));

extern const char native_vectors[], native_iret[];
void native_syscall(void);
struct regs *native_exception(struct regs *regs);
void native_interrupt(struct regs *regs);

/* Null, kernel's code and data, user mode's 32-bit code (for SYSRET, unused),
 * data and code, and the TSS. */
u64 native_gdt[8] = {
	0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0x00cff3000000ffff,
	0x00affb000000ffff,
};
struct tss native_tss = { .iomap = sizeof(native_tss) };

static struct gate idt[256];
static char fault_stack[FAULT_STACK] __attribute__((aligned(16)));

void native_stack(void *stack_end)
{
	native_tss.rsp[0] = (u64)stack_end;
}

u64 native_fault_address(void)
{
	u64 address;

	asm volatile("mov %%cr2, %0" : "=r" (address));
	return address;
}

void native_user_regs(struct regs *regs, u64 rip, u64 rsp)
{
	memset(regs, 0, sizeof(*regs));
	regs->rip = rip;
	regs->cs = USER_CS;
	regs->rflags = RFLAGS_ONE | RFLAGS_IF;
	regs->rsp = rsp;
	regs->ss = USER_DS;
}

/*
 * An address that is none, or another state that can't be: IRET faults in the
 * kernel, with what it would have loaded where RSP was.  It is the process's
 * fault, there.  To the top of the stack with it: who does this again and again
 * would else go down.
 */
static struct regs *iret_fault(const struct regs *regs)
{
	struct regs user = *regs, *top = (struct regs *)native_tss.rsp[0] - 1;
	const u64 *frame = (const u64 *)regs->rsp;

	user.rip = frame[0];
	user.cs = frame[1];
	user.rflags = frame[2];
	user.rsp = frame[3];
	user.ss = frame[4];
	*top = user;
	return top;
}

/* Returns what to leave by. */
struct regs *native_exception(struct regs *regs)
{
	if (regs->rip == (u64)native_iret)
		regs = iret_fault(regs);
	/* Whoever ran, it is the machine's. */
	if (regs->vector == VEC_NMI || regs->vector == VEC_MACHINE)
		regs->cs = KERNEL_CS;
	trap(regs);
	return regs;
}

void native_interrupt(struct regs *regs)
{
	native_irq(regs->vector);
	irq_done(regs);
}

static void gate_set(unsigned int vector, const void *entry, u16 attributes)
{
	u64 at = (u64)entry;

	idt[vector] = (struct gate){
		.offset_low = at,
		.selector = KERNEL_CS,
		.attributes = GATE_INTERRUPT | attributes,
		.offset_middle = at >> 16,
		.offset_high = at >> 32,
	};
}

static void idt_init(void)
{
	struct table_register r = { sizeof(idt) - 1, (u64)idt };
	unsigned int i;

	for (i = 0; i < VECTORS; i++)
		gate_set(i, native_vectors + 16 * i, 0);
	/* For these user mode has instructions of their own. */
	gate_set(VEC_BREAKPOINT, native_vectors + 16 * VEC_BREAKPOINT,
		 GATE_USER);
	gate_set(VEC_OVERFLOW, native_vectors + 16 * VEC_OVERFLOW, GATE_USER);
	idt[VEC_NMI].attributes |= 1;
	idt[VEC_DOUBLE].attributes |= 1;
	idt[VEC_MACHINE].attributes |= 1;
	native_tss.ist[0] = (u64)fault_stack + FAULT_STACK;
	asm volatile("lidt %0" :: "m" (r));
}

static void gdt_init(void)
{
	struct table_register r = { sizeof(native_gdt) - 1, (u64)native_gdt };
	u64 tss = (u64)&native_tss;

	native_gdt[TSS_SELECTOR / 8] = (sizeof(native_tss) - 1) |
		(tss & 0xffffff) << 16 | 0x89ULL << 40 |
		(tss >> 24 & 255) << 56;
	native_gdt[TSS_SELECTOR / 8 + 1] = tss >> 32;
	asm volatile("lgdt %0" :: "m" (r));
	asm volatile("ltr %w0" :: "r" (TSS_SELECTOR));
	/* Firmware leaves one of 64 KiB at address 0. */
	asm volatile("lldt %w0" :: "r" (0));
}

void native_trap_init(void)
{
	gdt_init();
	idt_init();
	wrmsr(MSR_STAR, (u64)(USER_DS - 8) << 48 | (u64)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (u64)native_syscall);
	wrmsr(MSR_FMASK, SYSCALL_CLEARS);
	asm volatile("mov %0, %%dr7; fninit" :: "r" (0x400ULL));
}
