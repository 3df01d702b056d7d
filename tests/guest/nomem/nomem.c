/* SPDX-License-Identifier: MIT */
/*
 * nomem.c - domain 0, while the hypervisor has no memory left for anybody.
 *
 * Why: what a domain asks for can cost the hypervisor pages of its own; that
 * there is none is an answer, and changes nothing else.
 * How: as domain 0 of two vCPUs that got nearly all memory, beside a module
 * that can't be started.  The option `count' only prints how many pages are
 * left, so that the next start can leave the right number.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define REFS		1024u	/* in two frames */
#define NR_FRAMES	32u	/* of a grant table, at most */

static char page[4096] __page, lent[4096] __page;
static char lists[2][4096] __page;
static struct vcpu_guest_context ctx;
static xen_pfn_t frames[NR_FRAMES];

static uint64_t pages_left(void)
{
	static struct sluice_machine machine;

	if (hc3(__HYPERVISOR_sluice_op, SLUICEOP_machine, PTR(&machine), 0))
		bail("about the machine");
	return machine.free;
}

static long gnt(unsigned int cmd, const void *arg)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(arg), 1);
}

static long mem(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_memory_op, cmd, PTR(arg));
}

static long port_get(void)
{
	struct evtchn_alloc_unbound a = { DOMID_SELF, DOMID_SELF, 0 };

	return hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
		   PTR(&a));
}

/* Handles are pages of the hypervisor's: one for each 256. */
static bool map_all(volatile struct grant_entry_v1 *table)
{
	static struct gnttab_map_grant_ref m[REFS];
	unsigned int round, i;

	for (i = 0; i < ARRAY_SIZE(m); i++) {
		m[i].flags = GNTMAP_device_map | GNTMAP_readonly;
		m[i].ref = i;
		table[i].frame = mfn_of(lent);
		table[i].domid = 0;
		table[i].flags = GTF_permit_access;
	}
	for (round = 0; round < 128; round++) {
		if (hc3(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref,
			PTR(m), ARRAY_SIZE(m)))
			return false;
		if (m[REFS - 1].status)
			return m[REFS - 1].status == GNTST_no_device_space;
	}
	return true;
}

/* Handles, frames of the grant table, ports: as long as there is memory. */
static void test_exhaust(void)
{
	static volatile struct grant_entry_v1 table[REFS] __page;
	struct gnttab_setup_table setup = { .dom = DOMID_SELF, .nr_frames = 2 };
	struct evtchn_reset reset = { DOMID_SELF };
	unsigned int got = 2;
	long ret;

	setup.frame_list = frames;
	is(gnt(GNTTABOP_setup_table, &setup), 0, "a grant table");
	is(va_map(table, frames[0] << 12 | 7), 0, "mapped");
	is(va_map(table + REFS / 2, frames[1] << 12 | 7), 0, "all of it");
	ok(map_all(table), "handles");
	do {
		setup.nr_frames = ++got;
		ret = gnt(GNTTABOP_setup_table, &setup);
	} while (!ret && !setup.status && got < NR_FRAMES);
	note("%u frames, %lu pages left", got, pages_left());
	is(ret, 0, "a larger grant table");
	is(setup.status, GNTST_general_error, "is refused in the end");
	for (got = 0; !(ret = port_get()); got++)
		;
	is(ret, -XEN_ENOMEM, "likewise ports");
	ok(got, "of which there were some");
	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_reset, PTR(&reset)), 0,
	   "they are given back");
	is(port_get(), 0, "so there is one");
	note("%lu pages left", pages_left());
}

static void test_refused(void)
{
	uint64_t mfn = mfn_of(page);
	uint64_t two[2] = { mfn_of(lists[0]), mfn_of(lists[1]) };
	struct xen_foreign_memory_map set = { DOMID_SELF, { 1, page } };
	struct xen_memory_exchange x = {
		.in = { &mfn, 1, 0, 0, DOMID_SELF },
		.out = { &mfn, 1, 0, 0, DOMID_SELF },
	};
	struct xen_memory_reservation r = {
		.extent_start = &mfn, .nr_extents = 1, .extent_order = 0,
		.domid = DOMID_SELF,
	};

	is(mem(XENMEM_set_memory_map, &set), -XEN_ENOMEM, "a memory map");
	is(hc3(__HYPERVISOR_vcpu_op, VCPUOP_initialise, 1, PTR(&ctx)),
	   -XEN_ENOMEM, "another vCPU's state");
	is(va_map(page, 0), 0, "a page that is nowhere");
	is(mem(XENMEM_exchange, &x), -XEN_ENOMEM, "can't be exchanged");
	is(va_map(lists[0], 0), 0, "two more");
	is(va_map(lists[1], 0), 0, "nowhere");
	r.extent_start = two;
	r.nr_extents = 2;
	is(mem(XENMEM_decrease_reservation, &r), 2, "are given back");
	is(mem(XENMEM_exchange, &x), -XEN_ENOMEM,
	   "they do for its lists, but not for a frame as well");
	is(mem(XENMEM_populate_physmap, &r), 2, "they are had again");
	r.extent_start = &mfn;
	r.nr_extents = 1;
	is(mem(XENMEM_decrease_reservation, &r), 1, "so is one, given back");
	is(mem(XENMEM_populate_physmap, &r), 1, "and had again");
	is(va_map(page, mfn << 12 | 7), 0, "and used");
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_start, 0, 1), -XEN_EINVAL,
	   "a domain can't be started");
}

void test_main(void)
{
	note("%lu pages left", pages_left());
	if (option("count"))
		return;
	test_exhaust();
	test_refused();
}
