/* SPDX-License-Identifier: MIT */
/*
 * evtports.c - all the ports that there are, and none of them.
 *
 * A domain takes ports until there is none left, uses those at the edges of
 * words and of the two levels, and gives all back with one call.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/vcpu.h>
#include "test.h"

static uint32_t ports[EVTCHN_2L_NR_CHANNELS];

static long evt(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

static long ipi(uint32_t *port)
{
	struct evtchn_bind_ipi bind = { .vcpu = 0 };
	long ret = evt(EVTCHNOP_bind_ipi, &bind);

	*port = bind.port;
	return ret;
}

static unsigned int take_all(void)
{
	unsigned int n = 0;
	long ret;

	while (n < ARRAY_SIZE(ports)) {
		ret = ipi(&ports[n]);
		if (ret)
			break;
		n++;
	}
	is(n, EVTCHN_2L_NR_CHANNELS - 1, "all ports but 0");
	is(ret, -XEN_ENOSPC, "then there is no more");
	return n;
}

static void test_all(void)
{
	static uint8_t seen[EVTCHN_2L_NR_CHANNELS];
	struct evtchn_alloc_unbound alloc = { DOMID_SELF, DOMID_SELF, 0 };
	struct evtchn_bind_virq virq = { .virq = VIRQ_DEBUG };
	struct evtchn_bind_interdomain inter = { DOMID_SELF, 1, 0 };
	unsigned int n = take_all(), i, twice = 0;

	for (i = 0; i < n; i++)
		twice += seen[ports[i] % ARRAY_SIZE(seen)]++;
	is(twice, 0, "each once");
	is(seen[0], 0, "and never port 0");
	is(evt(EVTCHNOP_alloc_unbound, &alloc), -XEN_ENOSPC,
	   "none for others");
	is(evt(EVTCHNOP_bind_virq, &virq), -XEN_ENOSPC, "none for a VIRQ");
	is(evt(EVTCHNOP_bind_interdomain, &inter), -XEN_ENOSPC,
	   "none to bind");
}

static void test_edges(void)
{
	static const uint32_t edges[] = {
		1, 63, 64, 127, 128, 2047, 2048, 4031, 4032, 4095,
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		uint32_t p = edges[i];
		uint64_t others = 0;

		vcpu_info->evtchn_upcall_pending = 0;
		vcpu_info->evtchn_pending_sel = 0;
		memset(shared_info->evtchn_pending, 0,
		       sizeof(shared_info->evtchn_pending));
		is(evt(EVTCHNOP_send, &p), 0, "send to port %u", p);
		is(vcpu_info->evtchn_pending_sel, 1ul << p / 64,
		   "port %u: its word", p);
		is(shared_info->evtchn_pending[p / 64], 1ul << p % 64,
		   "port %u: its bit", p);
		for (j = 0; j < 64; j++)
			if (j != p / 64)
				others |= shared_info->evtchn_pending[j];
		is(others, 0, "port %u: and no other", p);
	}
}

static void test_reset(void)
{
	struct evtchn_reset reset = { DOMID_SELF };
	struct evtchn_status s = { .dom = DOMID_SELF, .port = 4095 };
	struct evtchn_alloc_unbound alloc = { DOMID_SELF, 5, 0 };

	is(evt(EVTCHNOP_reset, &reset), 0, "close them all");
	is(evt(EVTCHNOP_status, &s), 0, "the last");
	is(s.status, EVTCHNSTAT_closed, "is closed");
	is(evt(EVTCHNOP_alloc_unbound, &alloc), 0, "a port");
	is(alloc.port, 1, "is the first again");
	alloc.dom = 0;
	is(evt(EVTCHNOP_alloc_unbound, &alloc), 0, "by our own number");
	alloc.dom = 77;
	is(evt(EVTCHNOP_alloc_unbound, &alloc), -XEN_ESRCH, "of no domain");
	reset.dom = 77;
	is(evt(EVTCHNOP_reset, &reset), -XEN_ESRCH, "close no domain's");
	is(evt(EVTCHNOP_reset, (void *)0x700000000000), -XEN_EFAULT,
	   "close nothing's");
}

void test_main(void)
{
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	test_all();
	test_edges();
	test_reset();
}
