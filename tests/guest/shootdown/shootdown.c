/* SPDX-License-Identifier: MIT */
/*
 * shootdown.c - what a call takes away is gone on the other CPU too, when the
 * call returns.
 *
 * What: vCPU 1 writes all the time through one mapping of a page, whose entry
 * vCPU 0 removes or makes read-only, with each kind of flush that reaches
 * others; or without any, and then makes the page a page table, also by
 * way of the table above it, or gives it back and takes it anew.
 * Why: a frame that others still write is no page table, and not free.
 * How: once the call has returned, no write may succeed any more, and the page
 * must stay as it is.  An emulated CPU keeps a translation until it is told
 * to drop it, so a flush that is not made always shows.  The values are such
 * that, as entries, they are not present.
 *
 * On Sluice it is counted, too, who was made to flush: nobody who has nothing
 * of the domain loaded, and nobody who has flushed meanwhile.
 */
#include <abi/memory.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define AT	0x123456789000ul	/* in tables of its own */
#define ROUNDS	10
#define ENOUGH	300			/* attempts, after it was taken away */

enum { WRITE, FLUSH, DOWN, STOP };

static char stack[8192] __page;
static volatile uint64_t tries, writes, flushed;
static volatile uint32_t command = WRITE;
static uint64_t *page, *upper, upper_was, mfn, others = 1 << 1;
static uint64_t reused;

/* ---- The one that writes ------------------------------------------------ */

static void writer(uint64_t id)
{
	uint64_t n = 0;

	while (command != STOP) {
		if (command == DOWN)
			hc3(__HYPERVISOR_vcpu_op, VCPUOP_down, id, 0);
		if (command == FLUSH) {
			mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
			flushed++;
			while (command == FLUSH)
				;
		}
		n += 2;
		if (!try_write(AT + n % 512 * 8, n))
			writes++;
		tries++;
	}
}

static void wait_tries(uint64_t n)
{
	for (n += tries; tries < n;)
		asm volatile("pause");
}

/* ---- Ways to take it away ----------------------------------------------- */

static long uva(uint64_t pte, uint64_t flags)
{
	return hc3(__HYPERVISOR_update_va_mapping, AT, pte, flags);
}

static uint64_t entry(uint64_t flags)
{
	return mfn << 12 | flags | PTE_NX;
}

#define gone(x) gone_at(x, __LINE__)
static void gone_at(long ret, int line)
{
	if (ret)
		bail("line %d answered %ld", line, ret);
}

static void page_all(void)
{
	gone(uva(0, UVMF_INVLPG | UVMF_ALL));
}

static void page_mask(void)
{
	gone(uva(entry(5), UVMF_INVLPG | PTR(&others)));
}

static void flush_all(void)
{
	gone(uva(entry(5), UVMF_TLB_FLUSH | UVMF_ALL));
}

static void flush_mask(void)
{
	gone(uva(0, UVMF_TLB_FLUSH | PTR(&others)));
}

static void op_flush_all(void)
{
	gone(uva(0, 0));
	gone(mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0));
}

static void op_flush_multi(void)
{
	gone(uva(entry(5), 0));
	gone(mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, PTR(&others)));
}

static void op_page_all(void)
{
	gone(uva(entry(5), 0));
	gone(mmuext(MMUEXT_INVLPG_ALL, AT, 0));
}

static void op_page_multi(void)
{
	gone(uva(0, 0));
	gone(mmuext(MMUEXT_INVLPG_MULTI, AT, PTR(&others)));
}

static void pin(void)
{
	gone(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0));
}

static void unpin(void)
{
	gone(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0));
}

/* Not made read-only: then writes to the table would be emulated. */
static void table_unmapped(void)
{
	gone(uva(0, 0));
	pin();
}

/* The table that maps it is taken out of the one above. */
static void table_by_table(void)
{
	upper_was = *upper;
	gone(pte_write(upper, 0));
	pin();
}

static void hook(void)
{
	unpin();
	gone(pte_write(upper, upper_was));
}

static void exchanged(void)
{
	uint64_t frame = mfn;
	struct xen_memory_reservation r = {
		.extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF,
	};

	gone(uva(0, 0));
	gone(va_map(page, 0));
	if (hc2(__HYPERVISOR_memory_op, XENMEM_decrease_reservation,
		PTR(&r)) != 1)
		bail("it can't be given back");
	frame = ((uint64_t)page - VIRT_BASE) >> 12;
	if (hc2(__HYPERVISOR_memory_op, XENMEM_populate_physmap,
		PTR(&r)) != 1)
		bail("none comes for it");
	reused += frame == mfn;
	mfn = frame;
	gone(va_map(page, entry(5)));
}

