/* SPDX-License-Identifier: MIT */
/*
 * time.c - the clock that the hypervisor keeps, and its one-shot timer.
 */
#include <hcall/hcall.h>
#include "pv.h"

static void on_timer(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	timer_interrupt();
}

u64 pv_wallclock(void)
{
	uint32_t nsec;

	return hc_wallclock(&nsec);
}

void pv_time_init(void)
{
	long ret = hc_event_bind_virq(VIRQ_TIMER, 0, on_timer, NULL);

	if (ret < 0)
		panic("no timer: error %ld", -ret);
	/* Deadlines are set one by one; a tick would be one more to take. */
	hc_timer_periodic(0);
}
