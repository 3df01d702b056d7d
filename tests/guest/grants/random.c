/* SPDX-License-Identifier: MIT */
/*
 * random.c - requests of which most is made up.
 *
 * Addresses are one page of ours, its entry, or none at all, so that nothing
 * of ours is lost.  The seed is always the same: what fails can be looked at.
 */
#include "grants.h"

#define REQUESTS	3000

static uint64_t state;

static uint64_t any(void)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return state >> 20;
}

/* A small number, or a large one. */
static uint64_t any_number(void)
{
	return any() % 4 ? any() % 32 : any() << any() % 32;
}

static uint64_t address(void)
{
	switch (any() % 4) {
	case 0:
		return PTR(at_a);
	case 1:
		return maddr_of(pte_of(at_a));
	case 2:
		return 0;
	default:
		return any() << 45 | any();
	}
}

/* One structure is as good as another, but a copy would hit our memory. */
static unsigned int request(void)
{
	static const unsigned int cmds[] = {
		GNTTABOP_map_grant_ref, GNTTABOP_map_grant_ref,
		GNTTABOP_unmap_grant_ref, GNTTABOP_unmap_and_replace,
	};
	unsigned int cmd = cmds[any() % ARRAY_SIZE(cmds)];
	union {
		struct gnttab_map_grant_ref map;
		struct gnttab_unmap_grant_ref unmap;
	} r = { .map = { .host_addr = address(), .flags = any() & 31 } };

	if (cmd == GNTTABOP_map_grant_ref) {
		r.map.ref = any_number();
		r.map.dom = any() % 4 ? self : any_number();
	} else {
		r.unmap.dev_bus_addr = any() % 4 ? 0 : address();
		r.unmap.handle = any_number();
	}
	table[FIRST + any() % 16].flags = any();
	return gnt(cmd, &r, 1) != 0;
}

void test_random(void)
{
	unsigned int i, bad = 0;

	state = 1;
	for (i = 0; i < 16; i++)
		lend(FIRST + i, mfn_of(lent), 0);
	for (i = 0; i < REQUESTS; i++)
		bad += request();
	is(bad, 0, "requests at random are all answered");
	is(va_map(at_a, maddr_of(other) | PTE_P | PTE_W), 0,
	   "what they left is mapped over");
}
