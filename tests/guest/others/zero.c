/* SPDX-License-Identifier: MIT */
/*
 * zero.c - domain 0 beside domain 1: what it may do there, and what can't be.
 */
#include <abi/event_channel.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include "others.h"


#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)

static char page[4096] __page, window[8][4096] __page;

static long control(unsigned int cmd, uint64_t arg)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, arg, ONE);
}

static void test_events(void)
{
	struct evtchn_alloc_unbound a = { ONE, DOMID_SELF, 0 };
	struct evtchn_status s = { .dom = ONE, .port = 0 };
	struct evtchn_reset r = { ONE };

	is(evt(EVTCHNOP_alloc_unbound, &a), 0, "a port of domain 1");
	s.port = a.port;
	is(evt(EVTCHNOP_status, &s), 0, "is there");
	is(s.status, EVTCHNSTAT_unbound, "and unbound");
	is(s.u.unbound.dom, ZERO, "for us");
	s.port = 4095;
	is(evt(EVTCHNOP_status, &s), -XEN_EINVAL, "its last is not");
	is(evt(EVTCHNOP_reset, &r), -XEN_EINVAL, "its ports stay its own");
}

static void test_grants(void)
{
	struct gnttab_query_size size = { .dom = ONE };
	struct gnttab_get_version version = { .dom = ONE };

	is(gnt(GNTTABOP_query_size, &size), 0, "its grant table");
	is(size.status, 0, "has a size");
	ok(size.nr_frames >= 1, "of a frame or more");
	is(gnt(GNTTABOP_get_version, &version), 0, "and a version");
	is(version.version, 1, "which is 1");
}

static void test_memory(void)
{
	static uint64_t frame;
	struct xen_memory_reservation r = {
		.extent_start = &frame, .nr_extents = 1, .domid = ONE,
	};
	struct xen_foreign_memory_map set = { ONE, { 1, page } };
	domid_t one = ONE;

	ok(mem(XENMEM_current_reservation, &one) > 0, "its memory");
	frame = mfn_of(page);
	is(mem(XENMEM_decrease_reservation, &r), 0, "our frame is not its");
	is(mem(XENMEM_set_memory_map, &set), 0, "a map for it");
	set.map.nr_entries = 205;
	is(mem(XENMEM_set_memory_map, &set), -XEN_EINVAL,
	   "more than a page has room for");
	set.map.nr_entries = 1;
	set.map.buffer = (void *)NOWHERE;
	is(mem(XENMEM_set_memory_map, &set), -XEN_EFAULT, "of nothing");
}

static void test_tables(void)
{
	uint64_t ptr = maddr_of(pte_of(page)), val = *pte_of(page);

	is(update(ptr, val, ONE), 0, "our frame where its are meant");
	is(update(ptr, val ^ PTE_W, ONE), -XEN_EBUSY, "but for another kind");
	is(update(ptr, val, TABLES_OF(ONE) | DOMID_SELF), -XEN_EINVAL,
	   "our table is not its");
	is(update(maddr_of(page) | MMU_MACHPHYS_UPDATE, 1,
		  TABLES_OF(ONE) | DOMID_SELF), -XEN_EPERM,
	   "an M2P entry for its tables");
	is(ext(MMUEXT_TLB_FLUSH_LOCAL, 0, ONE), -XEN_EPERM, "a flush for it");
	is(ext(MMUEXT_PIN_L1_TABLE, mfn_of(page), ONE), -XEN_EINVAL,
	   "a pin of what is not its");
	is(ext(MMUEXT_CLEAR_PAGE, mfn_of(page), ONE), -XEN_EINVAL,
	   "likewise clearing");
}

