/* SPDX-License-Identifier: MIT */
/*
 * sched.c - giving the CPU away with more in one entry; the end of the domain.
 */
#include <abi/errno.h>
#include <abi/sluice.h>
#include <hcall/sched.h>
#include "internal.h"

void hc_shutdown(unsigned int reason)
{
	struct sched_shutdown s = { .reason = reason };

	/* It returns only to a domain that is resumed: insist. */
	for (;;)
		hc_sched_op(SCHEDOP_shutdown, hc_addr(&s));
}

#define VERSION_WITH_IDLE	5

/* Asked once; of two vCPUs that ask at the same time both get the answer. */
static bool on_sluice(void)
{
	static int known;	/* 1: yes, 2: no */

	if (!known)
		known = hc_sluice_version() >= VERSION_WITH_IDLE ? 1 : 2;
	return known == 1;
}

void hc_idle(uint64_t deadline)
{
	if (on_sluice()) {
		hc_sluice_op(SLUICEOP_idle, deadline, 0);
		return;
	}
	if (deadline)
		hc_set_timer_op(deadline);
	hc_block();
}

long hc_send_yield(evtchn_port_t port)
{
	struct evtchn_send send = { .port = port };
	struct multicall_entry calls[2] = {
		{
			.op = __HYPERVISOR_event_channel_op,
			.args = { EVTCHNOP_send, hc_addr(&send) },
		}, {
			.op = __HYPERVISOR_sched_op,
			.args = { SCHEDOP_yield, 0 },
		},
	};
	long ret;

	if (on_sluice())
		return hc_sluice_op(SLUICEOP_yield_to, port,
				    SLUICE_YIELD_SEND);
	ret = hc_multicall(hc_addr(calls), 2);
	return ret ? ret : (long)calls[0].result;
}
