/* SPDX-License-Identifier: MIT */
/*
 * timer.c - events: a timer that ticks five times, and sleep in between.
 *
 * An event is a port that gets pending; its function runs in an upcall, with
 * upcalls masked, as a handler of interrupts does.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "timer");

#define MS	1000000UL

static char stack[16384] __attribute__((aligned(16)));
static volatile unsigned int ticks;

static void tick(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port, (void)regs, (void)arg;
	ticks++;
}

void hc_main(struct start_info *si)
{
	uint64_t start = hc_time(), end;

	(void)si;
	if (hc_trap_init(stack + sizeof(stack)))
		hc_shutdown(SHUTDOWN_crash);
	hc_event_init();
	if (hc_event_bind_virq(VIRQ_TIMER, 0, tick, NULL) < 0)
		hc_shutdown(SHUTDOWN_crash);
	/* No tick but those that are asked for. */
	hc_timer_periodic(0);

	while (ticks < 5) {
		/* Nothing may come between the question and the sleep. */
		hc_upcalls_mask();
		end = start + (ticks + 1) * 10 * MS;
		hc_timer_set(end);
		while (hc_time() < end)
			hc_block();
		hc_upcalls_unmask();
	}
	hc_printf("%u ticks, %s\n", ticks, hc_time() - start < 50 * MS ?
		  "and too early" : "none too early");
	hc_shutdown(SHUTDOWN_poweroff);
}
