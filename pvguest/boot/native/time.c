/* SPDX-License-Identifier: MIT */
/*
 * time.c - the clock is the TSC, the timer the APIC's; the PIT, or where that
 * is missing ACPI's timer, measures both once.  The date is the CMOS clock's.
 */
#include "native.h"
#include <thread.h>

#define PIT_HZ		1193182
#define PIT_CHANNEL2	0x42
#define PIT_MODE	0x43
#define PIT_GATE	0x61
#define PIT_ENDED	0x20		/* of PIT_GATE */
#define ACPI_HZ		3579545
#define MEASURE_HZ	100		/* for 10 ms, of 55 that the PIT has */

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define CMOS_UPDATING	0x80		/* of register A */
#define CMOS_BINARY	0x04		/* of register B */
#define CMOS_24_HOURS	0x02
#define CMOS_PM		0x80		/* of the hour */

/* A clock of known rate that counts up. */
struct reference {
	u64 hz;
	u32 mask;
	u32 (*read)(void);
};

struct sample {
	u64 tsc, width;
	u32 ref, apic;
};

static u64 tsc_start, tsc_mul, apic_mul;	/* as fractions of 2^32 */
static u64 start_sec;

static u32 pit_read(void)
{
	u32 n;

	outb(PIT_MODE, 0x80);
	n = inb(PIT_CHANNEL2);
	return -(n | inb(PIT_CHANNEL2) << 8);
}

static void pit_start(void)
{
	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_MODE, 0xb0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
}

static u32 acpi_read(void)
{
	return inl(native_acpi_timer());
}

static const struct reference pit = { PIT_HZ, 0xffff, pit_read };
static const struct reference acpi = { ACPI_HZ, 0xffffff, acpi_read };

/* The quickest of some: an emulator may lose its CPU in between. */
static struct sample sample(const struct reference *r)
{
	struct sample best = { .width = ~0ULL }, s;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		s.tsc = rdtsc();
		s.ref = r->read();
		s.apic = native_apic_count();
		s.width = rdtsc() - s.tsc;
		if (s.width < best.width)
			best = s;
	}
	return best;
}

static bool measure(const struct reference *r)
{
	struct sample a, b;
	u32 stuck = 0, last = 0, now;
	u64 ns;

	native_apic_timer(~0u);
	a = sample(r);
	do {
		now = (r->read() - a.ref) & r->mask;
		stuck = now == last ? stuck + 1 : 0;
		last = now;
	} while (now < r->hz / MEASURE_HZ && stuck < 2000);
	b = sample(r);
	native_apic_timer(0);
	/* None there, or an emulator slept for longer than it counts. */
	if (stuck == 2000 || (r == &pit && inb(PIT_GATE) & PIT_ENDED) ||
	    b.tsc <= a.tsc || b.apic >= a.apic)
		return false;
	ns = ((b.ref - a.ref) & r->mask) * NSEC_PER_SEC / r->hz;
	tsc_mul = (ns << 32) / (b.tsc - a.tsc);
	apic_mul = ((u64)(a.apic - b.apic) << 32) / ns;
	return true;
}

static void measure_all(void)
{
	unsigned int tries;

	for (tries = 0; tries < 10; tries++) {
		pit_start();
		if (measure(&pit))
			return;
		if (native_acpi_timer() && measure(&acpi))
			return;
	}
	panic("no PIT or ACPI timer to measure the clock by");
}

static u64 scale(u64 n, u64 mul)
{
	return (unsigned __int128)n * mul >> 32;
}

u64 native_time(void)
{
	return scale(rdtsc() - tsc_start, tsc_mul);
}

u64 native_wallclock(void)
{
	return start_sec + native_time() / NSEC_PER_SEC;
}

/* Rounded up, so that the deadline has passed; at most what the counter
 * holds: then the kernel sets it anew. */
void native_timer_set(u64 deadline)
{
	u64 now = native_time(), count;

	if (deadline == NEVER) {
		native_apic_timer(0);
		return;
	}
	count = deadline > now ? scale(deadline - now, apic_mul) + 1 : 1;
	native_apic_timer(min(count, 0xffffffffULL));
}

static u8 cmos(u8 reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static unsigned int cmos_number(u8 reg)
{
	u8 n = cmos(reg);

	return cmos(11) & CMOS_BINARY ? n : n / 16 * 10 + n % 16;
}

static unsigned int cmos_hour(void)
{
	u8 pm = cmos(4) & CMOS_PM;
	unsigned int hour = cmos_number(4);

	if (cmos(11) & CMOS_24_HOURS)
		return hour;
	hour -= !pm ? 0 : cmos(11) & CMOS_BINARY ? 128 : 80;
	return hour % 12 + (pm ? 12 : 0);
}

/* Days since 1970: years begin in March, so that the odd day is their last. */
static u64 days(u64 year, u64 month, u64 day)
{
	if (month < 3) {
		year--;
		month += 12;
	}
	return year * 365 + year / 4 - year / 100 + year / 400 +
	       (month * 153 - 457) / 5 + day - 719469;
}

static u64 cmos_seconds(void)
{
	u64 d = days(2000 + cmos_number(9), cmos_number(8), cmos_number(7));

	return ((d * 24 + cmos_hour()) * 60 + cmos_number(2)) * 60 +
	       cmos_number(0);
}

/* Twice the same, as it may change while it is read. */
static u64 cmos_read(void)
{
	u64 n, last = 0;
	unsigned int tries;

	for (tries = 0; tries < 1000; tries++, last = n) {
		n = cmos(10) & CMOS_UPDATING ? 0 : cmos_seconds();
		if (n && n == last)
			break;
	}
	return last;
}

void native_time_init(u64 start)
{
	tsc_start = start;
	measure_all();
	start_sec = cmos_read();
}
