/* SPDX-License-Identifier: MIT */
/*
 * ring.c - batches by the deferred-call ring, and without one where there is
 * none: on Xen all of this must work the same.
 */
#include "hcall.h"

#define page __attribute__((aligned(4096)))

#define PAGES	300
static char ring_page[4096] page;
static uint64_t l1[512] page;
static volatile char data[2][4096] page;
static struct hc_batch batch;
static bool have;

static uint64_t pte_of(unsigned int i)
{
	return hc_pte(hc_virt_to_mfn(data[i]), HC_PTE_KERNEL);
}

static void test_fill(void)
{
	uint64_t at = hc_virt_to_maddr(l1);
	unsigned int i, right = 0;

	hc_batch_init(&batch, HC_BATCH_RING);
	for (i = 0; i < PAGES; i++)
		hc_batch_l1(&batch, at + 8 * i, pte_of(i & 1));
	is(hc_batch_flush(&batch), 0, "ring: a table is filled");
	for (i = 0; i < PAGES; i++)
		right += hc_pte_mfn(l1[i]) == hc_virt_to_mfn(data[i & 1]);
	is(right, PAGES, "ring: and shows it");
	is(batch.entries, have ? 5 : 2, "ring: in so many calls");
	is(hc_batch_flush(&batch), 0, "ring: nothing is left");
	is(batch.entries, have ? 5 : 2, "ring: and no call made for it");
	for (i = 0; i < PAGES; i++)
		hc_batch_l1(&batch, at + 8 * i, 0);
	is(hc_batch_flush(&batch), 0, "ring: and emptied");
	is(batch.items, 2 * PAGES, "ring: item by item");
}

/* What the ring takes and what it does not, in turn, keep their order. */
static void test_order(void)
{
	uint64_t at = hc_virt_to_maddr(l1);

	hc_batch_init(&batch, HC_BATCH_RING);
	hc_batch_l1(&batch, at, pte_of(0));
	hc_batch_pte(&batch, at, pte_of(1), MMU_NORMAL_PT_UPDATE);
	hc_batch_l1(&batch, at + 8, pte_of(0));
	hc_batch_va(&batch, hc_addr(data[1]), pte_of(0), UVMF_INVLPG);
	hc_batch_pte(&batch, at + 8, pte_of(1), MMU_NORMAL_PT_UPDATE);
	hc_batch_invlpg(&batch, hc_addr(data[1]), true);
	hc_batch_tlb_flush(&batch, false);
	is(hc_batch_flush(&batch), 0, "ring: a mixed batch");
	is(hc_pte_mfn(l1[0]), hc_virt_to_mfn(data[1]), "ring: its order");
	is(hc_pte_mfn(l1[1]), hc_virt_to_mfn(data[1]), "ring: throughout");
	data[0][9] = 99;
	is(data[1][9], 99, "ring: two addresses show one page");
	hc_batch_va(&batch, hc_addr(data[1]), pte_of(1),
		    UVMF_INVLPG | UVMF_ALL);
	hc_batch_l1(&batch, at, 0);
	hc_batch_l1(&batch, at + 8, 0);
	is(hc_batch_flush(&batch), 0, "ring: undone, with a flush of all");
	is(data[1][9], 0, "ring: each its own page again");
}

static void test_defer(void)
{
	uint64_t before;

	hc_batch_init(&batch, HC_BATCH_RING);
	hc_batch_va(&batch, hc_addr(data[1]), 0, UVMF_INVLPG);
	is(hc_batch_flush(&batch), 0, "ring: a page is unmapped");
	before = batch.entries;
	data[0][9] = 42;
	hc_batch_va(&batch, hc_addr(data[1]), pte_of(0), UVMF_NONE);
	hc_batch_defer(&batch);
	/* The fault that this may be empties the ring. */
	is(data[1][9], 42, "ring: what was put off is there when touched");
	is(batch.entries - before, have ? 0 : 1, "ring: by no call of ours");
	hc_batch_va(&batch, hc_addr(data[1]), pte_of(1), UVMF_INVLPG);
	is(hc_batch_flush(&batch), 0, "ring: its own page again");

	hc_batch_va(&batch, HYPERVISOR_VIRT_START, 0, UVMF_NONE);
	hc_batch_defer(&batch);
	hc_batch_tlb_flush(&batch, false);
	is(hc_batch_flush(&batch), -XEN_EINVAL, "ring: a refusal is reported");
	is(hc_batch_flush(&batch), 0, "ring: once");
}

void test_ring(void)
{
	uint64_t mfn = hc_virt_to_mfn(l1);
	long ret = hc_ring_register(ring_page);

	have = hc_sluice_version() >= 2;
	is(ret, have ? 0 : -XEN_ENOSYS, "ring: the answer to one who asks");
	is(hc_map(l1, hc_pte(mfn, HC_PTE_PRESENT)), 0, "ring: a table");
	is(hc_pin(mfn, 1), 0, "ring: pinned");
	test_fill();
	test_order();
	test_defer();
	is(hc_unpin(mfn), 0, "ring: unpinned");
	is(hc_map(l1, hc_pte(mfn, HC_PTE_KERNEL)), 0, "ring: writable again");
	if (!have)
		return;
	is(hc_ring_register(ring_page), -XEN_EEXIST, "ring: a second one");
	is(hc_ring_unregister(), 0, "ring: no more");
	is(hc_ring_unregister(), -XEN_ENOENT, "ring: likewise");
	hc_batch_init(&batch, HC_BATCH_RING);
	hc_batch_va(&batch, hc_addr(data[1]), pte_of(1), UVMF_INVLPG);
	is(hc_batch_flush(&batch), 0, "ring: a batch does without");
	is(batch.entries, 1, "ring: by a call");
}
