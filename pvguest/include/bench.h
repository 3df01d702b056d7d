/* SPDX-License-Identifier: MIT */
/*
 * bench.h - hcbench: what changes of page tables cost, alone and in batches.
 */
#ifndef PVGUEST_INCLUDE_BENCH_H
#define PVGUEST_INCLUDE_BENCH_H

#include <lib.h>

struct bench_place;

/* What the hypervisor counted for us so far. */
struct bench_counts {
	u64 entries, cr3;
	u64 flushes, pages;	/* of everything, of one page */
};

/* False: nobody counts. */
bool bench_counts(struct bench_counts *c);

/* What a back end puts into arch_ops.bench. */
extern const struct bench_place bench_pv, bench_native;

/* Measure all, print the tables, and JSON between two marks. */
void cmd_hcbench(char *args);

#endif
