/* SPDX-License-Identifier: MIT */
/*
 * batch.c - changes of page tables, gathered into as few calls as may be.
 *
 * Invariant: calls[] holds, in order, all that was asked for; its last entry
 * is an mmu_update or mmuext_op over the tail of updates[] or exts[] as long
 * as nothing of another kind came after, and then grows instead of a new entry
 * being made.  What is in the ring was asked for before all of that, and the
 * hypervisor empties the ring before it looks at a call: so when something
 * goes into the ring, calls[] has been issued.  One vCPU at a time: no lock.
 */
#include <hcall/mmu.h>
#include <hcall/ring.h>
#include "internal.h"

void hc_batch_init(struct hc_batch *b, enum hc_batch_mode mode)
{
	b->nr_calls = 0;
	b->nr_updates = 0;
	b->nr_exts = 0;
	b->mode = mode;
	b->ring = mode == HC_BATCH_RING ? hc_ring_here() : NULL;
	b->error = 0;
	b->items = 0;
	b->entries = 0;
}

static void latch(struct hc_batch *b, long error)
{
	if (error < 0 && !b->error)
		b->error = error;
}

/* One entry needs no multicall around it. */
static long issue_one(const struct multicall_entry *c)
{
	const uint64_t *a = c->args;

	switch (c->op) {
	case __HYPERVISOR_mmu_update:
		return hc_mmu_update(a[0], a[1], a[2], a[3]);
	case __HYPERVISOR_mmuext_op:
		return hc_mmuext_op(a[0], a[1], a[2], a[3]);
	case __HYPERVISOR_update_va_mapping:
		return hc_update_va_mapping(a[0], a[1], a[2]);
	default:
		return 1;
	}
}

static void issue(struct hc_batch *b)
{
	unsigned int i;
	long ret;

	if (!b->nr_calls)
		return;
	b->entries++;
	ret = b->nr_calls == 1 ? issue_one(&b->calls[0]) : 1;
	if (ret > 0) {
		ret = hc_multicall(hc_addr(b->calls), b->nr_calls);
		for (i = 0; i < b->nr_calls; i++)
			latch(b, (int64_t)b->calls[i].result);
	}
	latch(b, ret);
	b->nr_calls = 0;
	b->nr_updates = 0;
	b->nr_exts = 0;
}

/* Any call empties the ring; this one does nothing else. */
static void ring_empty(struct hc_batch *b)
{
	b->entries++;
	hc_sluice_op(SLUICEOP_version, 0, 0);
}

static uint64_t ring_used(const struct sluice_ring *page)
{
	return page->producer - *(const volatile uint64_t *)&page->consumer;
}

/* Adds to the ring; false: there is none. */
static bool ring_add(struct hc_batch *b, unsigned int nr, uint64_t x,
		     uint64_t y, uint64_t z)
{
	struct hc_ring *r = b->ring;
	struct multicall_entry *e;

	if (!r)
		return false;
	issue(b);
	if (ring_used(r->page) == SLUICE_RING_ENTRIES)
		ring_empty(b);
	e = r->next;
	e->op = nr;
	e->args[0] = x;
	e->args[1] = y;
	e->args[2] = z;
	r->next = e == &r->page->entry[SLUICE_RING_ENTRIES - 1] ?
		  r->page->entry : e + 1;
	/* The hypervisor sees it on this CPU: the order of stores will do. */
	asm volatile("" : : : "memory");
	r->page->producer++;
	b->items++;
	return true;
}

void hc_batch_defer(struct hc_batch *b)
{
	issue(b);
}

long hc_batch_flush(struct hc_batch *b)
{
	long ret;

	issue(b);
	if (b->ring) {
		if (ring_used(b->ring->page))
			ring_empty(b);
		latch(b, b->ring->page->error);
		b->ring->page->error = 0;
	}
	ret = b->error;
	b->error = 0;
	return ret;
}

/* After every item: it may be time already. */
static void added(struct hc_batch *b)
{
	b->items++;
	if (b->mode == HC_BATCH_SINGLE)
		issue(b);
}

/* In how many calls at once it is issued. */
static unsigned int calls_max(const struct hc_batch *b)
{
	return b->mode == HC_BATCH_ARRAY ? 1 : HC_BATCH_CALLS;
}

static struct multicall_entry *new_call(struct hc_batch *b, unsigned int nr)
{
	struct multicall_entry *c;

	if (b->nr_calls == calls_max(b))
		issue(b);
	c = &b->calls[b->nr_calls++];
	memset(c, 0, sizeof(*c));
	c->op = nr;
	return c;
}

/* The entry of an array call to which one more item can be added. */
static struct multicall_entry *array_call(struct hc_batch *b, unsigned int nr,
					  const void *next)
{
	struct multicall_entry *c;

	if (b->nr_calls && b->calls[b->nr_calls - 1].op == nr)
		return &b->calls[b->nr_calls - 1];
	/* The call before may fill calls[]: its arrays are emptied, too. */
	if (b->nr_calls == calls_max(b)) {
		issue(b);
		next = nr == __HYPERVISOR_mmu_update ? (void *)b->updates :
						       (void *)b->exts;
	}
	c = new_call(b, nr);
	c->args[0] = hc_addr(next);
	c->args[3] = DOMID_SELF;
	return c;
}

