/* SPDX-License-Identifier: MIT */
/*
 * smp.c - starts the other CPUs, one after the other.
 *
 *   nosmp	only the CPU that booted
 *   maxcpus=N	at most N CPUs, that one included
 *
 * A CPU gets its stack, and by that its number and area, when it takes the
 * word ap_stack: so one that comes late, after we gave it up, either is
 * whichever CPU is being started then, or gets none and sleeps.  All wait
 * until the domains are built.  Until then only the first CPU acts: no lock.
 */
#include <boot.h>
#include <frame.h>
#include <lib.h>
#include <sched.h>
#include <setup.h>
#include <timer.h>
#include <trap.h>
#include <vcpu.h>
#include <x86.h>

#define TIMEOUT_US	1000000u

extern const char ap_trampoline[], ap_trampoline_end[];

u64 ap_stack;			/* [A] of the CPU that is being started */
static bool all_go;		/* [A] */

void noreturn ap_main(void)
{
	struct cpu *c = this_cpu();

	cpu_init(c);
	fpu_setup();
	apic_enable(c);
	c->tsc_base = tsc_base_here(cpus[0]->tsc_base);
	c->idle = true;		/* it holds no guest's tables */
	__atomic_store_n(&c->online, true, __ATOMIC_SEQ_CST);
	/*
	 * STI takes effect after HLT has begun: no wake-up is lost.  Domains
	 * that start meanwhile ask for us, too: who asks next must see that he
	 * has to interrupt us again.
	 */
	while (!READ_ONCE(all_go)) {
		asm volatile("sti; hlt; cli" : : : "memory");
		work_take(c, WORK_RESCHED);
	}
	WRITE_ONCE(c->idle, false);
	enter_scheduler();
}

static bool start(u32 apic_id, struct cpu *c)
{
	s64 ahead;
	u32 us;

	__atomic_store_n(&ap_stack, (u64)c + PERCPU_TOP, __ATOMIC_SEQ_CST);
	apic_start_cpu(apic_id, ap_page);
	for (us = 0; us < TIMEOUT_US && READ_ONCE(ap_stack); us += 10)
		delay_us(10);
	if (__atomic_exchange_n(&ap_stack, 0, __ATOMIC_SEQ_CST))
		return false;
	/* It is in our hands, and soon done. */
	tsc_answer(c);
	ahead = c->tsc_base - this_cpu()->tsc_base;
	if (ahead)
		printk(LOG_WARN, "CPU %u: TSC %ld ahead: allowed for\n",
		       c->id, ahead);
	return true;
}

static u32 cpus_wanted(void)
{
	char text[8];
	u32 n = 0, i;

	if (option_flag("nosmp"))
		return 1;
	if (!option_get("maxcpus", text, sizeof(text)))
		return CONFIG_NR_CPUS;
	for (i = 0; text[i] >= '0' && text[i] <= '9'; i++)
		n = n * 10 + (text[i] - '0');
	if (!n || text[i])
		printk(LOG_WARN, "maxcpus=%s: not a number of CPUs\n", text);
	return n && !text[i] ? MIN(n, CONFIG_NR_CPUS) : CONFIG_NR_CPUS;
}

void smp_start(void)
{
	u32 wanted = cpus_wanted(), failed = 0, left = acpi.cpus_hidden, i;
	struct cpu *c = NULL;

	sched_init_cpu(0);
	if (ap_page)
		memcpy(maddr_virt(maddr(ap_page)), ap_trampoline,
		       ap_trampoline_end - ap_trampoline);
	for (i = 0; i < 256; i++) {
		if (!(acpi.apic_ids[i / 64] >> i % 64 & 1) ||
		    i == this_cpu()->apic_id)
			continue;
		if (nr_cpus >= wanted) {
			left++;
			continue;
		}
		/* The area of one that did not start is the next one's. */
		if (!c)
			c = percpu_new(nr_cpus);
		if (!c || !ap_page || !start(i, c)) {
			failed++;
			continue;
		}
		nr_cpus++;
		c = NULL;
	}
	printk(LOG_INFO, "%u CPUs run, %u did not start, %u are left asleep\n",
	       nr_cpus, failed, left);
}

void smp_go(void)
{
	u32 i;

	WRITE_ONCE(all_go, true);
	for (i = 1; i < nr_cpus; i++)
		cpu_kick(cpus[i], WORK_RESCHED);
}
