/* SPDX-License-Identifier: MIT */
/*
 * zero.c - domain 0: looks on, and ends the others in all states.
 */
#include "pair.h"

#define RW	GNTMAP_host_map
#define RO	(GNTMAP_host_map | GNTMAP_readonly)
#define MARKS	(GTF_reading | GTF_writing)

static char boxes[3][4096] __page;
static grant_handle_t box_handle[3];
static char at[4][4096] __page;

static struct mail *box(domid_t dom)
{
	return (void *)boxes[dom];
}

static long control(unsigned int cmd, uint64_t arg, domid_t dom)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, arg, dom);
}

static uint64_t free_frames(void)
{
	struct sluice_machine m;

	control(SLUICEOP_machine, PTR(&m), 0);
	return m.free;
}

/* Both sides of the mail box, once the domain is ready. */
static void connect(domid_t dom)
{
	while (map(boxes[dom], dom, REF_MAIL, RW, &box_handle[dom]))
		yield();
	while (!box(dom)->ready)
		yield();
}

static int disconnect(domid_t dom)
{
	return unmap(boxes[dom], 0, box_handle[dom]);
}

/* The domain has seen what was there when this began. */
static void settle(domid_t dom)
{
	uint64_t rounds = box(dom)->rounds + 2;

	while (box(dom)->rounds < rounds)
		yield();
}

static void tell(domid_t dom, enum command what)
{
	box(dom)->command = what;
	settle(dom);
}

static void destroy(domid_t dom)
{
	is(control(SLUICEOP_destroy, 0, dom), 0, "end domain %u", dom);
}

static uint64_t lender_says(grant_ref_t ref)
{
	settle(LENDER);
	return box(LENDER)->said[ref - REF_READ];
}

/* ---- All is well -------------------------------------------------------- */

static void test_seeds(void)
{
	grant_handle_t h;

	is(map(at[0], LENDER, GNTTAB_RESERVED_CONSOLE, RW, &h), 0,
	   "a console's ring is lent to domain 0");
	is(unmap(at[0], 0, h), 0, "unmap it");
	is(map(at[0], LENDER, GNTTAB_RESERVED_XENSTORE, RW, &h), 0,
	   "and a store's");
	is(unmap(at[0], 0, h), 0, "unmap it");
	is(map(at[0], MAPPER, GNTTAB_RESERVED_XENSTORE, RW, &h),
	   GNTST_general_error, "but not of a domain without one");
}

static void test_both(void)
{
	const volatile int64_t *said = box(MAPPER)->said;

	is(said[0], GNTST_general_error, "writable what may be read");
	is(said[1], GNTST_okay, "read what may be read");
	is(said[2], GNTST_general_error, "map what is lent to another");
	is(said[3], GNTST_general_error, "copy what is lent to another");
	is(said[4], GNTST_okay, "copy what may be read");
	is(said[5], GNTST_okay, "map for devices");
	is(said[6], -XEN_EBUSY, "map by an entry of its own making");
	is(said[7], 's', "it sees the lender's page");
	is(said[9], GNTST_permission_denied, "ask for another's table's size");
	is(said[10], GNTST_permission_denied, "make it larger");
	is(said[11], -XEN_EPERM, "ask for its version");
	is(lender_says(REF_WRITE) & MARKS, MARKS, "the lender sees marks");
	is(lender_says(REF_SHOW) & MARKS, GTF_reading, "of who reads, too");
	is(box(LENDER)->said[15], 'm', "and what was written");
	tell(MAPPER, UNMAP);
	is(said[0], GNTST_okay, "unmap one");
	is(said[1], GNTST_okay, "another");
	is(lender_says(REF_SHOW) & MARKS, 0, "its mark is gone");
	is(said[2], GNTST_bad_dev_addr, "the device's at a wrong address");
	is(said[3], GNTST_okay, "at the right one");
	is(lender_says(REF_WRITE) & MARKS, 0, "no mark stays");
}

static void test_here(void)
{
	grant_handle_t h;
	struct gnttab_copy c = {
		.source = { .u.gmfn = mfn_of(start_info),
			    .domid = DOMID_SELF },
		.dest = { .u.ref = REF_READ, .domid = LENDER },
		.len = 8, .flags = GNTCOPY_dest_gref, .status = 99,
	};

	is(map(at[0], LENDER, REF_TABLE, RW, &h), GNTST_general_error,
	   "another's page table can't be written");
	is(map(at[0], LENDER, REF_TABLE, RO, &h), 0, "but read");
	is(unmap(at[0], 0, h), 0, "unmap it");
	is(map(at[0], LENDER, REF_WRITE, RW, &h), GNTST_general_error,
	   "domain 0 can't map what is lent to others");
	gnt(GNTTABOP_copy, &c, 1);
	is(c.status, GNTST_general_error, "nor write what it may read");
}

