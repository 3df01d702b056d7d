/* SPDX-License-Identifier: MIT */
/*
 * ring.c - the deferred-call ring: how one gets it, order, errors, and what a
 * hostile guest may do to the page.
 *
 * What: sluice_op's ring commands with each refusal; calls in order, round the
 * end of the page, 63 at once; the first error kept; producers that can't be.
 * Why: the hypervisor must keep its own count and look at everything once.
 * How: calls are put in by hand, and any hypercall empties the ring.
 */
#include "ring.h"

struct sluice_ring ring __page;
volatile uint64_t pages[2][512] __page;
uint64_t *spot_pte, foreign;

uint64_t page_pte(unsigned int n)
{
	return mfn_of(pages[n]) << 12 | PTE_P | PTE_W | PTE_U;
}

struct multicall_entry *put_only(uint64_t op, uint64_t a, uint64_t b,
				 uint64_t c)
{
	struct multicall_entry *e =
		&ring.entry[ring.producer % SLUICE_RING_ENTRIES];

	*e = (struct multicall_entry){ op, 0x55, { a, b, c } };
	asm volatile("" : : : "memory");
	return e;
}

struct multicall_entry *put(uint64_t op, uint64_t a, uint64_t b, uint64_t c)
{
	struct multicall_entry *e = put_only(op, a, b, c);

	ring.producer++;
	asm volatile("" : : : "memory");
	return e;
}

bool flush(void)
{
	hc3(__HYPERVISOR_sluice_op, SLUICEOP_version, 0, 0);
	return ring.consumer == ring.producer;
}

int64_t ask(uint64_t op, uint64_t a, uint64_t b, uint64_t c)
{
	struct multicall_entry *e = put(op, a, b, c);

	return flush() ? (int64_t)e->result : 1;
}

long unmap_spot(void)
{
	return hc3(__HYPERVISOR_update_va_mapping, SPOT, 0, UVMF_INVLPG);
}

static long ring_op(unsigned int cmd, uint64_t arg, uint64_t count)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, arg, count);
}

/* The first frame that is RAM, and that we may not even read. */
static void find_foreign(void)
{
	while (hc3(__HYPERVISOR_update_va_mapping, SPOT, foreign << 12 | PTE_P,
		   0) != -XEN_EBUSY)
		if (++foreign == 1 << 18)
			bail("all memory is ours");
}

static void test_register(void)
{
	uint64_t mfn = mfn_of(&ring), *table = table_alloc();

	ok(hc3(__HYPERVISOR_sluice_op, SLUICEOP_version, 0, 0) >= 2,
	   "the version says that there are rings");
	is(ring_op(SLUICEOP_ring_unregister, 0, 0), -XEN_ENOENT,
	   "no ring to give back");
	is(ring_op(SLUICEOP_ring_register, mfn, 1), -XEN_EINVAL,
	   "register: a count");
	is(ring_op(SLUICEOP_ring_register, ~0ul, 0), -XEN_EINVAL,
	   "register: no frame at all");
	is(ring_op(SLUICEOP_ring_register, foreign, 0), -XEN_EINVAL,
	   "register: a frame of nobody's");
	is(ring_op(SLUICEOP_ring_register, mfn_of(kernel_l4()), 0),
	   -XEN_EINVAL, "register: a page table");
	is(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(table), 0), 0, "a table");
	is(ring_op(SLUICEOP_ring_register, mfn_of(table), 0), -XEN_EINVAL,
	   "register: a pinned table");

	ring.producer = 7;
	is(ring_op(SLUICEOP_ring_register, mfn, 0), 0, "register");
	is(ring.producer, 0, "it begins empty");
	is(ring_op(SLUICEOP_ring_register, mfn, 0), -XEN_EEXIST,
	   "register: again");
	is(ring_op(SLUICEOP_ring_unregister, mfn, 0), -XEN_EINVAL,
	   "unregister: an argument");
	is(page_readonly(&ring), 0, "we can't write it any more");
	is(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), -XEN_EINVAL,
	   "but the hypervisor can: it becomes no table");
	is(ring_op(SLUICEOP_ring_unregister, 0, 0), 0, "unregister");
	is(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), 0, "now it may be a table");
	is(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0, "and no more");
	is(page_writable(&ring), 0, "and ours again");
	is(ring_op(SLUICEOP_ring_register, mfn, 0), 0, "register once more");
}

static void test_order(void)
{
	unsigned int i, good = 0;
	uint64_t drains = ring.drains;

	put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(1), 0);
	put(__HYPERVISOR_update_va_mapping, SPOT, 0, 0);
	put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(0), UVMF_INVLPG);
	is(*spot_pte, 0, "nothing happens before an entry");
	ok(flush(), "a hypercall empties the ring");
	is(*(uint64_t *)SPOT, 100, "the last of three is what counts");
	is(ring.drains, drains + 1, "all in one");

	/* Each of a full ring has a result of its own, at any place. */
	for (i = 0; i < 5 * SLUICE_RING_ENTRIES; i++) {
		put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(i & 1),
		    UVMF_INVLPG);
		if (i % SLUICE_RING_ENTRIES == SLUICE_RING_ENTRIES - 1)
			good += flush() && *(uint64_t *)SPOT == 100 + (i & 1);
		else if (i % 40 == 39)
			good += flush();
	}
	is(good, 5 + 5 * SLUICE_RING_ENTRIES / 40, "63 at once, and others");
	for (i = 0; i < SLUICE_RING_ENTRIES; i++)
		good += ring.entry[i].result == 0;
	is(good, 5 + 7 + SLUICE_RING_ENTRIES, "each has its result");
	is(ring.errors, 0, "no error so far");
}

