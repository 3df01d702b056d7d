/* SPDX-License-Identifier: MIT */
/*
 * rebuild.c - domain 0 ends domains and starts them again, without pause.
 *
 * What: role=late does it with one domain, for seconds=N, while others watch
 * how late their timers come.  role=race does it with three, on all vCPUs at
 * once, and with each whatever else domain 0 can do to a domain, or to one that
 * is just being built or taken apart, while these do all that they can do with
 * each other and with domain 0 (peer.c, role=peer).  greed.c is about those who
 * take all they can get.
 * Why: whoever is built or ended stops nobody, and the worst that comes of any
 * order of it is an error.
 * How: each answer must be one of a few errors, and when all are gone memory is
 * what it was.  seed=N and rounds=N repeat or lengthen a run.
 */
#include "rebuild.h"

#define MAX_VCPUS	4

static char stacks[MAX_VCPUS][8192] __page;
static char at[MAX_VCPUS][4096] __page;		/* for each, a place to map */
static char page[MAX_VCPUS][4096] __page;	/* and one to copy to */
static uint64_t rounds, running, odd, last_odd;
static uint64_t starts, ends, mapped, seen_built;

uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dul >> 16;
}

/* ---- Grants, for all roles ---------------------------------------------- */

static long gnt(unsigned int cmd, void *arg)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(arg), 1);
}

int gnt_map(void *to, domid_t dom, grant_ref_t ref, uint32_t flags,
	    grant_handle_t *handle)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = PTR(to), .flags = flags, .ref = ref, .dom = dom,
	};

	if (gnt(GNTTABOP_map_grant_ref, &m))
		return 1000;
	*handle = m.handle;
	return m.status;
}

int gnt_unmap(void *to, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref u = {
		.host_addr = PTR(to), .handle = handle,
	};

	return gnt(GNTTABOP_unmap_grant_ref, &u) ? 1000 : u.status;
}

int gnt_copy(domid_t dom, grant_ref_t ref, void *to)
{
	struct gnttab_copy c = {
		.source = { .u.ref = ref, .domid = dom },
		.dest = { .u.gmfn = mfn_of(to), .domid = DOMID_SELF },
		.len = 64, .flags = GNTCOPY_source_gref,
	};

	return gnt(GNTTABOP_copy, &c) ? 1000 : c.status;
}

/* ---- What domain 0 does ------------------------------------------------- */

long control(unsigned int cmd, uint64_t arg, domid_t dom)
{
	return hc3(__HYPERVISOR_sluice_op, cmd, arg, dom);
}

uint64_t free_frames(void)
{
	struct sluice_machine m;

	control(SLUICEOP_machine, PTR(&m), 0);
	return m.free;
}

static uint64_t add(uint64_t *what)
{
	return __atomic_add_fetch(what, 1, __ATOMIC_RELAXED);
}

/* None of these may be anything but done, or one of a few errors. */
static long expected(long ret)
{
	switch (-ret) {
	case XEN_ESRCH: case XEN_EINVAL: case XEN_EBUSY: case XEN_EEXIST:
	case XEN_ENOENT: case XEN_ENOSPC: case XEN_EPERM:
		break;
	default:
		if (ret < 0) {
			add(&odd);
			last_odd = ret;
		}
	}
	return ret;
}

static void some_control(uint64_t r, domid_t dom)
{
	static const struct {
		unsigned int cmd;
		uint64_t mask;
	} some[] = {
		{ SLUICEOP_pause, 0 }, { SLUICEOP_unpause, 0 },
		{ SLUICEOP_unpause, 0 }, { SLUICEOP_wish_target, 511 },
		{ SLUICEOP_wish_end, 3 }, { SLUICEOP_console_put, 127 },
		{ SLUICEOP_console_raw, 0 }, { SLUICEOP_weight, 1023 },
		{ SLUICEOP_cap, 127 }, { SLUICEOP_cpus, 3 },
	};
	unsigned int i = r % ARRAY_SIZE(some);

	expected(control(some[i].cmd, r >> 8 & some[i].mask, dom));
}

static void look(domid_t dom)
{
	static struct sluice_counters counters;
	struct sluice_domain info;

	expected(control(SLUICEOP_counters, PTR(&counters), dom));
	if (!expected(control(SLUICEOP_info, PTR(&info), dom)) &&
	    info.flags & SLUICE_DOM_building)
		add(&seen_built);
}

static void some_event(uint64_t r, domid_t dom)
{
	struct evtchn_bind_interdomain bind = {
		.remote_dom = dom, .remote_port = r % 32,
	};
	struct evtchn_alloc_unbound alloc = { .dom = dom };
	struct evtchn_status status = { .dom = dom, .port = r % 32 };
	struct evtchn_reset reset = { .dom = dom };
	struct evtchn_send send;
	struct evtchn_close close;

	switch (r >> 8 & 7) {
	case 0:
		expected(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_reset,
			     PTR(&reset)));
		break;
	case 1:
		expected(hc2(__HYPERVISOR_event_channel_op,
			     EVTCHNOP_alloc_unbound, PTR(&alloc)));
		break;
	case 2:
		expected(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_status,
			     PTR(&status)));
		break;
	default:
		if (expected(hc2(__HYPERVISOR_event_channel_op,
				 EVTCHNOP_bind_interdomain, PTR(&bind))))
			break;
		send.port = close.port = bind.local_port;
		expected(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
			     PTR(&send)));
		expected(control(SLUICEOP_yield_to, send.port, 0));
		expected(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_close,
			     PTR(&close)));
	}
}

