/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the domain's memory: what there is, giving back and getting.
 *
 * memory_op, as far as it serves one domain: the sizes, the M2P's place, the
 * memory maps, and frames given back, got again and exchanged, by their count
 * and not by an errno where that is how the call answers.
 */
#include <abi/errno.h>
#include <abi/memory.h>
#include <abi/sluice.h>
#include "test.h"

#define NOWHERE	0x700000000000ul
#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)
#define ONES	(~0ul)

static char page[4096] __page;
static char buf[4096];
static uint64_t frames[8];

static long mem(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_memory_op, cmd, PTR(arg));
}

static long pages(void)
{
	domid_t self = DOMID_SELF;

	return mem(XENMEM_current_reservation, &self);
}

static void test_sizes(void)
{
	domid_t self = DOMID_SELF, none = 77, zero = 0;
	struct xen_machphys_mapping map;
	struct xen_machphys_mfn_list list = { 8, frames, 0 };
	long max = mem(XENMEM_maximum_ram_page, NULL);

	ok(max > 0 && max < 1 << 24, "the highest frame");
	ok(pages() > (long)start_info->nr_pages / 2, "the domain's pages");
	ok(mem(XENMEM_maximum_reservation, &self) >= pages(),
	   "as many as it may have or less");
	is(mem(XENMEM_current_reservation, &zero), pages(),
	   "domain 0 by its number");
	is(mem(XENMEM_current_reservation, &none), -XEN_ESRCH,
	   "pages of no domain");
	is(mem(XENMEM_maximum_reservation, &none), -XEN_ESRCH,
	   "limit of no domain");
	is(mem(XENMEM_current_reservation, (void *)NOWHERE), -XEN_EFAULT,
	   "pages of nothing");

	is(mem(XENMEM_machphys_mapping, &map), 0, "machphys_mapping");
	is(map.v_start, MACH2PHYS_VIRT_START, "where the M2P begins");
	is(map.v_end, MACH2PHYS_VIRT_END, "where it ends");
	ok(map.max_mfn >= (uint64_t)max - 1, "it has all frames");
	is(mem(XENMEM_machphys_mapping, (void *)NOWHERE), -XEN_EFAULT,
	   "machphys_mapping to nowhere");
	is(mem(XENMEM_machphys_mfn_list, &list), 0, "machphys_mfn_list");
	ok(list.nr_extents >= 1, "has frames");
	list.max_extents = 0;
	is(mem(XENMEM_machphys_mfn_list, &list), 0, "with no room");
	is(list.nr_extents, 0, "has none");
	is(mem(99, NULL), -XEN_ENOSYS, "no memory_op 99");
}

static void test_maps(void)
{
	struct xen_memory_map map = { 100, buf };
	struct xen_foreign_memory_map set = {
		DOMID_SELF, { 1, buf },
	};
	struct e820entry *e = (struct e820entry *)buf;
	uint64_t i, ram = 0;

	is(mem(XENMEM_memory_map, &map), -XEN_ENOSYS,
	   "domain 0 has no map of its own");
	map.nr_entries = 100;
	is(mem(XENMEM_machine_memory_map, &map), 0, "the machine's map");
	ok(map.nr_entries >= 3 && map.nr_entries < 100, "has entries");
	for (i = 0; i < map.nr_entries; i++)
		if (e[i].type == E820_RAM)
			ram += e[i].size;
	ok(ram >= start_info->nr_pages * 4096, "and enough memory");
	map.nr_entries = 1;
	is(mem(XENMEM_machine_memory_map, &map), -XEN_EINVAL,
	   "room for one entry");
	map.nr_entries = 100;
	map.buffer = (void *)NOWHERE;
	is(mem(XENMEM_machine_memory_map, &map), -XEN_EFAULT,
	   "room nowhere");
	is(mem(XENMEM_machine_memory_map, (void *)NOWHERE), -XEN_EFAULT,
	   "an argument nowhere");

	e[0] = (struct e820entry){ 0, 16 << 20, E820_RAM };
	is(mem(XENMEM_set_memory_map, &set), 0, "set a map");
	e[0].size = 0;
	map.nr_entries = 100;
	map.buffer = buf;
	is(mem(XENMEM_memory_map, &map), 0, "then domain 0 has one");
	is(map.nr_entries, 1, "of one entry");
	is(e[0].size, 16 << 20, "as it was set");
	set.domid = 77;
	is(mem(XENMEM_set_memory_map, &set), -XEN_ESRCH, "for no domain");
}

