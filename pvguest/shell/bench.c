/* SPDX-License-Identifier: MIT */
/*
 * bench.c - the cost of crossing the border, in TSC ticks: under an emulator
 * that counts instructions, these are instructions, the guest's included.
 *
 * Each figure is the least of some rounds, so that a timer's tick does not
 * count, without the loop's own cost.
 */
#include <arch.h>
#include <console.h>
#include <process.h>

#define ROUNDS	16
#define COUNT	64

static volatile unsigned int taken;

static u64 tsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (u64)high << 32 | low;
}

static void nothing(void)
{
}

static void event_taken(void)
{
	taken++;
}

static u64 least(void (*volatile fn)(void))
{
	u64 best = NEVER, start;
	unsigned int i, j;

	for (i = 0; i < ROUNDS; i++) {
		start = tsc();
		for (j = 0; j < COUNT; j++)
			fn();
		best = min(best, tsc() - start);
	}
	return best;
}

static void show(const char *what, void (*fn)(void))
{
	u64 loop = least(nothing);

	if (!fn) {
		cprintf("bench: %s: there is none\n", what);
		return;
	}
	cprintf("bench: %s: %lu (the loop took %lu more)\n", what,
		(least(fn) - loop) / COUNT, loop / COUNT);
}

void cmd_bench(char *args)
{
	int pid;

	(void)args;
	show("null hypercall", arch->null_call);
	if (arch->self_init) {
		arch->self_init(event_taken);
		taken = 0;
		show("event sent to oneself and taken", arch->self_send);
		if (taken != ROUNDS * COUNT)
			cprintf("bench: only %u events were taken\n", taken);
	}
	pid = process_start("ubench", "", false);
	if (pid < 0 || process_wait(pid))
		cprintf("bench: ubench does not run\n");
	cprintf("bench: done\n");
}
