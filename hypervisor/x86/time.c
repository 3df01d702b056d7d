/* SPDX-License-Identifier: MIT */
/*
 * time.c - the clock, and the interrupt at a given time.
 *
 * The clock is the TSC; its rate and that of the APIC timer are measured
 * against the PIT, or the ACPI timer where there is no PIT, once.  What is
 * found is constant from then on: no lock.
 */
#include <boot.h>
#include <lib.h>
#include <machine.h>
#include <setup.h>
#include <timer.h>
#include <x86.h>

#define NSEC		1000000000UL
#define PIT_HZ		1193182u
#define PM_HZ		3579545u
#define CALIBRATE_HZ	100	/* measure for a hundredth of a second */
#define MAX_SLEEP	(NSEC - 1)	/* longest setting of the APIC timer */

enum { PIT_CH2 = 0x42, PIT_MODE = 0x43, PIT_GATE = 0x61, PIT_OUT = 0x20 };

/* A clock of known rate that counts up. */
struct reference {
	const char *name;
	u32 hz, mask;
	u32 (*read)(void);
};

struct sample {
	u32 ref, apic;
	u64 tsc, width;
};

struct time_scale time_scale;
u64 time_tsc_hz, time_wall;
static u64 apic_mul;		/* ticks = (ns * apic_mul) >> 32 */

static u32 pit_read(void)
{
	u32 n;

	outb(PIT_MODE, 0x80);		/* latch channel 2 */
	n = inb(PIT_CH2);
	n |= inb(PIT_CH2) << 8;
	return 0xffff - n;
}

static void pit_start(void)
{
	/* Gate on, speaker off; count down once from 65535. */
	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_MODE, 0xb0);
	outb(PIT_CH2, 0xff);
	outb(PIT_CH2, 0xff);
}

static u32 pm_read(void)
{
	return inl(acpi.fadt.pm_timer);
}

/* The tightest of a few, as an emulator may lose the CPU in between. */
static struct sample take_sample(const struct reference *r)
{
	struct sample best = { .width = ~0UL }, s;
	u32 i;

	for (i = 0; i < 5; i++) {
		s.tsc = rdtsc();
		s.ref = r->read() & r->mask;
		s.apic = apic_timer_count();
		s.width = rdtsc() - s.tsc;
		if (s.width < best.width)
			best = s;
	}
	return best;
}

static bool measure(const struct reference *r)
{
	struct sample a, b;
	u32 ticks = 0, old = 0, stuck = 0;
	u64 apic_hz;

	apic_timer_start(~0u);
	a = take_sample(r);
	while (ticks < r->hz / CALIBRATE_HZ) {
		ticks = (r->read() - a.ref) & r->mask;
		/* A clock that does not move at all is none. */
		stuck = ticks == old ? stuck + 1 : 0;
		if (stuck == 2000)
			return false;
		old = ticks;
	}
	b = take_sample(r);
	apic_timer_start(0);
	ticks = (b.ref - a.ref) & r->mask;
	if (!ticks || b.tsc <= a.tsc || b.apic >= a.apic)
		return false;
	/* An emulator slept for longer than the PIT counts: 55 ms. */
	if (r->read == pit_read && inb(PIT_GATE) & PIT_OUT)
		return false;
	time_tsc_hz = (b.tsc - a.tsc) * r->hz / ticks;
	apic_hz = (u64)(a.apic - b.apic) * r->hz / ticks;
	apic_mul = (apic_hz << 32) / NSEC;
	printk(LOG_INFO, "TSC %lu kHz, APIC timer %lu kHz, by the %s%s\n",
	       time_tsc_hz / 1000, apic_hz / 1000, r->name,
	       cpu_has(CPU_STEADY_TSC) ? "" : "; TSC not said to be steady");
	return time_tsc_hz > 1000000 && apic_hz > 1000000 && apic_hz >> 32 == 0;
}

static void scale_init(void)
{
	u64 hz = time_tsc_hz;

	for (; hz > 2 * NSEC; hz >>= 1)
		time_scale.shift--;
	for (; hz <= NSEC; hz <<= 1)
		time_scale.shift++;
	time_scale.mul = (NSEC << 32) / hz;
	this_cpu()->tsc_base = rdtsc();
}

nsec_t time_at(u64 tsc)
{
	u64 d = tsc - this_cpu()->tsc_base;
	s8 shift = time_scale.shift;

	d = shift < 0 ? d >> -shift : d << shift;
	return (unsigned __int128)d * time_scale.mul >> 32;
}

nsec_t time_now(void)
{
	return time_at(rdtsc());
}

/* A register of the clock chip, in decimal as nearly all of them are. */
static u32 rtc(u8 reg)
{
	u32 n;

	outb(0x70, reg);
	n = inb(0x71);
	return (n >> 4) * 10 + (n & 15);
}

/* Seconds since 1970 (days by the rule of a year that begins in March). */
static u64 to_seconds(u64 year, u64 month, u64 day)
{
	if (month < 3) {
		year--;
		month += 12;
	}
	day += 365 * year + year / 4 - year / 100 + year / 400 +
	       (153 * (month - 3) + 2) / 5;
	return (day - 719469) * 86400;
}

static void wall_init(void)
{
	u32 i;

	/* Bit 7 of register 10: an update is in progress, for 2 ms at most. */
	for (i = 0; i < 10000; i++) {
		outb(0x70, 10);
		if (!(inb(0x71) & 0x80))
			break;
	}
	time_wall = to_seconds(2000 + rtc(9), rtc(8), rtc(7)) +
		    rtc(4) * 3600 + rtc(2) * 60 + rtc(0);
	printk(LOG_DEBUG, "the date is %lu seconds since 1970\n", time_wall);
}

void time_init(void)
{
	static const struct reference pit = {
		"PIT", PIT_HZ, 0xffff, pit_read
	};
	static const struct reference pm = {
		"ACPI timer", PM_HZ, 0xffffff, pm_read
	};

	bool done = false;
	u32 tries;

	for (tries = 0; tries < 3 && !done; tries++) {
		pit_start();
		done = measure(&pit);
	}
	if (!done && (!acpi.fadt.pm_timer || !measure(&pm)))
		boot_stop("neither the PIT nor the ACPI timer runs");
	scale_init();
	wall_init();
}

void timer_hw_set(nsec_t deadline)
{
	struct cpu *c = this_cpu();
	nsec_t now;
	u64 wait;

	if (deadline == c->timer_deadline)
		return;
	c->timer_deadline = deadline;
	if (deadline == ~0UL) {
		apic_timer_start(0);
		return;
	}
	now = time_now();
	if (deadline <= now) {
		c->timer_deadline = ~0UL;
		cpu_kick(c, WORK_TIMER);
		return;
	}
	/* Too early, at the end of a longest sleep, is just set again. */
	wait = MIN(deadline - now, MAX_SLEEP);
	apic_timer_start((u32)(wait * apic_mul >> 32) + 1);
}