static void test_errors(void)
{
	uint64_t at = ring.producer, before = ring.errors;
	struct multicall_entry *bad, *worse, *fine;

	ring.error = 0;
	bad = put(__HYPERVISOR_update_va_mapping, HYPERVISOR_VIRT_START, 0, 0);
	worse = put(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0);
	fine = put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(1),
		   UVMF_INVLPG);
	ok(flush(), "errors do not stop the ring");
	is(bad->result, -XEN_EINVAL, "an error is in its entry");
	is(worse->result, -XEN_EPERM, "and the next");
	is(fine->result, 0, "what comes after is done");
	is(*(uint64_t *)SPOT, 101, "and seen");
	is(ring.error, -XEN_EINVAL, "the first is kept");
	is(ring.error_at, at, "and where it was");
	is(ring.errors, before + 2, "both are counted");
	ring.error = 0;
	is(ask(__HYPERVISOR_iret, 0, 0, 0), -XEN_EPERM, "another");
	is(ring.error, -XEN_EPERM, "is the first after the old one is cleared");
	is(ring.error_at, at + 3, "at its place");
}

static void jump(uint64_t producer, const char *name)
{
	uint64_t pte = *spot_pte, errors = ring.errors;
	unsigned int i;

	for (i = 0; i < SLUICE_RING_ENTRIES; i++)
		ring.entry[i] = (struct multicall_entry){
			__HYPERVISOR_update_va_mapping, 0, { SPOT, 0, 0 }
		};
	ring.error = 0;
	ring.producer = producer;
	ok(flush(), "%s: in step at once", name);
	is(ring.error, -XEN_EINVAL, "%s: an error", name);
	is(ring.errors, errors + 1, "%s: one", name);
	is(*spot_pte, pte, "%s: nothing was done", name);
	is(ask(__HYPERVISOR_update_va_mapping, SPOT, page_pte(0), UVMF_INVLPG),
	   0, "%s: the next call is found", name);
	is(*(uint64_t *)SPOT, 100, "%s: and done", name);
}

void test_hostile(void)
{
	struct multicall_entry *e;
	unsigned int i;

	jump(ring.producer + SLUICE_RING_ENTRIES + 1, "one too many");
	jump(ring.producer - 1, "backwards");
	jump(1ul << 63, "far ahead");
	jump(1, "to the start");

	/* Over the end of the count: what is where is the guest's affair. */
	ring.producer = -(uint64_t)3;
	ok(flush(), "nearly the last call");
	for (i = 0; i < SLUICE_RING_ENTRIES; i++)
		ring.entry[i] = (struct multicall_entry){
			__HYPERVISOR_update_va_mapping, 1,
			{ SPOT, page_pte(1), UVMF_INVLPG }
		};
	ring.producer += 10;
	ok(flush(), "ten calls over the end of the count");
	is(*(uint64_t *)SPOT, 101, "were made");
	jump(0, "back from there");

	/* The header is written, not believed. */
	ring.consumer = 12345;
	ring.drains = ~0ul;
	e = put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(1), UVMF_INVLPG);
	ok(flush(), "a consumer of our own writing is overwritten");
	is(e->result, 0, "and the call made");

	/* The page is reached by other ways than ours. */
	e = put(__HYPERVISOR_update_va_mapping, PTR(&ring), 0, UVMF_INVLPG);
	put(__HYPERVISOR_update_va_mapping, PTR(&ring),
	    maddr_of(&ring) | PTE_P | PTE_W | PTE_U, UVMF_INVLPG);
	ok(flush(), "the ring unmaps itself and is there again");
	is(e->result, 0, "and the results with it");
}

void test_main(void)
{
	pages[0][0] = 100;
	pages[1][0] = 101;
	map_at(kernel_l4(), SPOT, page_pte(0));
	spot_pte = pte_of((void *)SPOT);
	find_foreign();
	is(unmap_spot(), 0, "a spot");
	test_register();
	if (option("wait")) {
		test_wait();
		return;
	}
	test_order();
	test_errors();
	test_kinds();
	test_forbidden();
	test_entries();
	test_hostile();
	is(ring_op(SLUICEOP_ring_unregister, 0, 0), 0, "the ring goes");
	put(__HYPERVISOR_update_va_mapping, SPOT, 0, UVMF_INVLPG);
	ok(!flush() && *spot_pte, "and is not looked at any more");
	is(ring_op(SLUICEOP_ring_register, mfn_of(&ring), 0), 0,
	   "the domain ends with one");
	put(__HYPERVISOR_update_va_mapping, SPOT, 0, UVMF_INVLPG);
}