/* A frame of another domain as domain 0 may map it, and what it has lent. */
static void some_memory(uint64_t r, domid_t dom, unsigned int id)
{
	xen_pfn_t frame = r >> 20 & 0x7fff;
	struct xen_memory_reservation take = {
		.extent_start = &frame, .nr_extents = 1, .domid = dom,
	};
	grant_handle_t handle;

	if (!gnt_map(at[id], dom, REF_FIRST + r % REFS, GNTMAP_host_map,
		     &handle)) {
		add(&mapped);
		page[id][0] = at[id][0];
		if (gnt_unmap(at[id], handle))
			add(&odd);
	}
	gnt_copy(dom, REF_FIRST + r % REFS, page[id]);
	if (!hc4(__HYPERVISOR_update_va_mapping_otherdomain, PTR(at[id]),
		 frame << 12 | PTE_P | (r & PTE_W), UVMF_INVLPG | UVMF_ALL,
		 dom)) {
		page[id][0] = at[id][0];
		va_map(at[id], 0);
	}
	/* What the builder is at work on must not be taken from it. */
	if (r >> 8 & 1)
		hc2(__HYPERVISOR_memory_op, XENMEM_decrease_reservation,
		    PTR(&take));
}

static void one(uint64_t r, unsigned int id)
{
	struct sched_remote_shutdown end = {
		.domain_id = 1 + r % PEERS, .reason = SHUTDOWN_poweroff,
	};
	domid_t dom = end.domain_id;

	r >>= 8;
	switch (r & 15) {
	case 0 ... 4:
		if (!expected(control(SLUICEOP_start, 0, dom)))
			add(&starts);
		break;
	case 5: case 6:
		if (!expected(control(SLUICEOP_destroy, 0, dom)))
			add(&ends);
		break;
	case 7:
		some_control(r >> 4, dom);
		break;
	case 8:
		some_event(r >> 4, dom);
		break;
	case 9: case 10:
		some_memory(r >> 4, dom, id);
		break;
	case 11:
		expected(hc2(__HYPERVISOR_sched_op, SCHEDOP_remote_shutdown,
			     PTR(&end)));
		break;
	case 12:
		look(dom);
		break;
	default:
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	}
}

static void work(uint64_t id)
{
	uint64_t state = number("seed", 1) * 1000003 + id * 7919 + 1, i;

	va_map(at[id], 0);
	for (i = 0; i < rounds; i++)
		one(draw(&state), id);
	__atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
}

/* ---- The vCPUs ---------------------------------------------------------- */

static void end_all(void)
{
	domid_t dom;

	for (dom = 1; dom <= PEERS; dom++)
		while (control(SLUICEOP_destroy, 0, dom) != -XEN_ESRCH)
			;
}

static void race(void)
{
	unsigned int nr, i;
	grant_handle_t handle;
	uint64_t before;

	/* Whatever it says, there is room for handles after it. */
	gnt_map(at[0], 0, 0, GNTMAP_host_map, &handle);
	end_all();
	before = free_frames();
	rounds = number("rounds", 3000);
	nr = vcpus_down(MAX_VCPUS);
	running = nr;
	for (i = 1; i < nr; i++)
		vcpu_start(i, work, stacks[i] + sizeof(stacks[i]));
	work(0);
	while (__atomic_load_n(&running, __ATOMIC_SEQ_CST))
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	end_all();
	note("%u vCPUs: %lu starts, %lu ends, %lu maps, %lu seen half built",
	     nr, starts, ends, mapped, seen_built);
	is(odd, 0, "nothing is answered by anything odd (%ld)", last_odd);
	ok(starts > rounds / 50, "domains were started");
	ok(ends > rounds / 100, "and ended");
	ok(mapped > rounds / 200, "and met");
	is(free_frames(), before, "memory is what it was");
}

/* ---- One large domain --------------------------------------------------- */

static long reset(domid_t dom)
{
	struct evtchn_reset reset = { .dom = dom };

	return hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_reset, PTR(&reset));
}

static void test_reset(domid_t dom)
{
	is(reset(dom), -XEN_EINVAL, "the ports of a domain that runs");
	is(control(SLUICEOP_pause, 0, dom), 0, "pause it");
	is(reset(dom), 0, "the ports of one that is paused");
	is(control(SLUICEOP_unpause, 0, dom), 0, "let it run again");
	is(reset(dom), -XEN_EINVAL, "no more");
}

/* The domain, as all that is in the way of others, is started and ended. */
static void late(void)
{
	uint64_t end = now() + number("seconds", 1) * 1000000000, before, took;
	domid_t dom = number("dom", 2);
	unsigned int n = 0, bad = 0;

	test_reset(dom);
	is(control(SLUICEOP_destroy, 0, dom), 0, "end it");
	is(reset(dom), -XEN_ESRCH, "the ports of nobody");
	before = free_frames();
	do {
		took = now();
		bad += control(SLUICEOP_start, 0, dom) != 0;
		bad += control(SLUICEOP_destroy, 0, dom) != 0;
		took = now() - took;
		n++;
	} while (now() < end);
	note("rebuilt %u times, the last in %lu us", n, took / 1000);
	is(bad, 0, "it was started and ended each time");
	is(free_frames(), before, "memory is what it was");
}

void test_main(void)
{
	const char *role = option("role") ?: "";

	if (!strncmp(role, "late", 4))
		late();
	else if (!strncmp(role, "race", 4))
		race();
	else if (!strncmp(role, "flooded", 7))
		flooded();
	else if (!strncmp(role, "flood", 5))
		flood();
	else if (!strncmp(role, "reborn", 6))
		reborn();
	else if (!strncmp(role, "greedy", 6))
		greedy();
	else if (!strncmp(role, "greed", 5))
		greed();
	else
		peer();
}