static void test_control(void)
{
	struct sluice_domain d;
	unsigned int i;

	is(control(SLUICEOP_info, PTR(&d)), 0, "about domain 1");
	is(control(SLUICEOP_wish_target, d.max_pages), 0, "all its memory");
	is(control(SLUICEOP_wish_target, d.max_pages + 1), -XEN_EINVAL,
	   "a page more");
	is(control(SLUICEOP_wish_end, SHUTDOWN_reboot + 1), -XEN_EINVAL,
	   "no way to end");
	is(control(SLUICEOP_weight, 0), -XEN_EINVAL, "a weight of 0");
	is(control(SLUICEOP_weight, 65536), -XEN_EINVAL, "and of 65536");
	is(control(SLUICEOP_weight, 1ul << 32 | 1), -XEN_EINVAL,
	   "and of 2^32 + 1");
	is(control(SLUICEOP_cap, 1ul << 32), -XEN_EINVAL, "a cap of 2^32");
	is(control(SLUICEOP_cpus, 0), -XEN_EINVAL, "no CPU");
	is(control(SLUICEOP_cpus, 1ul << 63), -XEN_EINVAL, "none there is");
	for (i = 0; i < 3000; i++)
		if (control(SLUICEOP_console_put, 'x'))
			break;
	is(i, 1024, "characters till its ring is full");
	is(control(SLUICEOP_console_put, 'x'), -XEN_ENOSPC, "it stays so");
}

static uint64_t pages_free(void)
{
	struct sluice_machine m;

	hc3(__HYPERVISOR_sluice_op, SLUICEOP_machine, PTR(&m), 0);
	return m.free;
}

/* Frames that have no number of domain 1's are the hypervisor's, lent to it. */
static unsigned int map_lent(void)
{
	uint64_t end = mem(XENMEM_maximum_ram_page, NULL), mfn;
	unsigned int n = 0;

	for (mfn = 0; mfn < end && n < ARRAY_SIZE(window); mfn++)
		if (M2P[mfn] == ~0ul &&
		    !hc4(__HYPERVISOR_update_va_mapping_otherdomain,
			 PTR(window[n]), mfn << 12 | 7, 0, ONE))
			n++;
	return n;
}

/* They and a few more are kept then, but no other domain gets them. */
static void test_lent(void)
{
	uint64_t before, kept;
	unsigned int n, i;

	is(control(SLUICEOP_destroy, 0), 0, "destroy it");
	before = pages_free();
	is(control(SLUICEOP_start, 0), 0, "start it");
	n = map_lent();
	ok(n >= 2, "map its shared page and its grant table");
	is(control(SLUICEOP_destroy, 0), 0, "destroy it meanwhile");
	kept = before - pages_free();
	ok(kept >= n && kept < 16, "a few pages are kept: %lu", kept);
	for (i = 0; i < n; i++)
		*(volatile char *)window[i] = 'x';
	for (i = 0; i < n; i++)
		is(va_map(window[i], 0), 0, "frame %u is let go", i);
	is(control(SLUICEOP_start, 0), 0, "start it");
	is(control(SLUICEOP_destroy, 0), 0, "and end it");
	is(before - pages_free(), kept, "no more are kept");
	is(control(SLUICEOP_start, 0), 0, "start it");
}

static void test_life(void)
{
	struct sched_remote_shutdown s = { ONE, SHUTDOWN_crash };
	struct sluice_domain d;
	long ret;

	is(control(SLUICEOP_unpause, 0), -XEN_EINVAL, "it is not paused");
	is(control(SLUICEOP_pause, 0), 0, "pause it");
	is(control(SLUICEOP_pause, 0), -XEN_EINVAL, "once");
	is(control(SLUICEOP_unpause, 0), 0, "let it go on");
	is(control(SLUICEOP_start, 0), -XEN_EEXIST, "start it again");
	is(sched(SCHEDOP_remote_shutdown, &s), 0, "stop it");
	is(control(SLUICEOP_info, PTR(&d)), 0, "it is still there");
	is(d.reason, SHUTDOWN_crash, "and has stopped");
	is(control(SLUICEOP_start, 0), -XEN_EEXIST, "so it can't start");
	is(control(SLUICEOP_destroy, 0), 0, "destroy it");
	is(control(SLUICEOP_destroy, 0), -XEN_ESRCH, "once");
	is(control(SLUICEOP_pause, 0), -XEN_ESRCH, "it has gone");
	is(sched(SCHEDOP_remote_shutdown, &s), -XEN_ESRCH, "to be stopped");
	ret = control(SLUICEOP_start, 0);
	is(ret, 0, "start it");
	is(control(SLUICEOP_info, PTR(&d)), 0, "it is there");
	is(d.reason, -1, "and has not stopped");
}

void test_zero(void)
{
	test_events();
	test_grants();
	test_memory();
	test_tables();
	test_control();
	test_lent();
	test_life();
}
