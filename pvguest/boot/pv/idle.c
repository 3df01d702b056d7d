/* SPDX-License-Identifier: MIT */
/*
 * idle.c - nothing to do: sleep until an event or a deadline.  The call lets
 * events in.
 *
 * What is next is set by the call that sleeps, so a sleep is one entry and its
 * end is no event.  The timer proper is set only when something else ended it.
 */
#include <hcall/hcall.h>
#include <thread.h>
#include "pv.h"

static u64 deadline;	/* that only the idle call knows, or 0 */

void pv_timer_set(u64 next)
{
	if (current->prio == PRIO_IDLE)
		deadline = next;
	else
		hc_timer_set(next);
}

/* Sleep has ended; upcalls are masked. */
void pv_idle_over(void)
{
	u64 next = deadline;

	if (!next)
		return;
	deadline = 0;
	if (hc_time() >= next)
		timer_interrupt();
	else
		hc_timer_set(next);
}

void pv_idle(void)
{
	hc_idle(deadline);
	pv_irq_save();
	pv_idle_over();
}
