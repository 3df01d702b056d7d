/* SPDX-License-Identifier: MIT */
/*
 * mmufigures.c - what a change of a page table costs, by each way there is.
 *
 * Prints "figure NAME TICKS" as the guest `figures' does: ticks of the TSC for
 * one operation, the guest's loop included.  Where the TSC counts instructions
 * (QEMU's -icount shift=0) they are instructions.  The points of the test are
 * that each operation happened.
 */
#include "test.h"

#define ROUNDS	512ul
#define BATCH	512ul
#define CALLS	128ul
#define SOFT	(1ul << 9)	/* a bit that is software's */

static char pages[4096] __page;
static struct mmu_update list[BATCH];
static struct multicall_entry calls[CALLS];
static uint64_t *l1, *l2, *l3, *l4, *big;
static bool good;

static uint64_t tsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return lo | (uint64_t)hi << 32;
}

static void report(const char *name, uint64_t ticks, uint64_t n)
{
	ok(good, "%s", name);
	note("figure %s %lu", name, ticks / n);
	good = true;
}

static void expect(long ret, long want)
{
	if (ret != want)
		good = false;
}

/* The tests' own word for an entry of a table. */
static uint64_t at(const uint64_t *entry)
{
	return maddr_of(entry);
}

/* Entry i of the table goes to and fro between two values. */
static void single(const char *name, uint64_t a, uint64_t b)
{
	struct mmu_update req = { .ptr = at(big) };
	uint64_t t, i;

	t = tsc();
	for (i = 0; i < ROUNDS; i++) {
		req.val = i & 1 ? a : b;
		expect(hc4(__HYPERVISOR_mmu_update, PTR(&req), 1, 0,
			   DOMID_SELF), 0);
	}
	report(name, tsc() - t, ROUNDS);
}

static void array(const char *name, uint64_t val)
{
	uint64_t t, i;

	for (i = 0; i < BATCH; i++)
		list[i] = (struct mmu_update){ at(&big[i]), val };
	t = tsc();
	expect(hc4(__HYPERVISOR_mmu_update, PTR(list), BATCH, 0, DOMID_SELF),
	       0);
	report(name, tsc() - t, BATCH);
}

static void va_single(const char *name, uint64_t va, uint64_t a, uint64_t b)
{
	uint64_t t, i;

	t = tsc();
	for (i = 0; i < ROUNDS; i++)
		expect(hc3(__HYPERVISOR_update_va_mapping, va, i & 1 ? a : b,
			   UVMF_INVLPG), 0);
	report(name, tsc() - t, ROUNDS);
}

static void va_multi(const char *name, uint64_t va, uint64_t val)
{
	uint64_t t, i;

	for (i = 0; i < CALLS; i++)
		calls[i] = (struct multicall_entry){
			.op = __HYPERVISOR_update_va_mapping,
			.args = { va + i * 4096, val, 0 },
		};
	t = tsc();
	expect(hc2(__HYPERVISOR_multicall, PTR(calls), CALLS), 0);
	t = tsc() - t;
	for (i = 0; i < CALLS; i++)
		expect(calls[i].result, 0);
	report(name, t, CALLS);
}

static void null_multi(void)
{
	uint64_t t, i;

	for (i = 0; i < CALLS; i++)
		calls[i] = (struct multicall_entry){
			.op = __HYPERVISOR_xen_version, .args = { 0 },
		};
	t = tsc();
	expect(hc2(__HYPERVISOR_multicall, PTR(calls), CALLS), 0);
	report("null_multicall", tsc() - t, CALLS);
}

static void emulated(uint64_t a, uint64_t b)
{
	volatile uint64_t *p = big;
	uint64_t t, i;

	t = tsc();
	for (i = 0; i < ROUNDS; i++)
		*p = i & 1 ? a : b;
	report("emulated_write", tsc() - t, ROUNDS);
}

/* Four tables, of which the lowest maps 256 pages. */
static void pins(void)
{
	uint64_t frame = mfn_of(pages) << 12, t, i;

	l1 = page_alloc();
	l2 = page_alloc();
	l3 = page_alloc();
	l4 = page_alloc();
	for (i = 0; i < 256; i++)
		l1[i] = frame | PTE_P | PTE_W | PTE_U;
	l2[0] = mfn_of(l1) << 12 | 7;
	l3[0] = mfn_of(l2) << 12 | 7;
	l4[0] = mfn_of(l3) << 12 | 7;
	page_readonly(l1);
	page_readonly(l2);
	page_readonly(l3);
	page_readonly(l4);
	t = tsc();
	expect(mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(l4), 0), 0);
	report("pin", tsc() - t, 1);
	t = tsc();
	expect(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l4), 0), 0);
	report("unpin", tsc() - t, 1);
}

static void roots(void)
{
	struct mmuext_op op = {
		.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = mfn_of(kernel_l4()),
	};
	uint64_t t, i;

	t = tsc();
	for (i = 0; i < ROUNDS; i++)
		expect(hc4(__HYPERVISOR_mmuext_op, PTR(&op), 1, 0, DOMID_SELF),
		       0);
	report("baseptr", tsc() - t, ROUNDS);
}

void test_main(void)
{
	uint64_t va = 0x5000000000, frame = mfn_of(pages) << 12, i;
	uint64_t rw = frame | PTE_P | PTE_W | PTE_U, ro = rw & ~PTE_W;

	good = true;
	map_at(kernel_l4(), va, rw);
	/* Our table: the one that va's entry is in, seen through the M2P. */
	big = table_alloc();
	expect(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(big), 0), 0);
	for (i = 0; i < 3; i++) {
		array("warm_up", rw);
		single("update_soft", rw, rw | SOFT);
		array("array_soft", rw | SOFT);
		single("update_map_unmap", 0, rw);
		array("array_unmap", 0);
		array("array_map", rw);
		array("array_protect", ro);
		emulated(ro, ro | SOFT);
		va_single("va_soft", va, rw, rw | SOFT);
		va_single("va_map_unmap", va, 0, rw);
	}
	for (i = 0; i < CALLS; i++)
		map_at(kernel_l4(), va + i * 4096, rw);
	va_multi("va_multicall", va, rw | SOFT);
	va_multi("va_multicall", va, rw);
	null_multi();
	null_multi();
	pins();
	roots();
}
