/* SPDX-License-Identifier: MIT */
/*
 * greed.c - domains that take what they can get of all that costs the
 * hypervisor memory, and domain 0, which must not feel it.
 *
 * What: role=greedy takes ports, frames of its grant table, handles and memory
 * until there are none, again and again; there are as many of it as fit into
 * the machine.  role=greed looks at what is left; role=reborn ends, and is
 * built again in spite of them.
 * Why: what all may have together is more than there is.
 * Also: role=flood sends events without pause to role=flooded, which watches
 * how late its timers come.
 */
#include "rebuild.h"

static volatile struct grant_entry_v1 table[512] __page;
static char lent[4096] __page, at[4096] __page;
static uint64_t odd;
static domid_t me;

static void expect(long ret, long one, long other)
{
	if (ret && ret != one && ret != other && !odd++)
		ok(false, "an odd answer: %ld", ret);
}

static void take_ports(void)
{
	struct evtchn_alloc_unbound in = { .dom = DOMID_SELF };
	struct evtchn_status status = { .dom = DOMID_SELF };
	long ret;

	/* The first is for domain 0; another tells our number. */
	if (!me)
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
		    PTR(&in));
	in.remote_dom = DOMID_SELF;
	if (!me && !hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
			PTR(&in))) {
		status.port = in.port;
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_status,
		    PTR(&status));
		me = status.u.unbound.dom;
	}
	while (!(ret = hc2(__HYPERVISOR_event_channel_op,
			   EVTCHNOP_alloc_unbound, PTR(&in))))
		;
	expect(ret, -XEN_ENOSPC, -XEN_ENOMEM);
}

static void take_grants(void)
{
	static xen_pfn_t frames[32];
	struct gnttab_setup_table setup = { .dom = DOMID_SELF };
	grant_handle_t handle;
	grant_ref_t ref;
	int ret = 0, n;

	setup.frame_list = frames;
	do {
		setup.nr_frames++;
		hc3(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table,
		    PTR(&setup), 1);
	} while (!setup.status && setup.nr_frames < ARRAY_SIZE(frames));
	expect(setup.status, GNTST_general_error, 0);
	va_map(table, frames[0] << 12 | PTE_P | PTE_W);
	for (ref = REF_FIRST; ref < 128 && !ret; ref++) {
		table[ref].frame = mfn_of(lent);
		table[ref].domid = ref == REF_FIRST ? 0 : me;
		asm volatile("" : : : "memory");
		table[ref].flags = GTF_permit_access;
		for (n = 0; n < 128 && !ret && ref > REF_FIRST; n++)
			ret = gnt_map(NULL, me, ref,
				      GNTMAP_device_map, &handle);
	}
	expect(ret, GNTST_no_device_space, GNTST_general_error);
}

static void take_memory(void)
{
	static xen_pfn_t frame;
	struct xen_memory_reservation m = {
		.extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF,
	};

	while (hc2(__HYPERVISOR_memory_op, XENMEM_populate_physmap,
		   PTR(&m)) == 1)
		;
}

static void nap(void)
{
	struct sched_poll poll = { .timeout = now() + 5000000 };

	hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll));
}

void greedy(void)
{
	for (;;) {
		take_ports();
		take_grants();
		take_memory();
		nap();
	}
}

/* Until nothing changes any more. */
static uint64_t settled(void)
{
	uint64_t left = 0;
	unsigned int same = 0;

	for (; same < 20; same++, nap())
		if (free_frames() != left) {
			left = free_frames();
			same = 0;
		}
	return left;
}

static unsigned int end_some(domid_t from, domid_t to)
{
	unsigned int ended = 0;

	for (; from < to; from++)
		ended += !control(SLUICEOP_destroy, 0, from);
	return ended;
}

void greed(void)
{
	struct evtchn_bind_interdomain bind = { .remote_port = 2 };
	domid_t dom, nr = 0, last;
	struct sluice_domain info;
	unsigned int bad = 0;
	grant_handle_t h;
	uint64_t left;

	while (!control(SLUICEOP_info, PTR(&info), nr) && info.flags)
		nr++;
	last = nr;
	left = settled();
	note("%u greedy domains leave %lu pages", nr - 1, left);
	ok(nr > 10 && left > 150 && left < 200, "some are left for domain 0");
	va_map(at, 0);
	for (dom = 1; dom < nr; dom++) {
		bind.remote_dom = dom;
		bad += hc2(__HYPERVISOR_event_channel_op,
			   EVTCHNOP_bind_interdomain, PTR(&bind)) != 0;
		if (gnt_map(at, dom, REF_FIRST, GNTMAP_host_map, &h))
			bad++;
		else
			bad += gnt_unmap(at, h) != 0;
	}
	/* One whose first grants were refused has none for us. */
	ok(bad < nr / 2u, "it connects to them (%u times not)", bad);
	is(end_some(1, 11), 10, "ends ten of them");
	left = settled();
	ok(left > 5 * 512, "whose memory is free (%lu pages)", left);
	is(control(SLUICEOP_start, 0, 5), 0, "starts one");
	settled();
	is(end_some(5, 6), 1, "and ends it");
	is(settled(), left, "with nothing lost");
	end_some(11, last);
}

/* Ends when they have taken all, and must come again all the same. */
void reborn(void)
{
	struct sched_shutdown reboot = { .reason = SHUTDOWN_reboot };
	struct sluice_domain info;

	control(SLUICEOP_info, PTR(&info), 1);
	if (info.flags) {
		settled();
		end_some(1, 2);
		note("they leave %lu pages", settled());
		hc2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, PTR(&reboot));
	}
	ok(!info.flags, "domain 0 is there again");
	control(SLUICEOP_info, PTR(&info), 2);
	is(info.flags, SLUICE_DOM_exists, "and so are the greedy");
	ok(settled() < 200, "who go on taking");
}

void flood(void)
{
	struct evtchn_bind_interdomain bind = { .remote_port = 1 };

	while (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain,
		   PTR(&bind)))
		bind.remote_port = bind.remote_port % 16 + 1;
	for (;;)
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
		    PTR(&bind.local_port));
}

void flooded(void)
{
	struct evtchn_alloc_unbound in = { .dom = DOMID_SELF, .remote_dom = 1 };
	uint64_t until, late, worst = 0, came = 0, i;
	struct sched_poll poll = { .timeout = 0 };

	hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, PTR(&in));
	for (i = 0; i < 120; i++) {
		poll.timeout = until = now() + 3000000;
		/* Events end it sooner, each of them. */
		do {
			hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&poll));
			came += __atomic_exchange_n(
				&shared_info->evtchn_pending[0], 0,
				__ATOMIC_SEQ_CST) >> in.port & 1;
		} while (now() < until);
		late = now() - until;
		worst = late > worst ? late : worst;
	}
	note("%lu events, at most %lu us late", came, worst / 1000);
	ok(came > 100, "events came");
	ok(worst < 6000000, "and timers in time");
}
