/* SPDX-License-Identifier: MIT */
/*
 * ringcost.c - what the deferred-call ring saves, and what it costs.
 *
 * Prints "figure NAME TICKS" as the guest `figures' does: ticks of the TSC for
 * one operation, the guest's part included; under -icount shift=0 they are
 * instructions.  Two things are compared.  Updates in batches of 63: the ring,
 * multicall and an array, with the time to fill them; each ends with the entry
 * that empties it.  And the page-fault path: user mode touches an unmapped
 * page, the handler maps it, and user mode goes on (paths.S).  The points of
 * the test are that each operation happened.
 *
 * A multicall of the update and iret is one entry like the ring's.  It shows
 * where the bound is, but no guest can use it: RDI and RSI are the multicall's
 * arguments, and iret does not bring user mode's back.
 */
#include <abi/sluice.h>
#include "test.h"

#define BATCH	SLUICE_RING_ENTRIES
#define PAGES	256ul
#define SPOT	0x5000000000ul
#define SOFT	(1ul << 9)

struct sluice_ring cost_ring __page;
struct multicall_entry *cost_next = cost_ring.entry;
struct multicall_entry cost_multi[2];
struct mmu_update cost_update;
uint64_t cost_pte, cost_l1, cost_bad, cost_faults;
extern char fault_none[], fault_va[], fault_mmu[], fault_multi[];
extern char fault_multi_iret[], fault_ring_va[], fault_ring_pte[];

static char page[4096] __page;
static struct multicall_entry calls[BATCH];
static struct mmu_update updates[BATCH];

SNIPPET(user_touch,
	"rdtsc; shl $32, %rdx; or %rdx, %rax; mov %rax, %r12;"
	"1: mov (%rbp), %rax; add $4096, %rbp; dec %rbx; jnz 1b;"
	"rdtsc; shl $32, %rdx; or %rdx, %rax; mov %rax, %r13; ud2");

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

/* ---- Batches ------------------------------------------------------------ */

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

/* ---- Page faults -------------------------------------------------------- */

static void spot_clear(void)
{
	uint64_t i;

	for (i = 0; i < PAGES; i++)
		hc3(__HYPERVISOR_update_va_mapping, SPOT + i * 4096, 0,
		    UVMF_INVLPG);
}

static uint64_t touch(const char *handler)
{
	struct trap_info fault[2] = {
		{ .vector = 14, .flags = 4, .cs = CS64,
		  .address = PTR(handler) },
	};
	struct regs in, out;

	hc1(__HYPERVISOR_set_trap_table, PTR(fault));
	spot_clear();
	regs_user(&in, user_touch);
	in.rbx = PAGES;
	in.rbp = SPOT;
	cost_faults = 0;
	enter(&in, &out);
	return out.vector == 6 ? out.r13 - out.r12 : 0;
}

/* entries: of the hypervisor for one fault, as paths.S makes them. */
static void faults(const char *name, const char *handler, unsigned int entries)
{
	uint64_t best = ~0ul, t;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		t = touch(handler);
		if (t < best)
			best = t;
	}
	ok(best && !cost_bad && !cost_ring.error && cost_faults == PAGES,
	   "%s: every page came by a fault", name);
	note("figure %s %lu", name, best / PAGES);
	note("figure %s_entries %u", name, entries);
}

void test_main(void)
{
	uint64_t t, i;

	cost_pte = mfn_of(page) << 12 | PTE_P | PTE_W | PTE_U;
	for (i = 0; i < PAGES; i++)
		map_at(kernel_l4(), SPOT + i * 4096, cost_pte);
	cost_l1 = maddr_of(pte_of((void *)SPOT));
	cost_multi[0].op = __HYPERVISOR_update_va_mapping;
	cost_multi[1].op = __HYPERVISOR_iret;
	user_tables();
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
	faults("fault_ring_va", fault_ring_va, 2);
	faults("fault_ring_pte", fault_ring_pte, 2);
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_ring_unregister, 0, 0), 0,
	   "no ring");
	/* Without one, since a vCPU that has one pays for it in each call. */
	faults("fault_alone", fault_none, 2);
	faults("fault_va", fault_va, 3);
	faults("fault_pte", fault_mmu, 3);
	faults("fault_multicall", fault_multi, 3);
	faults("fault_multicall_iret", fault_multi_iret, 2);
}
