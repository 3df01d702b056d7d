/* SPDX-License-Identifier: MIT */
/*
 * console.c - the console is the hypervisor's, or a ring; the library knows.
 */
#include <hcall/hcall.h>
#include "pv.h"

static void on_console(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	console_interrupt();
}

void pv_console_init(void)
{
	evtchn_port_t port = hc_console_port();

	if (port)
		hc_event_handle(port, 0, on_console, NULL);
	else if (hc_event_bind_virq(VIRQ_CONSOLE, 0, on_console, NULL) < 0)
		kprintf("pvguest: the console has no input\n");
}
