/* SPDX-License-Identifier: MIT */
/*
 * hcbench.h - between the parts of hcbench: what is measured, the ways of doing
 * it that a place has, and what came out.
 *
 * One tick is one of the TSC's: where it counts instructions (QEMU's -icount
 * shift=0) ticks are instructions, the guest's own included.
 */
#ifndef PVGUEST_HCBENCH_H
#define PVGUEST_HCBENCH_H

#include <arch.h>
#include <bench.h>
#include <pte.h>

/* Batches of 1, 2, 4 ... BENCH_MAX. */
#define BENCH_STEPS	12
#define BENCH_MAX	(1u << (BENCH_STEPS - 1))
#define BENCH_WAYS	6
/* Who batches flushes forgets more pages than these all at once. */
#define BENCH_FLUSHES	32

#define BENCH_BASE	0xffffff0000000000

/* The entries of pages 0 to N - 1 of the area become PTE. */
struct bench_job {
	unsigned int n;
	u64 pte;
	bool flush;		/* what was there must be forgotten */
};

/* GO does what the job says; BEGIN, which may be NULL, says if it can. */
struct bench_way {
	const char *name;
	/* What it saves something of: the name of a way without batches, or
	 * NULL if it is one itself. */
	const char *instead;
	bool (*begin)(void);
	void (*end)(void);
	void (*go)(const struct bench_job *job);
	/* How often the hypervisor is entered, by what GO does. */
	u64 (*entries)(const struct bench_job *job);
};

struct bench_ways {
	const struct bench_way *way;
	unsigned int nr;
};

/* Something that has no batches; MEASURE returns false if there is none. */
struct bench_figure {
	const char *name;
	const char *what;
	u64 entries;
	bool (*measure)(u64 *ticks);
};

struct bench_place {
	struct bench_ways change, null, send;
	const struct bench_figure *figure;
	unsigned int nr_figures;
	/* NULL: as if it returned false. */
	bool (*counts)(struct bench_counts *c);
};

/* The area: BENCH_MAX pages of the kernel's, and the tables of level 1. */
extern u64 *bench_table[BENCH_MAX / 512];
/* Or'ed with what calls return: not 0 when one was refused. */
extern long bench_errors;

static inline u64 *bench_entry(unsigned int i)
{
	return &bench_table[i / 512][i % 512];
}

static inline u64 bench_va(unsigned int i)
{
	return BENCH_BASE + (u64)i * PAGE_SIZE;
}

static inline u64 bench_tsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (u64)high << 32 | low;
}

/* Cost of N at once = fixed + N * item, by least squares of the cost of one. */
struct bench_fit {
	s64 fixed;		/* ticks */
	s64 item;		/* ticks / 10 */
};

void bench_fit(const u64 ticks[BENCH_STEPS], struct bench_fit *fit);
/* The least N from which F costs no more than SINGLE by item; 0: none. */
u64 bench_break_even(const struct bench_fit *f, s64 single);

/* All that was measured of one operation. */
struct bench_result {
	const char *op;
	unsigned int nr;	/* ways that there are */
	struct bench_series {
		const struct bench_way *way;
		u64 ticks[BENCH_STEPS];
		u64 entries[BENCH_STEPS];
		struct bench_counts counts[BENCH_STEPS];
		struct bench_fit fit;
	} series[BENCH_WAYS];
};

struct bench_value {
	const struct bench_figure *figure;
	u64 ticks;
};

struct bench_report {
	struct bench_result *result;
	unsigned int nr_results;
	struct bench_value *value;
	unsigned int nr_values;
	bool counted;
	u64 khz;		/* of the TSC */
};

void bench_tables(const struct bench_report *r);
void bench_json(const struct bench_report *r);

#endif
