/* SPDX-License-Identifier: MIT */
/*
 * op_timer.c - hypercall set_timer_op: the vCPU's one-shot timer.
 */
#include <domain.h>
#include <lib.h>
#include <machine.h>

#include "ops.h"
#include "shared_bits.h"

/*
 * A deadline that far away is a mistake in the guest's arithmetic, most often
 * of a negative difference.  As on Xen it gets neither an interrupt at once,
 * which could go on for ever, nor one in a hundred years.
 */
#define FAR_AWAY	(1UL << 50)
#define INSTEAD		(100 * 1000 * 1000UL)

s64 op_set_timer_op(u64 deadline)
{
	struct vcpu *v = current();
	nsec_t now;

	if (!deadline) {
		timer_stop(&v->timer);
		return 0;
	}
	/* Nothing is that far away if it would not be from the start on. */
	if (unlikely(deadline >= FAR_AWAY)) {
		now = time_now();
		if ((s64)deadline < 0 ||
		    (deadline > now && deadline - now >= FAR_AWAY))
			deadline = now + INSTEAD;
	}
	pv_clock_refresh(v, deadline);
	timer_set(&v->timer, deadline);
	return 0;
}