static const struct {
	const char *name;
	void (*take)(void), (*undo)(void);
} ways[] = {
	{ "unmapped, the page flushed everywhere", page_all, NULL },
	{ "made read-only, the page flushed there", page_mask, NULL },
	{ "made read-only, all flushed everywhere", flush_all, NULL },
	{ "unmapped, all flushed there", flush_mask, NULL },
	{ "unmapped, TLB_FLUSH_ALL", op_flush_all, NULL },
	{ "made read-only, TLB_FLUSH_MULTI", op_flush_multi, NULL },
	{ "made read-only, INVLPG_ALL", op_page_all, NULL },
	{ "unmapped, INVLPG_MULTI", op_page_multi, NULL },
	{ "unmapped, then a page table", table_unmapped, unpin },
	{ "its table unhooked, then a page table", table_by_table, hook },
	{ "unmapped, then another's frame and ours again", exchanged, NULL },
};

static void give(void)
{
	gone(uva(entry(7), UVMF_INVLPG | UVMF_LOCAL));
}

/* Writes that came through afterwards. */
static uint64_t late_writes(void (*take)(void))
{
	static uint64_t before[512];
	uint64_t seen = writes;

	while (writes < seen + 10)
		asm volatile("pause");
	take();
	memcpy(before, page, PAGE_SIZE);
	/* One that was made before may not have been counted yet. */
	wait_tries(2);
	seen = writes;
	wait_tries(ENOUGH);
	return writes - seen + !!memcmp(before, page, PAGE_SIZE);
}

/* ---- Who is made to flush ----------------------------------------------- */

static uint64_t flushes(void)
{
	static struct sluice_counters now __page;

	if (hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters, PTR(&now),
		DOMID_SELF))
		return ~0ul;
	return now.tlb_flushes;
}

/* By a page that becomes a table, after vCPU 1 has done something. */
static uint64_t made_to_flush(void (*meanwhile)(void))
{
	uint64_t seen = writes;

	give();
	while (writes < seen + 10)
		asm volatile("pause");
	gone(uva(0, 0));
	meanwhile();
	seen = flushes();
	pin();
	/* Who was asked for nothing may still be on its way to flush. */
	if (command != DOWN) {
		command = WRITE;
		wait_tries(10);
	}
	seen = flushes() - seen;
	unpin();
	return seen;
}

static void nothing(void)
{
}

static uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

static void goes_down(void)
{
	uint64_t start;

	command = DOWN;
	while (hc3(__HYPERVISOR_vcpu_op, VCPUOP_is_up, 1, 0))
		asm volatile("pause");
	/* Its CPU lets go of it soon after. */
	for (start = rdtsc(); rdtsc() - start < 50000000;)
		asm volatile("pause");
}

static void comes_back(void)
{
	command = WRITE;
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_up, 1, 0);
}

static void flushes_itself(void)
{
	uint64_t n = flushed;

	command = FLUSH;
	while (flushed == n)
		asm volatile("pause");
}

static void both_flush(void)
{
	flushes_itself();
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
}

static void test_counts(void)
{
	if (flushes() == ~0ul) {
		skip("only Sluice counts flushes", "who is made to flush");
		return;
	}
	is(made_to_flush(nothing), 2, "both that run flush");
	is(made_to_flush(flushes_itself), 1, "not one that just has");
	is(made_to_flush(both_flush), 0, "nobody if both have");
	is(made_to_flush(goes_down), 1, "not one that sleeps");
	comes_back();
}

void test_main(void)
{
	uint64_t *l4 = kernel_l4(), *l3, *l2, late;
	unsigned int i, round;

	page = page_alloc();
	mfn = mfn_of(page);
	gone(page_readonly(page));
	map_at(l4, AT, entry(7));
	l3 = va_of_mfn(PTE_MFN(l4[AT >> 39 & 511]));
	l2 = va_of_mfn(PTE_MFN(l3[AT >> 30 & 511]));
	upper = &l2[AT >> 21 & 511];
	try_write_set();
	vcpu_start(1, writer, stack + sizeof(stack));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		late = 0;
		for (round = 0; round < ROUNDS && !late; round++) {
			late = late_writes(ways[i].take);
			if (ways[i].undo)
				ways[i].undo();
			give();
		}
		is(late, 0, "%s", ways[i].name);
	}
	note("the same frame came back %lu times of %u", reused, ROUNDS);
	test_counts();
	command = STOP;
}
