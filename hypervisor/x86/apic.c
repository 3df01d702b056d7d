/* SPDX-License-Identifier: MIT */
/*
 * apic.c - the local APIC: timer, interrupts between CPUs, and who gets what.
 *
 * Each CPU touches its own APIC only, so there is no lock.  Interrupts reach
 * us in a guest or in the idle loop; what they mean is left in cpu.work for
 * exit_work() to do.
 */
#include <machine.h>
#include <boot.h>
#include <iomem.h>
#include <irq.h>
#include <setup.h>
#include <trap.h>
#include <x86.h>

enum {				/* registers (SDM vol. 3, 11.4.1) */
	ID = 0x20, TPR = 0x80, EOI = 0xb0, SVR = 0xf0, ICR_LOW = 0x300,
	ICR_HIGH = 0x310, LVT_TIMER = 0x320, LVT_LINT0 = 0x350,
	LVT_LINT1 = 0x360, LVT_ERROR = 0x370, TIMER_INIT = 0x380,
	TIMER_NOW = 0x390, TIMER_DIVIDE = 0x3e0,
};
#define BASE_ENABLE	(1UL << 11)
#define BASE_X2APIC	(1UL << 10)
#define SVR_ENABLE	0x100u
#define LVT_MASKED	0x10000u
#define LVT_NMI		0x400u
#define DIVIDE_BY_1	0xbu
#define ICR_PENDING	0x1000u
#define ICR_NMI		0x400u
#define ICR_INIT	0x500u
#define ICR_STARTUP	0x600u
#define ICR_ASSERT	0x4000u
#define ICR_OTHERS	0xc0000u

struct cpu *last_cpu;

static volatile u32 *regs;
#define REG(offset)	regs[(offset) / 4]

/* The part of each CPU. */
void apic_enable(struct cpu *c)
{
	REG(SVR) = SVR_ENABLE | VEC_SPURIOUS;
	REG(TPR) = 0;
	REG(LVT_LINT0) = LVT_MASKED;
	REG(LVT_LINT1) = LVT_NMI;
	REG(LVT_ERROR) = LVT_MASKED;
	REG(TIMER_DIVIDE) = DIVIDE_BY_1;
	REG(LVT_TIMER) = VEC_TIMER;
	c->apic_id = REG(ID) >> 24;
	c->timer_deadline = ~0UL;
}

void apic_init(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (base & BASE_X2APIC)
		boot_stop("the firmware left the local APIC in x2APIC mode");
	wrmsr(MSR_APIC_BASE, base | BASE_ENABLE);
	base &= PTE_ADDR;
	regs = device_map(base, PAGE_SIZE);
	iomem_deny(maddr_to_mfn(maddr(base)), 1);
	apic_enable(this_cpu());
}

void apic_timer_start(u32 count)
{
	REG(TIMER_INIT) = count;
}

u32 apic_timer_count(void)
{
	return REG(TIMER_NOW);
}

static void send(u32 apic_id, u32 what)
{
	u32 i;

	REG(ICR_HIGH) = apic_id << 24;
	REG(ICR_LOW) = what;
	for (i = 0; i < 10000 && REG(ICR_LOW) & ICR_PENDING; i++)
		cpu_relax();
}

_Static_assert(VEC_PIRQ + NR_PIRQS == VEC_TIMER, "a vector for each pirq");

/*
 * What asked before us and was not taken yet has sent, or is about to send, an
 * interrupt that does for both.
 */
void cpu_kick(struct cpu *c, u32 work)
{
	u32 old = __atomic_fetch_or(&c->work, work, __ATOMIC_SEQ_CST);

	if (c != this_cpu() && (old & work) != work)
		send(c->apic_id, VEC_KICK);
}

/* SDM vol. 3, 9.4.4.1 */
void apic_start_cpu(u32 apic_id, u64 page)
{
	send(apic_id, ICR_INIT | ICR_ASSERT);
	delay_us(10000);
	send(apic_id, ICR_STARTUP | page >> PAGE_SHIFT);
	delay_us(200);
	send(apic_id, ICR_STARTUP | page >> PAGE_SHIFT);
}

void cpus_halt(void)
{
	WRITE_ONCE(last_cpu, this_cpu());
	if (regs && nr_cpus > 1)
		send(0, ICR_NMI | ICR_ASSERT | ICR_OTHERS);
}

void irq_dispatch(u32 vector)
{
	struct cpu *c = this_cpu();

	if (vector == VEC_SPURIOUS)
		return;
	if (vector == VEC_TIMER) {
		c->timer_deadline = ~0UL;
		cpu_kick(c, WORK_TIMER);
	} else if (vector < VEC_DEVICE + 16) {
		serial_interrupt();
	} else if (vector < VEC_TIMER) {
		irq_arrived(vector - VEC_PIRQ);
	}
	/* A kick has left its work in cpu.work before it came. */
	REG(EOI) = 0;
}
