/* SPDX-License-Identifier: MIT */
/*
 * memory.c - page tables and batches, descriptor tables, the reservation.
 */
#include "hcall.h"

#define page __attribute__((aligned(4096)))

/* Mapped at will: an empty L1 table and the pages that it is to map. */
#define PAGES	300
static uint64_t l1[512] page;
static volatile char data[2][4096] page;
static uint64_t gdt[512] page, ldt[512] page;
static struct hc_batch batch;

static uint64_t *l4(void)
{
	return (void *)(uintptr_t)hc_start_info()->pt_base;
}

/* A page of our own, mapped somewhere else in the L1 table that maps it. */
static void test_entry(void)
{
	uint64_t *entry = hc_pt_entry(l4(), hc_addr(data[0]), 1);

	is(hc_pte_mfn(*entry), hc_virt_to_mfn(data[0]), "an entry is found");
	ok(!hc_pt_entry(l4(), 0x7f0000000000, 1), "a missing table is seen");
	is(hc_mfn_to_pfn(hc_virt_to_mfn(data[0])),
	   hc_virt_to_pfn(data[0]), "M2P and p2m agree");
}

static void fill(enum hc_batch_mode mode, uint64_t want)
{
	uint64_t maddr = hc_virt_to_maddr(l1);
	uint64_t pte = hc_pte(hc_virt_to_mfn(data[0]), HC_PTE_KERNEL);
	unsigned int i, right = 0;

	hc_batch_init(&batch, mode);
	for (i = 0; i < PAGES; i++)
		hc_batch_pte(&batch, maddr + 8 * i, pte, MMU_NORMAL_PT_UPDATE);
	is(hc_batch_flush(&batch), 0, "a table is filled");
	for (i = 0; i < PAGES; i++)
		right += hc_pte_mfn(l1[i]) == hc_virt_to_mfn(data[0]);
	is(right, PAGES, "and shows it");
	is(batch.entries, want, "in so many calls");
	for (i = 0; i < PAGES; i++)
		hc_batch_pte(&batch, maddr + 8 * i, 0, MMU_NORMAL_PT_UPDATE);
	is(hc_batch_flush(&batch), 0, "and emptied");
	is(batch.items, 2 * PAGES, "item by item");
}

/* The same, handed over in one piece behind a few others. */
static void fill_run(enum hc_batch_mode mode, uint64_t want)
{
	static uint64_t ptes[PAGES];
	uint64_t maddr = hc_virt_to_maddr(l1);
	uint64_t pte = hc_pte(hc_virt_to_mfn(data[0]), HC_PTE_KERNEL);
	unsigned int i, right = 0;

	for (i = 0; i < PAGES; i++)
		ptes[i] = pte | i % 8 << 9;
	hc_batch_init(&batch, mode);
	for (i = 0; i < 5; i++)
		hc_batch_pte(&batch, maddr + 8 * i, ptes[i],
			     MMU_NORMAL_PT_UPDATE);
	hc_batch_ptes(&batch, maddr + 8 * 5, ptes + 5, PAGES - 5,
		      MMU_NORMAL_PT_UPDATE);
	is(hc_batch_flush(&batch), 0, "a run of entries");
	for (i = 0; i < PAGES; i++)
		right += hc_pte_mfn(l1[i]) == hc_pte_mfn(pte) &&
			 (l1[i] & HC_PTE_SOFT) == (i % 8 << 9);
	is(right, PAGES, "and all of them are right");
	is(batch.entries, want, "in so many calls");
	is(batch.items, PAGES, "and each counts");
	for (i = 0; i < PAGES; i++)
		ptes[i] = 0;
	hc_batch_ptes(&batch, maddr, ptes, PAGES, MMU_NORMAL_PT_UPDATE);
	hc_batch_ptes(&batch, maddr, ptes, 0, MMU_NORMAL_PT_UPDATE);
	is(hc_batch_flush(&batch), 0, "and is undone");
	for (right = i = 0; i < PAGES; i++)
		right += !l1[i];
	is(right, PAGES, "and nothing is left");
}

/* Kinds that follow each other go out in order, in WANT calls. */
static void test_mixed(enum hc_batch_mode mode, uint64_t want)
{
	uint64_t mfn = hc_virt_to_mfn(l1), at = hc_virt_to_maddr(l1);
	uint64_t pte = hc_pte(hc_virt_to_mfn(data[0]), HC_PTE_KERNEL);

	hc_batch_init(&batch, mode);
	hc_batch_va(&batch, hc_addr(data[1]), pte, UVMF_INVLPG);
	hc_batch_pte(&batch, at, pte, MMU_NORMAL_PT_UPDATE);
	hc_batch_pte(&batch, at + 8, pte, MMU_NORMAL_PT_UPDATE);
	hc_batch_invlpg(&batch, hc_addr(data[1]), false);
	hc_batch_tlb_flush(&batch, false);
	hc_batch_call(&batch, __HYPERVISOR_xen_version, XENVER_version, 0, 0,
		      0);
	is(hc_batch_flush(&batch), 0, "a mixed batch");
	is(batch.entries, want, "in so many calls");
	data[0][7] = 77;
	is(data[1][7], 77, "two addresses show one page");
	ok(l1[0] && l1[1], "and both entries are there");
	hc_batch_pte(&batch, at, 0, MMU_NORMAL_PT_UPDATE);
	hc_batch_pte(&batch, at + 8, 0, MMU_NORMAL_PT_UPDATE);
	hc_batch_unpin(&batch, mfn);
	is(hc_batch_flush(&batch), 0, "undone and unpinned");
	hc_batch_unpin(&batch, mfn);
	hc_batch_tlb_flush(&batch, true);
	is(hc_batch_flush(&batch), -XEN_EINVAL, "a refusal is reported");
	is(hc_batch_flush(&batch), 0, "once");
	is(hc_map(l1, hc_pte(mfn, HC_PTE_KERNEL)), 0, "writable again");
}

