/* SPDX-License-Identifier: MIT */
/*
 * ringcost.c - what the deferred-call ring saves, and what it costs.
 *
 * Prints "figure NAME TICKS" as the guest `figures' does: ticks of the TSC for
 * one operation, the guest's part included; under -icount shift=0 they are
 * instructions.  Updates in batches of 63 by the ring, by multicall and by an
 * array, with the time to fill them; each ends with the entry that empties it.
 * The points of the test are that each operation happened.  What the ring saves
 * on the page-fault path is measured by pvguest's hcbench.
 */
#include <abi/sluice.h>
#include "test.h"

#define BATCH	SLUICE_RING_ENTRIES
#define SPOT	0x5000000000ul
#define SOFT	(1ul << 9)

static struct sluice_ring cost_ring __page;
static struct multicall_entry *cost_next = cost_ring.entry;
static uint64_t cost_pte, cost_l1, cost_bad;

static char page[4096] __page;
static struct multicall_entry calls[BATCH];
static struct mmu_update updates[BATCH];

static uint64_t tsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return lo | (uint64_t)hi << 32;
}

static void null_call(void)
{
	hc2(__HYPERVISOR_xen_version, 0, 0);
}

static inline void ring_put(uint64_t op, uint64_t a, uint64_t b, uint64_t c)
{
	struct multicall_entry *e = cost_next;

	e->op = op;
	e->args[0] = a;
	e->args[1] = b;
	e->args[2] = c;
	cost_next = e == &cost_ring.entry[BATCH - 1] ? cost_ring.entry : e + 1;
	asm volatile("" : : : "memory");
	cost_ring.producer++;
}

static void by_ring_va(uint64_t pte, uint64_t flags)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		ring_put(__HYPERVISOR_update_va_mapping, SPOT + i * 4096, pte,
			 flags);
	null_call();
}

static void by_ring_pte(uint64_t pte, uint64_t flags)
{
	unsigned int i;

	(void)flags;
	for (i = 0; i < BATCH; i++)
		ring_put(__HYPERVISOR_mmu_update, cost_l1 + i * 8, pte, 0);
	null_call();
}

static void by_multi(uint64_t pte, uint64_t flags)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		calls[i].op = __HYPERVISOR_update_va_mapping;
		calls[i].args[0] = SPOT + i * 4096;
		calls[i].args[1] = pte;
		calls[i].args[2] = flags;
	}
	cost_bad += hc2(__HYPERVISOR_multicall, PTR(calls), BATCH);
}

static void by_array(uint64_t pte, uint64_t flags)
{
	unsigned int i;

	(void)flags;
	for (i = 0; i < BATCH; i++) {
		updates[i].ptr = cost_l1 + i * 8;
		updates[i].val = pte;
	}
	cost_bad += hc4(__HYPERVISOR_mmu_update, PTR(updates), BATCH, 0,
			DOMID_SELF);
}

static void by_single(uint64_t pte, uint64_t flags)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		cost_bad += hc3(__HYPERVISOR_update_va_mapping,
				SPOT + i * 4096, pte, flags);
}

/* Best of three, each after a change of all entries to what they were. */
static void measure(const char *way, void (*change)(uint64_t, uint64_t),
		    const char *what, uint64_t from, uint64_t to,
		    uint64_t flags)
{
	uint64_t best = ~0ul, t;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		by_multi(from, UVMF_INVLPG);
		t = tsc();
		change(to, flags);
		t = tsc() - t;
		if (t < best)
			best = t;
	}
	ok(!cost_bad && !cost_ring.error &&
	   (*pte_of((void *)SPOT) & ~(PTE_A | PTE_D)) == to,
	   "%s %s", way, what);
	note("figure %s_%s %lu", way, what, best / BATCH);
}

static void batches(void)
{
	static const struct {
		const char *name;
		void (*change)(uint64_t pte, uint64_t flags);
	} ways[] = {
		{ "ring", by_ring_va }, { "ringpte", by_ring_pte },
		{ "multicall", by_multi }, { "array", by_array },
		{ "single", by_single },
	};
	uint64_t rw = mfn_of(page) << 12 | PTE_P | PTE_W | PTE_U;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		measure(ways[i].name, ways[i].change, "soft", rw, rw | SOFT, 0);
		measure(ways[i].name, ways[i].change, "map", 0, rw, 0);
		measure(ways[i].name, ways[i].change, "unmap", rw, 0, 0);
		measure(ways[i].name, ways[i].change, "protect_flush", rw,
			rw & ~PTE_W, UVMF_INVLPG);
	}
}

void test_main(void)
{
	uint64_t t, i;

	cost_pte = mfn_of(page) << 12 | PTE_P | PTE_W | PTE_U;
	for (i = 0; i < BATCH; i++)
		map_at(kernel_l4(), SPOT + i * 4096, cost_pte);
	cost_l1 = maddr_of(pte_of((void *)SPOT));
	null_call();
	t = tsc();
	null_call();
	note("figure null_before %lu", tsc() - t);
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_ring_register,
	       mfn_of(&cost_ring), 0), 0, "a ring");
	null_call();
	t = tsc();
	null_call();
	note("figure null_with_ring %lu", tsc() - t);
	batches();
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_ring_unregister, 0, 0), 0,
	   "no ring");
}
