/* SPDX-License-Identifier: MIT */
/*
 * flood.c - a plain domain that fills its console ring with the ends of lines.
 *
 * What: all of a full ring is taken by one send, however many lines it is; as
 * a call of a multicall too, and by the deferred-call ring.  With role=flood it
 * goes on for ever, beside one that watches how late its timer is
 * (tests/system/test_smp.py).
 * Why: each end of a line costs its domain's name on a slow line, so it must
 * not be shown in one piece with interrupts off.
 * How: by hand; domain 0 has no ring.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/io/console.h>
#include <abi/sluice.h>
#include "test.h"

static struct xencons_interface *ring;
static struct evtchn_send to;

static void fill(void)
{
	memset(ring->out, '\n', sizeof(ring->out));
	__atomic_store_n(&ring->out_prod, ring->out_cons + sizeof(ring->out),
			 __ATOMIC_RELEASE);
}

static bool taken(void)
{
	return __atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE) ==
	       ring->out_prod;
}

static long send(void)
{
	return hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, PTR(&to));
}

static void test_ways(void)
{
	static struct sluice_ring calls __page;
	struct multicall_entry multi[2] = {
		{ .op = __HYPERVISOR_event_channel_op,
		  .args = { EVTCHNOP_send, PTR(&to) } },
		{ .op = __HYPERVISOR_xen_version, .result = 77 },
	};

	fill();
	is(send(), 0, "a send");
	ok(taken(), "takes a ring full of lines");
	fill();
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_yield_to, to.port,
	       SLUICE_YIELD_SEND), -XEN_EINVAL, "there is no yield to it");
	ok(taken(), "but the send that comes before it");
	fill();
	is(hc2(__HYPERVISOR_multicall, PTR(multi), 2), 0, "a multicall");
	ok(taken(), "does so as well");
	is(multi[0].result, 0, "the send is good");
	is(multi[1].result, 4 << 16 | 17, "and what comes behind is made");

	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_ring_register, mfn_of(&calls),
	       0), 0, "a ring of calls");
	fill();
	calls.entry[0] = (struct multicall_entry){
		.op = __HYPERVISOR_event_channel_op,
		.args = { EVTCHNOP_send, to.port },
	};
	calls.producer = 1;
	is(hc2(__HYPERVISOR_xen_version, 0, 0), 4 << 16 | 17, "any call");
	ok(taken() && !calls.errors && calls.consumer == 1, "sends as well");
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_ring_unregister, 0, 0), 0,
	   "no ring any more");

	/* More than there can be: what the ring holds, no more. */
	memset(ring->out, '\n', sizeof(ring->out));
	ring->out_prod = ring->out_cons - 1;
	is(send(), 0, "a producer that is far ahead");
	ok(taken(), "ends as well");
}

void test_main(void)
{
	const char *role = option("role");

	if (start_info->flags & SIF_INITDOMAIN) {
		is(start_info->console.domU.mfn, 0, "domain 0 has no ring");
		return;
	}
	ring = va_of_mfn(start_info->console.domU.mfn);
	to.port = start_info->console.domU.evtchn;
	while (role) {
		fill();
		send();
	}
	test_ways();
}
