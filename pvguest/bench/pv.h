/* SPDX-License-Identifier: MIT */
/*
 * pv.h - between the parts of hcbench for Sluice and Xen.
 */
#ifndef PVGUEST_BENCH_PV_H
#define PVGUEST_BENCH_PV_H

#include <hcall/hcall.h>
#include "hcbench.h"

extern struct multicall_entry bench_calls[BENCH_MAX];

/* The ring of this vCPU, while a way that uses it is measured. */
extern struct hc_ring *bench_ring;
bool bench_ring_begin(void);
void bench_ring_end(void);
void bench_ring_empty(void);

/* Where call I of the job's goes; room is made every 63. */
static inline struct multicall_entry *bench_ring_entry(unsigned int i)
{
	if (i && !(i % SLUICE_RING_ENTRIES))
		bench_ring_empty();
	return bench_ring->next;
}

static inline void bench_ring_put(void)
{
	struct sluice_ring *page = bench_ring->page;

	bench_ring->next++;
	if (bench_ring->next == &page->entry[SLUICE_RING_ENTRIES])
		bench_ring->next = page->entry;
	hc_barrier();
	page->producer++;
}

u64 bench_entries_one(const struct bench_job *j);
u64 bench_entries_ring(const struct bench_job *j);

/* By Sluice, unless that was left out of it. */
bool bench_counted(struct bench_counts *c);
/* Writes to tables in use are emulated; a plain domain asks for it. */
bool bench_may_write(void);

#define BENCH_FIGURES	13
extern const struct bench_way bench_null_ways[2], bench_send_ways[3];
extern const struct bench_figure bench_figures[BENCH_FIGURES];

/* Page faults of user mode, each served by another of pv_paths.S. */
bool bench_fault_none(u64 *ticks);
bool bench_fault_va(u64 *ticks);
bool bench_fault_pte(u64 *ticks);
bool bench_fault_multi(u64 *ticks);
bool bench_fault_ring_va(u64 *ticks);
bool bench_fault_ring_pte(u64 *ticks);

#endif
