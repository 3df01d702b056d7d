/* SPDX-License-Identifier: MIT */
/*
 * refused.c - grants that can't be mapped or unmapped so, and odd ends.
 */
#include "grants.h"

static int map_from(domid_t dom)
{
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map);

	m.dom = dom;
	return map(&m);
}

void test_map_refused(void)
{
	const uint32_t ro = GNTMAP_host_map | GNTMAP_readonly;
	const struct { uint16_t flags, dom; const char *name; } bad[] = {
		{ GTF_invalid, 0, "a free entry" },
		{ GTF_accept_transfer, 0, "one for a transfer" },
		{ GTF_transitive, 0, "one of version 2" },
		{ GTF_permit_access, 1, "one for another domain" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		table[FIRST].domid = self + bad[i].dom;
		table[FIRST].flags = bad[i].flags;
		is(status_map(at_a, FIRST, ro), GNTST_general_error, "map %s",
		   bad[i].name);
		is(table[FIRST].flags, bad[i].flags, "leaves no mark");
	}
	lend(FIRST, mfn_of(lent), 0);
	is(status_map(at_a, FIRST, 0), GNTST_bad_gntref, "map it nowhere");
	is(status_map(at_a, FIRST, GNTMAP_readonly), GNTST_bad_gntref,
	   "nowhere to be read");
	is(status_map(at_a, 64 * 512, ro), GNTST_bad_gntref,
	   "a reference beyond the table");
	is(status_map(at_a, ~0u, ro), GNTST_bad_gntref, "the greatest one");
	is(map_from(77), GNTST_bad_domain, "from no domain");
	is(map_from(DOMID_SELF), GNTST_bad_domain, "from DOMID_SELF");
	is(map_from(DOMID_IO), GNTST_bad_domain, "from DOMID_IO");
	is(status_map((void *)NOWHERE, FIRST, ro), GNTST_general_error,
	   "where there is no table");
	is(status_map((void *)MACH2PHYS_VIRT_START, FIRST, ro),
	   GNTST_general_error, "into the hypervisor's slots");
	is(status_map((void *)(1ul << 47), FIRST, ro), GNTST_general_error,
	   "at no address");
	is(table[FIRST].flags, GTF_permit_access, "leaves no mark");
	is(*pte_of(at_a), 0, "and no entry");

	lend(FIRST, mfn_of(kernel_l4()), 0);
	is(status_map(at_a, FIRST, GNTMAP_host_map), GNTST_general_error,
	   "map a page table to be written");
	is(status_map(at_a, FIRST, GNTMAP_device_map), GNTST_general_error,
	   "by devices");
	lend(FIRST, 0xffffffff, 0);
	is(status_map(at_a, FIRST, GNTMAP_host_map), GNTST_bad_page,
	   "map what is no frame");
	is(status_map(at_a, FIRST, GNTMAP_device_map), GNTST_bad_page,
	   "by devices");
	is(table[FIRST].flags, GTF_permit_access, "leaves no mark");

	is(gnt(GNTTABOP_map_grant_ref, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "map from nowhere");
	is(gnt(GNTTABOP_unmap_grant_ref, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "unmap from nowhere");
	is(gnt(GNTTABOP_unmap_and_replace, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "unmap and replace from nowhere");
	is(gnt(GNTTABOP_copy, (void *)NOWHERE, 1), -XEN_EFAULT,
	   "copy from nowhere");
	is(gnt(GNTTABOP_map_grant_ref, (void *)NOWHERE, 0), 0,
	   "map none from nowhere");
}

/* The wrong place, or another entry than the one that the handle stands for. */
void test_unmap_refused(void)
{
	struct gnttab_map_grant_ref r, w;

	lend(FIRST, mfn_of(lent), 0);
	w = map_of(at_a, FIRST, GNTMAP_host_map);
	is(map(&w), GNTST_okay, "map a grant");
	is(unmap(PTR(other), 0, w.handle), GNTST_general_error,
	   "unmap another page");
	is(PTE_MFN(*pte_of(other)), mfn_of(other), "which stays");
	is(unmap(NOWHERE, 0, w.handle), GNTST_general_error,
	   "unmap nothing");
	is(unmap(0, 0, w.handle), GNTST_okay, "unmap at no address");
	is(table[FIRST].flags, LENT_WRITE, "it stays mapped");

	r = map_of(at_b, FIRST, GNTMAP_host_map | GNTMAP_readonly);
	is(map(&r), GNTST_okay, "map it to be read besides");
	is(unmap(PTR(at_b), 0, w.handle), GNTST_general_error,
	   "unmap the writable one where it is read-only");
	is(unmap(PTR(at_a), 0, r.handle), GNTST_general_error,
	   "and the other way round");
	is(unmap(PTR(at_b), 0, r.handle), GNTST_okay, "unmap one");
	is(unmap(PTR(at_a), 0, w.handle), GNTST_okay, "and the other");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}

/* The entry went by another way: the handle stays, and so do the marks. */
void test_lost(void)
{
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map);

	lend(FIRST, mfn_of(lent), 0);
	is(map(&m), GNTST_okay, "map a grant");
	is(va_map(at_a, 0), 0, "clear its entry");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_general_error,
	   "there is nothing to be unmapped");
	is(table[FIRST].flags, LENT_WRITE, "it stays marked");
	is(va_map(at_a, maddr_of(lent) | PTE_P | PTE_W), 0,
	   "map the frame, which is ours");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_okay, "that serves as well");
	is(*pte_of(at_a), 0, "it is gone");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}

/* The lender must not end it while it is mapped; this one does. */
void test_revoke(void)
{
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map);

	lend(FIRST, mfn_of(lent), 0);
	is(map(&m), GNTST_okay, "map a grant");
	table[FIRST].flags = 0;
	at_a[2] = 'z';
	is(lent[2], 'z', "it stays mapped when the lender forgets it");
	is(unmap(PTR(at_a), 0, m.handle), GNTST_okay, "unmap it");
	is(table[FIRST].flags, 0, "no mark stays");
}

