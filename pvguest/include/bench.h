/* SPDX-License-Identifier: MIT */
/*
 * bench.h - hcbench: what changes of page tables cost, alone and in batches.
 */
#ifndef PVGUEST_INCLUDE_BENCH_H
#define PVGUEST_INCLUDE_BENCH_H

struct bench_place;

/* What a back end puts into arch_ops.bench. */
extern const struct bench_place bench_pv, bench_native;

/* Measure all, print the tables, and JSON between two marks. */
void cmd_hcbench(char *args);

#endif
