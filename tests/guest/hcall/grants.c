/* SPDX-License-Identifier: MIT */
/*
 * grants.c - the grant table, and pages that the guest lends to itself.
 */
#include "hcall.h"

#define page __attribute__((aligned(4096)))
#define NR	40

static char table[2 * 4096] page;
static volatile char lent[4096] page, got[4096] page;
static char many[NR][4096] page;
static domid_t self;

/* Which domain this is: asked of an unbound port. */
static domid_t own_number(void)
{
	long port = hc_event_alloc_unbound(DOMID_SELF, NULL, NULL);
	struct evtchn_status st = { .dom = DOMID_SELF, .port = port };

	hc_event_channel_op(EVTCHNOP_status, hc_addr(&st));
	hc_event_close(port);
	return st.u.unbound.dom;
}

static void test_table(void)
{
	grant_ref_t refs[3];

	is(hc_grant_init(table, 65), -XEN_ENOMEM, "grant: a table too large");
	is(hc_grant_init(table, 2), 0, "grant: a table of two frames");
	is(hc_grants_free(), 1024 - 8, "grant: all but the reserved are free");
	refs[0] = hc_grant_alloc();
	refs[1] = hc_grant_alloc();
	is(refs[0], 8, "grant: the lowest reference");
	is(refs[1], 9, "grant: the next one");
	hc_grant_free(refs[0]);
	refs[2] = hc_grant_alloc();
	is(refs[2], refs[0], "grant: one that was freed");
	hc_grant_free(refs[2]);
	hc_grant_free(refs[1]);
	while ((refs[0] = hc_grant_alloc()) != HC_GRANT_NONE)
		refs[1] = refs[0];
	is(refs[1], 1023, "grant: the last reference");
	is(hc_grants_free(), 0, "grant: none is left");
	for (refs[0] = 1023; refs[0] >= 8; refs[0]--)
		hc_grant_free(refs[0]);
}

static void test_one(void)
{
	grant_ref_t ref = hc_grant(self, hc_virt_to_mfn(lent), false);
	grant_handle_t handle;

	is(hc_grant_map((void *)hc_addr(got), self, ref, false, &handle), 0,
	   "grant: map a page");
	got[5] = 'g';
	is(lent[5], 'g', "grant: it is that page");
	ok(hc_grant_in_use(ref), "grant: it is in use");
	ok(!hc_ungrant(ref), "grant: it can't be taken back");
	is(hc_grant_unmap((void *)hc_addr(got), handle), 0,
	   "grant: unmap it");
	ok(hc_ungrant(ref), "grant: now it can");
	is(hc_grants_free(), 1024 - 8, "grant: and is free");
	is(hc_grant_map((void *)hc_addr(got), self, ref, true, &handle),
	   GNTST_general_error, "grant: it can't be mapped any more");
}

static void test_list(void)
{
	static struct gnttab_unmap_grant_ref u[NR];
	static struct gnttab_map_grant_ref m[NR];
	static struct gnttab_copy c[NR];
	unsigned int i, right = 0;

	for (i = 0; i < NR; i++) {
		grant_ref_t ref = hc_grant(self, hc_virt_to_mfn(lent), true);

		hc_copy_frame(&c[i].source, hc_virt_to_mfn(lent), i);
		hc_copy_grant(&c[i].dest, self, ref, 0);
		hc_map_fill(&m[i], hc_addr(many[i]), self, ref, true);
		c[i].len = 1;
		c[i].flags = GNTCOPY_dest_gref;
		lent[i] = i;
	}
	is(hc_grants_map(m, NR), NR, "grant: map many");
	for (i = 0; i < NR; i++) {
		right += ((volatile char *)many[i])[i] == (char)i;
		hc_unmap_fill(&u[i], hc_addr(many[i]), m[i].handle);
	}
	is(right, NR, "grant: all are there");
	is(hc_grants_copy(c, NR), 0, "grant: to none may be copied");
	is(hc_grants_unmap(u, NR), NR, "grant: unmap many");
	is(hc_grants_unmap(u, NR), 0, "grant: not twice");
	for (i = 0; i < NR; i++) {
		hc_grant_end(m[i].ref);
		hc_grant_access(m[i].ref, self, hc_virt_to_mfn(lent), false);
		c[i].dest.offset = 4095 - i;
	}
	is(hc_grants_copy(c, NR), NR, "grant: copy to each");
	for (i = 0, right = 0; i < NR; i++) {
		right += lent[4095 - i] == (char)i;
		ok(hc_ungrant(m[i].ref), "grant: take it back");
	}
	is(right, NR, "grant: all were copied");
}

void test_grants(void)
{
	self = own_number();
	test_table();
	/* Grants go where nothing else is mapped. */
	is(hc_map(got, 0), 0, "unmap a page");
	test_one();
	test_list();
}
