/* SPDX-License-Identifier: MIT */
/*
 * fault.h - the page-fault path: user mode touches pages that are not mapped,
 * a handler of the place's maps each and goes back.
 */
#ifndef PVGUEST_BENCH_FAULT_H
#define PVGUEST_BENCH_FAULT_H

#include "hcbench.h"

#define FAULT_PAGES	256u
#define FAULT_SPOT	0x5000000000	/* what is touched */

/* What handlers use: the entry that they make, and a count of themselves. */
extern u64 bench_pte, bench_faults;

/* The handler of #UD while this goes on. */
extern char bench_user_exit[];

/* A process's tables, without a process, made once; false: no memory. */
bool bench_user_ready(void);
/* Its top table's page, and its entry for FAULT_SPOT, the first of a table. */
u64 bench_user_root(void);
u64 *bench_user_entry(void);
/* The kernel's stack meanwhile. */
extern char bench_stack[PAGE_SIZE];
/* The handlers are in place: run, after CLEAR; ticks for one, the least. */
void bench_user_faults(void (*clear)(void), u64 *ticks);

#endif