static int replace(uint64_t addr, uint64_t new_addr, grant_handle_t handle)
{
	struct gnttab_unmap_and_replace u = {
		.host_addr = addr, .new_addr = new_addr, .handle = handle,
		.status = 99,
	};
	long ret = gnt(GNTTABOP_unmap_and_replace, &u, 1);

	return ret ? 1000 - ret : u.status;
}

void test_replace(void)
{
	struct gnttab_map_grant_ref m = map_of(at_a, FIRST, GNTMAP_host_map);
	uint64_t mfn = mfn_of(other);

	lend(FIRST, mfn_of(lent), 0);
	other[0] = 'o';
	is(map(&m), GNTST_okay, "map a grant");
	is(replace(PTR(at_a), NOWHERE, m.handle), GNTST_general_error,
	   "replace it by what has no table");
	is(replace(PTR(at_b), PTR(other), m.handle), GNTST_general_error,
	   "where it is not");
	/* Xen has moved the other page by then, and it is nowhere. */
	is(va_map(other, mfn << 12 | PTE_P | PTE_W), 0, "map the other page");
	is(replace(PTR(at_a), PTR(other), ~0u), GNTST_bad_handle,
	   "replace it by no handle");
	is(replace(PTR(at_a), PTR(other), m.handle), GNTST_okay,
	   "replace it by another page");
	is(PTE_MFN(*pte_of(at_a)), mfn, "which is there then");
	is(*pte_of(other), 0, "and is not where it was");
	is(at_a[0], 'o', "and can be read");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
	is(replace(PTR(at_a), PTR(other), m.handle), GNTST_bad_handle,
	   "not twice");
	is(va_map(other, *pte_of(at_a)), 0, "put it back");
	is(va_map(at_a, 0), 0, "and unmap it");
}

/* An entry has room for so many at a time; then a list of them is undone. */
void test_many(void)
{
	static struct gnttab_unmap_grant_ref u[200];
	struct gnttab_map_grant_ref m = map_of(NULL, FIRST,
					       GNTMAP_device_map);
	unsigned int n = 0, i, bad = 0;

	lend(FIRST, mfn_of(lent), 0);
	while (n < ARRAY_SIZE(u) && !map(&m))
		u[n++] = (struct gnttab_unmap_grant_ref){
			.dev_bus_addr = m.dev_bus_addr, .handle = m.handle,
		};
	is(n, 128, "map one grant often");
	is(m.status, GNTST_general_error, "until it can't be any more");
	is(gnt(GNTTABOP_unmap_grant_ref, u, n), 0, "unmap it as often");
	for (i = 0; i < n; i++)
		bad += u[i].status != GNTST_okay;
	is(bad, 0, "each was unmapped");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}

/* A list that gets beyond what can be read is done as far as it goes. */
void test_half_list(void)
{
	static char pages[2 * 4096] __page;
	void *after = pages + 4096;
	struct gnttab_map_grant_ref *m = after;

	m -= 2;
	lend(FIRST, mfn_of(lent), 0);
	m[0] = map_of(at_a, FIRST, GNTMAP_host_map);
	m[1] = map_of(at_b, FIRST + 1, GNTMAP_host_map);
	is(va_map(after, 0), 0, "unmap what comes after the list");
	is(gnt(GNTTABOP_map_grant_ref, m, 3), -XEN_EFAULT,
	   "map by a list that goes too far");
	is(m[0].status, GNTST_okay, "the first was mapped");
	is(m[1].status, GNTST_general_error, "the second refused");
	is(unmap(PTR(at_a), 0, m[0].handle), GNTST_okay, "unmap it");
	is(table[FIRST].flags, GTF_permit_access, "no mark stays");
}