static void add_update(struct hc_batch *b, uint64_t ptr, uint64_t val)
{
	struct multicall_entry *c;

	if (b->nr_updates == HC_BATCH_UPDATES)
		issue(b);
	c = array_call(b, __HYPERVISOR_mmu_update, &b->updates[b->nr_updates]);
	b->updates[b->nr_updates].ptr = ptr;
	b->updates[b->nr_updates++].val = val;
	c->args[1]++;
	added(b);
}

void hc_batch_pte(struct hc_batch *b, uint64_t maddr, uint64_t pte,
		  unsigned int command)
{
	add_update(b, (maddr & ~3ULL) | command, pte);
}

void hc_batch_ptes(struct hc_batch *b, uint64_t maddr, const uint64_t *ptes,
		   unsigned int n, unsigned int command)
{
	uint64_t ptr = (maddr & ~7ULL) | command;
	struct mmu_update *u, *end;
	unsigned int part;

	for (; n; n -= part) {
		/* It issues what fills the array, and each in mode single. */
		add_update(b, ptr, *ptes++);
		ptr += 8;
		part = 1;
		if (b->mode == HC_BATCH_SINGLE || n == 1)
			continue;
		u = &b->updates[b->nr_updates];
		part = HC_BATCH_UPDATES - b->nr_updates;
		part = part < n - 1 ? part : n - 1;
		for (end = u + part; u < end; u++, ptr += 8) {
			u->ptr = ptr;
			u->val = *ptes++;
		}
		b->calls[b->nr_calls - 1].args[1] += part;
		b->nr_updates += part;
		b->items += part;
		part++;
	}
}

void hc_batch_l1(struct hc_batch *b, uint64_t maddr, uint64_t pte)
{
	if (!ring_add(b, __HYPERVISOR_mmu_update, maddr & ~7ULL, pte, 0))
		add_update(b, maddr & ~7ULL, pte);
}

void hc_batch_m2p(struct hc_batch *b, uint64_t mfn, uint64_t pfn)
{
	add_update(b, mfn << HC_PAGE_SHIFT | MMU_MACHPHYS_UPDATE, pfn);
}

void hc_batch_va(struct hc_batch *b, uint64_t va, uint64_t pte, uint64_t flags)
{
	struct multicall_entry *c;

	/* Flushes of others are none of what the ring takes. */
	if (flags <= UVMF_INVLPG &&
	    ring_add(b, __HYPERVISOR_update_va_mapping, va, pte, flags))
		return;
	c = new_call(b, __HYPERVISOR_update_va_mapping);
	c->args[0] = va;
	c->args[1] = pte;
	c->args[2] = flags;
	added(b);
}

void hc_batch_ext(struct hc_batch *b, const struct mmuext_op *op)
{
	struct multicall_entry *c;

	if (b->nr_exts == HC_BATCH_EXTS)
		issue(b);
	c = array_call(b, __HYPERVISOR_mmuext_op, &b->exts[b->nr_exts]);
	b->exts[b->nr_exts++] = *op;
	c->args[1]++;
	added(b);
}

static void add_mfn(struct hc_batch *b, uint32_t cmd, uint64_t mfn)
{
	struct mmuext_op op = { .cmd = cmd, .arg1.mfn = mfn };

	hc_batch_ext(b, &op);
}

void hc_batch_pin(struct hc_batch *b, uint64_t mfn, unsigned int level)
{
	add_mfn(b, MMUEXT_PIN_L1_TABLE + level - 1, mfn);
}

void hc_batch_unpin(struct hc_batch *b, uint64_t mfn)
{
	add_mfn(b, MMUEXT_UNPIN_TABLE, mfn);
}

void hc_batch_baseptr(struct hc_batch *b, uint64_t mfn)
{
	add_mfn(b, MMUEXT_NEW_BASEPTR, mfn);
}

void hc_batch_user_baseptr(struct hc_batch *b, uint64_t mfn)
{
	add_mfn(b, MMUEXT_NEW_USER_BASEPTR, mfn);
}

void hc_batch_invlpg(struct hc_batch *b, uint64_t va, bool all)
{
	struct mmuext_op op = {
		.cmd = all ? MMUEXT_INVLPG_ALL : MMUEXT_INVLPG_LOCAL,
		.arg1.linear_addr = va,
	};

	if (all || !ring_add(b, __HYPERVISOR_mmuext_op, op.cmd, va, 0))
		hc_batch_ext(b, &op);
}

void hc_batch_tlb_flush(struct hc_batch *b, bool all)
{
	struct mmuext_op op = {
		.cmd = all ? MMUEXT_TLB_FLUSH_ALL : MMUEXT_TLB_FLUSH_LOCAL,
	};

	if (all || !ring_add(b, __HYPERVISOR_mmuext_op, op.cmd, 0, 0))
		hc_batch_ext(b, &op);
}

void hc_batch_call(struct hc_batch *b, unsigned int nr, uint64_t a,
		   uint64_t b1, uint64_t c, uint64_t d)
{
	struct multicall_entry *e = new_call(b, nr);

	e->args[0] = a;
	e->args[1] = b1;
	e->args[2] = c;
	e->args[3] = d;
	added(b);
}