static struct xen_memory_reservation one(uint64_t frame)
{
	frames[0] = frame;
	return (struct xen_memory_reservation) {
		.extent_start = frames, .nr_extents = 1, .domid = DOMID_SELF,
	};
}

static long give(uint64_t mfn)
{
	struct xen_memory_reservation r = one(mfn);

	return mem(XENMEM_decrease_reservation, &r);
}

/* In and out: EAX EBX ECX EDX. */
static void cpuid_prefixed(uint32_t r[4])
{
	asm volatile(".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; cpuid"
		     : "+a" (r[0]), "=b" (r[1]), "+c" (r[2]), "=d" (r[3]));
}

/* What was given back was full of x; what comes may be promised to be zero. */
static void test_zeroed(void)
{
	uint32_t r[4] = { SLUICE_CPUID_FIRST_LEAF };
	unsigned int i, bad = 0;

	cpuid_prefixed(r);
	if (r[1] == SLUICE_CPUID_SIGNATURE_EBX) {
		memset(r, 0, sizeof(r));
		r[0] = SLUICE_CPUID_LEAF(1);
		cpuid_prefixed(r);
		is(r[2] & SLUICE_FEATURE_zeroed, SLUICE_FEATURE_zeroed,
		   "memory that comes is promised to be zero");
	}
	for (i = 0; i < PAGE_SIZE; i++)
		bad += page[i] != 0;
	if (r[2] & SLUICE_FEATURE_zeroed)
		is(bad, 0, "and it is");
}

/* A page is given back, and another got in its place. */
static void test_give_and_get(void)
{
	uint64_t pfn = PTR(page) >> 12, mfn = mfn_of(page);
	struct xen_memory_reservation r;
	long before = pages();

	is(va_map(page, 0), 0, "unmap a page");
	is(give(mfn), 1, "give it back");
	is(pages(), before - 1, "it is gone");
	is(give(mfn), 0, "not twice");
	is(va_map(page, mfn << 12 | 7), -XEN_EBUSY, "nor mapped");
	is(give(0), 0, "another's can't be given");
	is(give(0xfffffffff), 0, "nor what is not");

	r = one(pfn);
	is(mem(XENMEM_populate_physmap, &r), 1, "get one for its number");
	is(pages(), before, "it is there");
	is(M2P[frames[0]], pfn, "known by its number");
	is(va_map(page, frames[0] << 12 | 7), 0, "map it");
	test_zeroed();
	page[0] = page[4095] = 'x';
	is(page[4095], 'x', "and writable");

	is(va_map(page, 0), 0, "unmap it");
	is(give(frames[0]), 1, "give it back");
	r = one(0);
	is(mem(XENMEM_increase_reservation, &r), 1, "get another");
	is(pages(), before, "it is there");
	is(va_map(page, frames[0] << 12 | 7), 0, "map it");
	page[0] = page[4095] = 'x';
	is(page[4095], 'x', "and writable");
}

static void test_refused(void)
{
	struct xen_memory_reservation r = one(mfn_of(page));
	static const unsigned int cmds[] = {
		XENMEM_decrease_reservation, XENMEM_increase_reservation,
		XENMEM_populate_physmap,
	};
	long before = pages();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		r = one(mfn_of(page));
		r.nr_extents = 0;
		is(mem(cmds[i], &r), 0, "operation %u: nothing", cmds[i]);
		r.nr_extents = ONES;
		is(mem(cmds[i], &r), 0, "operation %u: too many", cmds[i]);
		r.nr_extents = 1;
		r.extent_order = 30;
		is(mem(cmds[i], &r), 0, "operation %u: too large", cmds[i]);
		r.extent_order = 0;
		r.domid = 77;
		is(mem(cmds[i], &r), 0, "operation %u: no domain", cmds[i]);
		r.domid = DOMID_SELF;
		r.extent_start = (void *)NOWHERE;
		/* Xen has got a page when it finds that it can't say so. */
		if (cmds[i] != XENMEM_increase_reservation)
			is(mem(cmds[i], &r), 0, "operation %u: nowhere",
			   cmds[i]);
		is(mem(cmds[i], (void *)NOWHERE), 0,
		   "operation %u: no argument", cmds[i]);
	}
	is(pages(), before, "nothing has changed");
}

void test_main(void)
{
	test_sizes();
	test_maps();
	test_give_and_get();
	test_refused();
}