/* The lender gives back a frame that is mapped here. */
static void test_given_back(void)
{
	uint64_t before = free_frames();
	grant_handle_t h = 0;

	is(map(at[0], LENDER, REF_GONE, RW, &h), 0, "map a page");
	tell(LENDER, GIVE_BACK);
	is(box(LENDER)->said[9], 1, "the lender gives it back");
	is(*(volatile char *)at[0], 'g', "it is still here");
	is(free_frames(), before, "and not free");
	is(unmap(at[0], 0, h), 0, "unmap it");
	is(free_frames(), before + 1, "it is free");
	is(map(at[0], LENDER, REF_GONE, RW, &h), GNTST_general_error,
	   "it can't be mapped again");
}

/* ---- The end of either -------------------------------------------------- */

static void start_both(void)
{
	is(control(SLUICEOP_start, 0, LENDER), 0, "start the lender");
	is(control(SLUICEOP_start, 0, MAPPER), 0, "and the mapper");
	connect(LENDER);
	connect(MAPPER);
}

static void test_mapper_ends(void)
{
	const volatile int64_t *said = box(MAPPER)->said;

	tell(MAPPER, EXHAUST);
	is(said[0], 8192 - 3, "a domain has so many handles");
	is(said[1], GNTST_no_device_space, "and no more");
	is(lender_says(REF_SHOW) & MARKS, GTF_reading, "it is mapped");
	is(disconnect(MAPPER), 0, "unmap its box");
	destroy(MAPPER);
	is(lender_says(REF_SHOW) & MARKS, 0, "its marks are gone");
	is(lender_says(REF_WRITE) & MARKS, 0, "all of them");
	is(disconnect(LENDER), 0, "unmap the lender's box");
	destroy(LENDER);
}

static void test_lender_ends(void)
{
	grant_handle_t h;
	uint64_t before;

	is(map(at[0], LENDER, REF_READ, RO, &h), 0, "map a page");
	before = free_frames();
	destroy(LENDER);
	ok(free_frames() > before, "most of it is free");
	is(*(volatile char *)at[0], 'r', "the page is still here");
	box(LENDER)->ready = 2;
	is(map(at[1], LENDER, REF_READ, RO, &h), GNTST_bad_domain,
	   "it can't be mapped again");
	tell(MAPPER, UNMAP);
	is(box(MAPPER)->said[0], 0, "the mapper can unmap its pages");
	is(box(MAPPER)->said[1], 0, "all of them");
	is(disconnect(MAPPER), 0, "unmap its box");
	destroy(MAPPER);
	is(unmap(at[0], 0, h), 0, "unmap the page");
	is(disconnect(LENDER), 0, "and the box of the lender that was");
}

/* ---- The storm ---------------------------------------------------------- */

static void storm_round(unsigned int round)
{
	unsigned int i;
	domid_t first = round % 2 ? LENDER : MAPPER;

	start_both();
	box(LENDER)->command = STORM;
	box(MAPPER)->command = STORM;
	for (i = 0; i < 200 + random() % 200; i++) {
		grant_handle_t h;

		if (!map(at[i % 4], LENDER, REF_READ + random() % 64, RO, &h))
			unmap(at[i % 4], 0, h);
		if (i % 8 == 0)
			yield();
	}
	note("rounds: lender %lu, mapper %lu", box(LENDER)->rounds,
	     box(MAPPER)->rounds);
	if (round % 4 < 2)
		disconnect(first);
	destroy(first);
	if (round % 4 >= 2)
		disconnect(first);
	destroy(LENDER + MAPPER - first);
	disconnect(LENDER + MAPPER - first);
}

void zero(void)
{
	uint64_t before;
	unsigned int i;

	set_up();
	for (i = 0; i < 4; i++)
		va_map(at[i], 0);
	for (i = 0; i < 3; i++)
		va_map(boxes[i], 0);
	connect(LENDER);
	connect(MAPPER);
	test_seeds();
	test_both();
	test_here();
	test_given_back();
	disconnect(MAPPER);
	destroy(MAPPER);
	disconnect(LENDER);
	destroy(LENDER);
	before = free_frames();

	start_both();
	test_mapper_ends();
	is(free_frames(), before, "memory is what it was");
	start_both();
	test_lender_ends();
	is(free_frames(), before, "memory is what it was");
	for (i = 0; i < 8; i++)
		storm_round(i);
	is(free_frames(), before, "memory is what it was");
}
