/* SPDX-License-Identifier: MIT */
/*
 * native.c - the ways in which a kernel on the bare machine changes its page
 * tables: a store, and INVLPG or a load of CR3.
 */
#include "native.h"

static void stored(const struct bench_job *j)
{
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		*(volatile u64 *)bench_entry(i) = j->pte;
		if (j->flush)
			asm volatile("invlpg (%0)" :: "r" (bench_va(i))
				     : "memory");
	}
}

static void gathered(const struct bench_job *j)
{
	unsigned int i;
	u64 root;

	for (i = 0; i < j->n; i++)
		*(volatile u64 *)bench_entry(i) = j->pte;
	if (j->flush && j->n > BENCH_FLUSHES)
		asm volatile("mov %%cr3, %0; mov %0, %%cr3"
			     : "=r" (root) :: "memory");
	else if (j->flush)
		for (i = 0; i < j->n; i++)
			asm volatile("invlpg (%0)" :: "r" (bench_va(i))
				     : "memory");
}

static u64 no_entries(const struct bench_job *j)
{
	(void)j;
	return 0;
}

static const struct bench_way changes[] = {
	{ "stored", NULL, NULL, NULL, stored, no_entries },
	{ "gathered", "stored", NULL, NULL, gathered, no_entries },
};

const struct bench_place bench_native = {
	.change = { changes, ARRAY_SIZE(changes) },
	.figure = bench_native_figures,
	.nr_figures = ARRAY_SIZE(bench_native_figures),
};
