/* SPDX-License-Identifier: MIT */
/*
 * tsc.c - how far a CPU's TSC is from that of the CPU that booted.
 *
 * Most machines start all of them at once, some do not: then a CPU takes
 * another value for time 0 (cpu.tsc_base), so that all have one time, and what
 * guests are told about their clock is of the CPU that they run on.  That they
 * go on at one rate is taken for granted: nothing here makes a CPU slower or
 * sleep deeper than HLT.
 *
 * The new CPU asks the first one for its TSC, and takes what came soonest to
 * have been read in the middle.  The error is less than half that time.  So
 * the clock does not go back from one of the two to the other: who is told
 * of a time by the other is told half a round later at the soonest.
 *
 * No lock: one CPU is started at a time.
 */
#include <cpu.h>
#include <lib.h>
#include <machine.h>
#include <setup.h>

#define ROUNDS	20
#define ASKED	1	/* which is no time */

static u64 word;	/* [A] ASKED, or what the first CPU answered */

/* Not before what was read or written before. */
static u64 tsc_now(void)
{
	asm volatile("mfence; lfence" : : : "memory");
	return rdtsc();
}

void tsc_answer(const struct cpu *c)
{
	while (!READ_ONCE(c->online)) {
		if (READ_ONCE(word) == ASKED)
			WRITE_ONCE(word, tsc_now());
		cpu_relax();
	}
}

u64 tsc_base_here(u64 first)
{
	u64 start, there, took, best = ~0UL, base = first;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		start = tsc_now();
		WRITE_ONCE(word, ASKED);
		while ((there = READ_ONCE(word)) == ASKED)
			cpu_relax();
		took = tsc_now() - start;
		if (took < best) {
			best = took;
			base = first + start + took / 2 - there;
		}
	}
	/* None that can be seen: most likely there is none at all. */
	return base - first + best / 2 <= best ? first : base;
}