/* Kinds in turn, until every array has been full at some step. */
static void test_full(enum hc_batch_mode mode)
{
	uint64_t at = hc_virt_to_maddr(l1);
	uint64_t pte = hc_pte(hc_virt_to_mfn(data[0]), HC_PTE_KERNEL);
	unsigned int i, right = 0;

	hc_batch_init(&batch, mode);
	for (i = 0; i < 512; i++) {
		hc_batch_pte(&batch, at + 8 * i, pte | i % 8 << 9,
			     MMU_NORMAL_PT_UPDATE);
		if (i % 3 == 0)
			hc_batch_invlpg(&batch, hc_addr(data), false);
		if (i % 7 == 0)
			hc_batch_va(&batch, hc_addr(data[1]), pte, UVMF_NONE);
	}
	for (i = 0; i < HC_BATCH_EXTS + 1; i++)
		hc_batch_invlpg(&batch, hc_addr(data), false);
	is(hc_batch_flush(&batch), 0, "a batch that overflows in all ways");
	for (i = 0; i < 512; i++)
		right += (l1[i] & HC_PTE_SOFT) == (i % 8 << 9) &&
			 hc_pte_mfn(l1[i]) == hc_pte_mfn(pte);
	is(right, 512, "loses nothing and keeps the order");
	for (i = 0; i < 512; i++)
		hc_batch_pte(&batch, at + 8 * i, 0, MMU_NORMAL_PT_UPDATE);
	is(hc_batch_flush(&batch), 0, "and is undone");
}

static void test_batch(void)
{
	uint64_t mfn = hc_virt_to_mfn(l1);

	is(hc_map(l1, hc_pte(mfn, HC_PTE_PRESENT)), 0, "a table, read-only");
	is(hc_pin(mfn, 1), 0, "pinned");
	fill(HC_BATCH_MULTI, (PAGES + HC_BATCH_UPDATES - 1) / HC_BATCH_UPDATES);
	fill(HC_BATCH_ARRAY, (PAGES + HC_BATCH_UPDATES - 1) / HC_BATCH_UPDATES);
	fill(HC_BATCH_SINGLE, PAGES);
	fill_run(HC_BATCH_MULTI,
		 (PAGES + HC_BATCH_UPDATES - 1) / HC_BATCH_UPDATES);
	fill_run(HC_BATCH_SINGLE, PAGES);
	test_full(HC_BATCH_MULTI);
	test_full(HC_BATCH_ARRAY);
	test_mixed(HC_BATCH_MULTI, 1);
	is(hc_map(l1, hc_pte(mfn, HC_PTE_PRESENT)), 0, "read-only again");
	is(hc_pin(mfn, 1), 0, "and pinned");
	test_mixed(HC_BATCH_ARRAY, 4);
}

static void test_tables(void)
{
	uint64_t base = 0, code = 0x00affb000000ffff;

	gdt[1] = code;
	is(hc_gdt_set(gdt, 512), 0, "a GDT of our own");
	is(hc_descriptor(&gdt[2], code), 0, "an entry is changed");
	is(gdt[2], code, "and seen");
	is(hc_descriptor(&gdt[3], 0x00008f000000ffff), -XEN_EINVAL,
	   "a system segment is refused");
	is(hc_gdt_set(gdt, FIRST_RESERVED_GDT_ENTRY + 1), -XEN_EINVAL,
	   "a GDT that is too big");
	ldt[1] = 0x00cff3000000ffff;
	is(hc_ldt_set(ldt, 512), 0, "an LDT");
	asm volatile("mov %0, %%fs" :: "r" (15));
	is(hc_segment_base(SEGBASE_FS, hc_addr(data)), 0, "the base of FS");
	asm volatile("mov %%fs:7, %b0" : "+r" (base));
	is(base, 77, "is in use");
	is(hc_segment_base(SEGBASE_FS, 1ULL << 63), -XEN_EINVAL,
	   "a base that is not canonical");
	is(hc_ldt_set(ldt, 0), 0, "no LDT");
}

/* Give back the last page of memory, which nothing uses, and get another. */
static void test_reservation(void)
{
	uint64_t pfn = hc_start_info()->nr_pages - 1;
	xen_pfn_t frame = hc_pfn_to_mfn(pfn);
	long before = hc_memory_current();
	struct e820entry map[8];

	ok(before > 0 && before <= hc_memory_maximum(), "the reservation");
	is(hc_memory_decrease(&frame, 1), 1, "a page is given back");
	is(hc_memory_current(), before - 1, "and gone");
	frame = pfn;
	is(hc_memory_populate(&frame, 1), 1, "and another got");
	hc_p2m_set(pfn, frame);
	is(hc_mfn_to_pfn(frame), pfn, "of the same number");
	is(hc_memory_current(), before, "as many as before");
	ok(hc_memory_highest_mfn() > 0, "the highest frame");
	if (hc_is_initial_domain())
		is(hc_memory_map(map, 8), -XEN_ENOSYS,
		   "domain 0 has no memory map of its own");
	else
		ok(hc_memory_map(map, 8) > 0, "the memory map");
}

void test_memory(void)
{
	test_entry();
	test_batch();
	test_tables();
	test_reservation();
}
