/* SPDX-License-Identifier: MIT */
/*
 * copy.c - copies between grants and pages.
 */
#include "grants.h"

#define FROM	GNTCOPY_source_gref
#define TO	GNTCOPY_dest_gref

static struct gnttab_copy copy_of(uint64_t from, uint64_t to, uint16_t flags)
{
	struct gnttab_copy c = { .len = 16, .flags = flags, .status = 99 };

	c.source.domid = flags & FROM ? self : DOMID_SELF;
	c.dest.domid = flags & TO ? self : DOMID_SELF;
	c.source.u.gmfn = from;
	c.dest.u.gmfn = to;
	c.dest.offset = 4096 - 16;
	return c;
}

static int do_copy(struct gnttab_copy c)
{
	long ret = gnt(GNTTABOP_copy, &c, 1);

	return ret ? 1000 - ret : c.status;
}

static void check_copy(uint64_t from, uint64_t to, uint16_t flags,
		       const char *name)
{
	static char next = 'A';
	int i, bad = 0;

	for (i = 0; i < 4096; i++)
		other[i] = 0;
	for (i = 0; i < 16; i++)
		lent[i] = next + i;
	is(do_copy(copy_of(from, to, flags)), GNTST_okay, "copy from %s",
	   name);
	for (i = 0; i < 4096 - 16; i++)
		bad += other[i] != 0;
	for (i = 0; i < 16; i++)
		bad += other[4096 - 16 + i] != next + i;
	is(bad, 0, "it is there, and nothing else");
	next++;
}

void test_copy(void)
{
	uint64_t from = mfn_of(lent), to = mfn_of(other);

	lend(FIRST, from, GTF_readonly);
	lend(FIRST + 1, to, 0);
	check_copy(from, to, 0, "one of its pages to another");
	check_copy(FIRST, to, FROM, "a grant to a page");
	check_copy(from, FIRST + 1, TO, "a page to a grant");
	check_copy(FIRST, FIRST + 1, FROM | TO, "a grant to another");
	is(table[FIRST].flags, GTF_permit_access | GTF_readonly,
	   "no mark stays");
	is(table[FIRST + 1].flags, GTF_permit_access, "nor there");
}

static int copy_to_domain(domid_t dom, uint16_t flags)
{
	struct gnttab_copy c = copy_of(mfn_of(lent), FIRST + 1, flags);

	if (!(flags & TO))
		c.dest.u.gmfn = mfn_of(other);
	c.dest.domid = dom;
	return do_copy(c);
}

void test_copy_refused(void)
{
	uint64_t from = mfn_of(lent), to = mfn_of(other);
	struct gnttab_copy c = copy_of(from, to, 0);

	c.len = 17;
	is(do_copy(c), GNTST_bad_copy_arg, "copy beyond the end of a page");
	c.dest.offset = 0;
	c.source.offset = 0xffff;
	is(do_copy(c), GNTST_bad_copy_arg, "from beyond its end");
	c.source.offset = 4096;
	c.dest.offset = 4096;
	c.len = 0;
	is(do_copy(c), GNTST_okay, "nothing at its end");
	c.len = 0xffff;
	is(do_copy(c), GNTST_bad_copy_arg, "much more than a page");
	is(do_copy(copy_of(FIRST + 1, FIRST, FROM | TO)), GNTST_general_error,
	   "to what may be read");
	is(do_copy(copy_of(FIRST, FIRST + 2, FROM | TO)), GNTST_general_error,
	   "to a free entry");
	is(do_copy(copy_of(FIRST + 2, FIRST + 1, FROM | TO)),
	   GNTST_general_error, "from a free entry");
	is(do_copy(copy_of(~0u, to, FROM)), GNTST_bad_gntref,
	   "from beyond the table");
	is(do_copy(copy_of(from, ~0u, TO)), GNTST_bad_gntref, "to there");
	is(do_copy(copy_of(~0ul, to, 0)), GNTST_bad_page, "from no frame");
	is(do_copy(copy_of(from, ~0ul, 0)), GNTST_bad_page, "to no frame");
	is(do_copy(copy_of(from, mfn_of(kernel_l4()), 0)),
	   GNTST_general_error, "to a page table");
	is(copy_to_domain(77, TO), GNTST_bad_domain, "to no domain");
	is(copy_to_domain(self, 0), GNTST_permission_denied,
	   "to a frame of a domain by its number");
	is(copy_to_domain(77, 0), GNTST_bad_domain, "nor of none");
	is(copy_to_domain(DOMID_SELF, TO), GNTST_okay,
	   "to a grant of DOMID_SELF");
	is(table[FIRST].flags, GTF_permit_access | GTF_readonly,
	   "no mark stays");
	is(table[FIRST + 1].flags, GTF_permit_access, "nor there");
}

void test_copy_list(void)
{
	static struct gnttab_copy c[100];
	unsigned int i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		lent[2 * i] = i;
		lent[2 * i + 1] = i + 1;
		c[i] = copy_of(FIRST, FIRST + 1, FROM | TO);
		c[i].source.offset = 2 * i;
		c[i].dest.offset = 1000 - 2 * i;
		c[i].len = i == 50 ? 4097 : 2;
	}
	is(gnt(GNTTABOP_copy, c, ARRAY_SIZE(c)), 0, "copy by a long list");
	is(c[50].status, GNTST_bad_copy_arg, "one of it is refused");
	for (i = 0; i < ARRAY_SIZE(c); i++)
		if (i != 50)
			bad += c[i].status != GNTST_okay ||
			       other[1000 - 2 * i] != (char)i ||
			       other[1001 - 2 * i] != (char)(i + 1);
	is(bad, 0, "all others are done");
}
