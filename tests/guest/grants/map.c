/* SPDX-License-Identifier: MIT */
/*
 * map.c - grants in page tables and for devices, and how they end.
 */
#include "grants.h"

SNIPPET(do_write, "movb $1, (%rbx); ud2");

static uint64_t write_to(volatile void *at)
{
	struct regs in, out;

	regs_kernel(&in, do_write);
	in.rbx = PTR(at);
	enter(&in, &out);
	return out.vector;
}

/* The CPU must have forgotten it when the lender is told. */
void test_flush(void)
{
	const uint32_t ro = GNTMAP_host_map | GNTMAP_readonly;
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map);

	lend(FIRST, mfn_of(lent), 0);
	is(map(&m), GNTST_okay, "map a grant");
	is(write_to(at_a), 6, "write there");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_okay, "unmap it");
	is(write_to(at_a), 14, "write there: a fault");
	m = map_of(at_a, FIRST, ro);
	is(map(&m), GNTST_okay, "map it to be read");
	is(at_a[0], 1, "read there");
	is(write_to(at_a), 14, "write there: a fault");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_okay, "unmap it");
	lent[0] = 'x';
}

void test_map(void)
{
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map);
	uint64_t pte;

	lent[0] = 'x';
	lend(FIRST, mfn_of(lent), 0);
	is(map(&m), GNTST_okay, "map a grant");
	is(table[FIRST].flags, LENT_WRITE, "it is marked");
	is(at_a[0], 'x', "it is there");
	at_a[1] = 'y';
	is(lent[1], 'y', "and can be written");
	pte = *pte_of(at_a);
	is(PTE_MFN(pte), mfn_of(lent), "the entry names the frame");
	is(pte & (PTE_P | PTE_W | PTE_NX), PTE_P | PTE_W | PTE_NX,
	   "is writable and holds no code");
	is(m.dev_bus_addr, mfn_of(lent) << 12, "its address is told");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_okay, "unmap it");
	is(*pte_of(at_a), 0, "the entry is gone");
	is(table[FIRST].flags, GTF_permit_access, "the marks are gone");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_bad_handle, "not twice");
	is(unmap(PTR(at_a), 0, ~0u), GNTST_bad_handle, "nor by no handle");
}

void test_map_readonly(void)
{
	struct gnttab_map_grant_ref r, w;

	r = map_of(at_a, FIRST, GNTMAP_host_map | GNTMAP_readonly |
		   GNTMAP_application_map | 1 << _GNTMAP_guest_avail0);
	w = map_of(at_b, FIRST, GNTMAP_host_map);
	lend(FIRST, mfn_of(lent), GTF_readonly);
	is(map(&w), GNTST_general_error, "map what may be read, writable");
	is(table[FIRST].flags, GTF_permit_access | GTF_readonly,
	   "leaves no mark");
	is(map(&r), GNTST_okay, "map it to be read");
	is(table[FIRST].flags, LENT_READ | GTF_readonly, "it is marked so");
	is(*pte_of(at_a) & (PTE_P | PTE_W), PTE_P, "and its entry is");
	is(*pte_of(at_a) & 1 << 9, 1 << 9, "with the guest's own bit");
	is(at_a[0], 'x', "it can be read");
	is(unmap(PTR(at_a), 0, r.handle), GNTST_okay, "unmap it");

	lend(FIRST, mfn_of(lent), 0);
	is(map(&r), GNTST_okay, "map another one to be read");
	is(table[FIRST].flags, LENT_READ, "it is marked so");
	is(map(&w), GNTST_okay, "and to be written besides");
	is(table[FIRST].flags, LENT_WRITE, "it is marked so");
	is(unmap(PTR(at_b), 0, w.handle), GNTST_okay, "unmap that one");
	is(table[FIRST].flags, LENT_READ, "one mark stays");
	is(unmap(PTR(at_a), 0, r.handle), GNTST_okay, "unmap the other");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}

/* By the machine address of the entry instead of the page's address. */
void test_by_entry(void)
{
	const uint32_t flags = GNTMAP_host_map | GNTMAP_contains_pte;
	void *entry = (void *)maddr_of(pte_of(at_a));
	struct gnttab_map_grant_ref m = map_of(entry, FIRST, flags);

	is(map(&m), GNTST_okay, "map into an entry");
	is(at_a[1], 'y', "it is there");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_general_error,
	   "unmap it by its address");
	is(unmap(PTR(entry), 0, m.handle), GNTST_okay, "by its entry");
	is(*pte_of(at_a), 0, "it is gone");

	is(status_map((char *)entry + 4, FIRST, flags), GNTST_general_error,
	   "half an entry");
	is(status_map((void *)maddr_of(lent), FIRST, flags),
	   GNTST_general_error, "an entry of no table");
	is(status_map((void *)maddr_of(kernel_l4()), FIRST, flags),
	   GNTST_general_error, "of a level 4 table");
	is(status_map((void *)0xfffffffffff00, FIRST, flags),
	   GNTST_general_error, "of no memory");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}

/* For a device: there is no entry, but the frame is in use. */
void test_device(void)
{
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map |
					       GNTMAP_device_map);
	struct gnttab_map_grant_ref d = map_of(NULL, FIRST,
					       GNTMAP_device_map);
	uint64_t bus = mfn_of(lent) << 12;

	is(map(&d), GNTST_okay, "map for devices alone");
	is(d.dev_bus_addr, bus, "the address for them");
	is(table[FIRST].flags, LENT_WRITE, "it is marked");
	is(unmap(0, 0, d.handle), GNTST_okay, "unmap nothing of it");
	is(table[FIRST].flags, LENT_WRITE, "it stays marked");
	is(unmap(0, bus + 4096, d.handle), GNTST_bad_dev_addr,
	   "unmap another address");
	is(unmap(0, bus, d.handle), GNTST_okay, "unmap it");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
	is(unmap(0, bus, d.handle), GNTST_bad_handle, "not twice");

	is(map(&m), GNTST_okay, "map for both");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_okay, "unmap the entry");
	is(*pte_of(at_a), 0, "it is gone");
	is(table[FIRST].flags, LENT_WRITE, "it stays marked");
	is(unmap(0, bus, m.handle), GNTST_okay, "unmap the device's");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
	is(map(&m), GNTST_okay, "map for both");
	is(unmap(PTR(at_a), bus, m.handle), GNTST_okay, "unmap both");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}

static bool pins(void *page)
{
	return !mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(page), 0) &&
	       !mmuext(MMUEXT_UNPIN_TABLE, mfn_of(page), 0);
}

/* What devices may write can't be a page table; what failed holds nothing. */
void test_device_holds(void)
{
	const uint32_t both = GNTMAP_device_map | GNTMAP_host_map;
	struct gnttab_map_grant_ref m = map_of(NULL, FIRST,
					       GNTMAP_device_map);
	void *page = table_alloc();

	lend(FIRST, mfn_of(page), 0);
	ok(pins(page), "a page can be pinned as a table");
	is(map(&m), GNTST_okay, "map it for devices");
	ok(!pins(page), "it can't be pinned");
	is(unmap(0, m.dev_bus_addr, m.handle), GNTST_okay, "unmap it");
	ok(pins(page), "it can be pinned");
	is(status_map((void *)NOWHERE, FIRST, both), GNTST_general_error,
	   "map it for both, where there is no table");
	ok(pins(page), "it can be pinned");
}
