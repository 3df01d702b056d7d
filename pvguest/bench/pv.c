/* SPDX-License-Identifier: MIT */
/*
 * pv.c - the ways in which a guest of Sluice or Xen changes its page tables.
 *
 * Each is as short as a guest can make it, and what it costs to fill an array
 * is its own.  Flushes: who changes one entry at a time forgets it at once, as
 * nothing is gathered.  Arrays have theirs behind them in one call; the calls
 * of a multicall and of the ring say it in their flags.
 */
#include <hcall/hcall.h>
#include "hcbench.h"
#include "pv.h"

static struct mmu_update updates[BENCH_MAX];
static struct mmuext_op exts[BENCH_FLUSHES];
struct multicall_entry bench_calls[BENCH_MAX];
static char ring_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
struct hc_ring *bench_ring;
static bool ring_ours;
static u64 table_maddr[BENCH_MAX / 512];

static u64 entry_maddr(unsigned int i)
{
	return table_maddr[i / 512] + i % 512 * 8;
}

static bool maddrs_known(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table_maddr); i++)
		table_maddr[i] = hc_virt_to_maddr(bench_table[i]);
	return true;
}

static void forget_one(u64 va)
{
	struct mmuext_op op = {
		.cmd = MMUEXT_INVLPG_LOCAL, .arg1.linear_addr = va,
	};

	bench_errors |= hc_mmuext_op(hc_addr(&op), 1, 0, DOMID_SELF);
}

/* Pages 0 to N - 1, in one call. */
static void forget_all(unsigned int n)
{
	unsigned int i;

	exts[0].cmd = MMUEXT_TLB_FLUSH_LOCAL;
	for (i = 0; n <= BENCH_FLUSHES && i < n; i++) {
		exts[i].cmd = MMUEXT_INVLPG_LOCAL;
		exts[i].arg1.linear_addr = bench_va(i);
	}
	bench_errors |= hc_mmuext_op(hc_addr(exts), i ? i : 1, 0, DOMID_SELF);
}

/* The flags of update_va_mapping for page I of the job's. */
static u64 va_flags(const struct bench_job *j, unsigned int i)
{
	if (!j->flush)
		return 0;
	if (j->n <= BENCH_FLUSHES)
		return UVMF_INVLPG;
	return i == j->n - 1 ? UVMF_TLB_FLUSH : 0;
}

static void pte_single(const struct bench_job *j)
{
	struct mmu_update u = { .val = j->pte };
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		u.ptr = entry_maddr(i);
		bench_errors |= hc_mmu_update(hc_addr(&u), 1, 0, DOMID_SELF);
		if (j->flush)
			forget_one(bench_va(i));
	}
}

static void pte_array(const struct bench_job *j)
{
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		updates[i].ptr = entry_maddr(i);
		updates[i].val = j->pte;
	}
	bench_errors |= hc_mmu_update(hc_addr(updates), j->n, 0, DOMID_SELF);
	if (j->flush)
		forget_all(j->n);
}

static void va_single(const struct bench_job *j)
{
	u64 flags = j->flush ? UVMF_INVLPG : 0;
	unsigned int i;

	for (i = 0; i < j->n; i++)
		bench_errors |= hc_update_va_mapping(bench_va(i), j->pte,
						     flags);
}

static void va_multi(const struct bench_job *j)
{
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		bench_calls[i].op = __HYPERVISOR_update_va_mapping;
		bench_calls[i].args[0] = bench_va(i);
		bench_calls[i].args[1] = j->pte;
		bench_calls[i].args[2] = va_flags(j, i);
	}
	bench_errors |= hc_multicall(hc_addr(bench_calls), j->n);
	for (i = 0; i < j->n; i++)
		bench_errors |= bench_calls[i].result;
}

static void written(const struct bench_job *j)
{
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		*(volatile u64 *)bench_entry(i) = j->pte;
		if (j->flush)
			forget_one(bench_va(i));
	}
}

/* Any call empties it. */
void bench_ring_empty(void)
{
	hc_xen_version(XENVER_version, 0);
}

static void va_ring(const struct bench_job *j)
{
	struct multicall_entry *e;
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		e = bench_ring_entry(i);
		e->op = __HYPERVISOR_update_va_mapping;
		e->args[0] = bench_va(i);
		e->args[1] = j->pte;
		e->args[2] = va_flags(j, i);
		bench_ring_put();
	}
	bench_ring_empty();
	bench_errors |= bench_ring->page->error;
}

/* The back end's page-table layer may have one already. */
bool bench_ring_begin(void)
{
	maddrs_known();
	bench_ring = hc_ring_here();
	ring_ours = !bench_ring && !hc_ring_register(ring_page);
	if (ring_ours)
		bench_ring = hc_ring_here();
	return bench_ring;
}

void bench_ring_end(void)
{
	if (ring_ours)
		hc_ring_unregister();
}

static u64 entries_each(const struct bench_job *j)
{
	return j->n;
}

static u64 entries_each_flush(const struct bench_job *j)
{
	return j->flush ? 2 * j->n : j->n;
}

static u64 entries_array(const struct bench_job *j)
{
	return j->flush ? 2 : 1;
}

u64 bench_entries_one(const struct bench_job *j)
{
	(void)j;
	return 1;
}

u64 bench_entries_ring(const struct bench_job *j)
{
	return (j->n + SLUICE_RING_ENTRIES - 1) / SLUICE_RING_ENTRIES;
}

static const struct bench_way changes[] = {
	{ "pte-single", NULL, maddrs_known, NULL, pte_single,
	  entries_each_flush },
	{ "pte-array", "pte-single", maddrs_known, NULL, pte_array,
	  entries_array },
	{ "va-single", NULL, NULL, NULL, va_single, entries_each },
	{ "va-multi", "va-single", NULL, NULL, va_multi,
	  bench_entries_one },
	{ "written", NULL, bench_may_write, NULL, written, entries_each_flush },
	{ "ring", "va-single", bench_ring_begin, bench_ring_end,
	  va_ring, bench_entries_ring },
};

const struct bench_place bench_pv = {
	.change = { changes, ARRAY_SIZE(changes) },
	.null = { bench_null_ways, 2 },
	.send = { bench_send_ways, 3 },
	.figure = bench_figures,
	.nr_figures = BENCH_FIGURES,
	.counts = bench_counted,
};
