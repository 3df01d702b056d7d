/* SPDX-License-Identifier: MIT */
/*
 * irq.c - the local APIC for the timer, and the two old interrupt controllers
 * behind it for serial port and keyboard, as any PC has them.
 */
#include "native.h"

#define FLAG_IF		0x200

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_EOI		0x20
#define COM1_LINE	4
#define KEYBOARD_LINE	1

#define APIC_ENABLED	(1u << 11)	/* in the MSR */
#define APIC_ID		0x020
#define APIC_TPR	0x080
#define APIC_EOI	0x0b0
#define APIC_SPURIOUS	0x0f0
#define APIC_COMMAND	0x300
#define APIC_LVT_TIMER	0x320
#define APIC_LVT_LINT0	0x350
#define APIC_LVT_LINT1	0x360
#define APIC_LVT_ERROR	0x370
#define APIC_INITIAL	0x380
#define APIC_CURRENT	0x390
#define APIC_DIVIDE	0x3e0

#define LVT_NMI		0x400
#define LVT_EXTINT	0x700
#define LVT_MASKED	0x10000
#define SOFTWARE_ON	0x100
#define TO_SELF		0x40000
#define DIVIDE_BY_16	3

static volatile char *apic;
static void (*self_fn)(void);

static void apic_write(unsigned int reg, u32 value)
{
	*(volatile u32 *)(apic + reg) = value;
}

bool native_irq_save(void)
{
	u64 flags;

	asm volatile("pushfq; pop %0; cli" : "=r" (flags) :: "memory");
	return !(flags & FLAG_IF);
}

void native_irq_restore(bool were_off)
{
	if (!were_off)
		asm volatile("sti" ::: "memory");
}

/* Acknowledged first: what comes after that is another one. */
void native_irq(unsigned int vector)
{
	if (vector >= VEC_TIMER)
		apic_write(APIC_EOI, 0);
	if (vector == VEC_TIMER) {
		timer_interrupt();
	} else if (vector == VEC_SELF) {
		self_fn();
	} else if (vector >= VEC_DEVICE) {
		native_device_irq(vector - VEC_DEVICE);
	} else if (vector == VEC_LINES + COM1_LINE ||
		   vector == VEC_LINES + KEYBOARD_LINE) {
		outb(PIC1, PIC_EOI);
		console_interrupt();
	}
	/* No other line is open: it was a stray one, which gets no answer. */
}

u32 native_apic_id(void)
{
	return *(volatile u32 *)(apic + APIC_ID) >> 24;
}

void native_self_init(void (*fn)(void))
{
	self_fn = fn;
}

void native_self_send(void)
{
	apic_write(APIC_COMMAND, TO_SELF | VEC_SELF);
}

void native_apic_timer(u32 count)
{
	apic_write(APIC_INITIAL, count);
}

u32 native_apic_count(void)
{
	return *(volatile u32 *)(apic + APIC_CURRENT);
}

/* Vectors from VEC_LINES on; all lines closed but the console's. */
static void pic_init(void)
{
	outb(PIC1, 0x11);
	outb(PIC2, 0x11);
	outb(PIC1 + 1, VEC_LINES);
	outb(PIC2 + 1, VEC_LINES + 8);
	outb(PIC1 + 1, 1 << 2);
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, 1);
	outb(PIC2 + 1, 1);
	outb(PIC1 + 1, ~(1 << COM1_LINE | 1 << KEYBOARD_LINE));
	outb(PIC2 + 1, 0xff);
}

void native_irq_init(void)
{
	u64 base;

	if (!(cpuid(1).d & 1 << 9))
		panic("this CPU has no local APIC");
	base = rdmsr(MSR_APIC_BASE);
	wrmsr(MSR_APIC_BASE, base | APIC_ENABLED);
	apic = native_device(base & PTE_FRAME);
	pic_init();
	apic_write(APIC_SPURIOUS, SOFTWARE_ON | VEC_SPURIOUS);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_LINT0, LVT_EXTINT);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, VEC_TIMER);
}
