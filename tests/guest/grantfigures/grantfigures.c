/* SPDX-License-Identifier: MIT */
/*
 * grantfigures.c - what a grant costs: mapped, unmapped, copied.
 *
 * Prints "figure NAME TICKS" as the guest `figures' does: for one grant of
 * lists of 32, which the domain lends to itself.  The points of the test are
 * that each request succeeded.
 */
#include <abi/grant_table.h>
#include "test.h"

#define LIST	32u
#define ROUNDS	64u
#define FIRST	GNTTAB_NR_RESERVED_ENTRIES

static char lent[LIST][4096] __page, at[LIST][4096] __page;
static char table_page[4096] __page;
static struct gnttab_map_grant_ref maps[LIST];
static struct gnttab_unmap_grant_ref unmaps[LIST];
static struct gnttab_copy copies[LIST];
static unsigned int bad;

static uint64_t tsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return lo | (uint64_t)hi << 32;
}

static long gnt(unsigned int cmd, const void *list, uint64_t count)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(list), count);
}

static uint64_t timed(unsigned int cmd, const void *list)
{
	uint64_t t = tsc();

	bad += gnt(cmd, list, LIST) != 0;
	return tsc() - t;
}

static void report(const char *name, uint64_t ticks)
{
	is(bad, 0, "%s", name);
	note("figure %s %lu", name, ticks / LIST / ROUNDS);
	bad = 0;
}

static void set_up(void)
{
	struct gnttab_setup_table setup = { .dom = DOMID_SELF, .nr_frames = 1 };
	volatile struct grant_entry_v1 *table = (void *)table_page;
	xen_pfn_t frame;
	unsigned int i;

	setup.frame_list = &frame;
	gnt(GNTTABOP_setup_table, &setup, 1);
	va_map(table_page, frame << 12 | PTE_P | PTE_W);
	for (i = 0; i < LIST; i++) {
		bad += va_map(at[i], 0) != 0;
		table[FIRST + i].frame = mfn_of(lent[i]);
		table[FIRST + i].domid = 0;
		table[FIRST + i].flags = GTF_permit_access;
		maps[i].host_addr = PTR(at[i]);
		maps[i].flags = GNTMAP_host_map;
		maps[i].ref = FIRST + i;
		unmaps[i].host_addr = PTR(at[i]);
		copies[i].source.u.ref = FIRST + i;
		copies[i].dest.u.gmfn = mfn_of(lent[(i + 1) % LIST]);
		copies[i].dest.domid = DOMID_SELF;
		copies[i].flags = GNTCOPY_source_gref;
		copies[i].len = 64;
	}
}

void test_main(void)
{
	uint64_t map = 0, unmap = 0, copy = 0;
	unsigned int round, i;

	set_up();
	for (round = 0; round < ROUNDS; round++) {
		map += timed(GNTTABOP_map_grant_ref, maps);
		for (i = 0; i < LIST; i++) {
			bad += maps[i].status != GNTST_okay;
			unmaps[i].handle = maps[i].handle;
		}
		unmap += timed(GNTTABOP_unmap_grant_ref, unmaps);
		copy += timed(GNTTABOP_copy, copies);
		for (i = 0; i < LIST; i++)
			bad += unmaps[i].status != GNTST_okay ||
			       copies[i].status != GNTST_okay;
	}
	report("grant_map", map);
	report("grant_unmap", unmap);
	report("grant_copy", copy);
}
