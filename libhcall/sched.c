/* SPDX-License-Identifier: MIT */
/*
 * sched.c - the end of the domain.
 */
#include <hcall/sched.h>
#include "internal.h"

void hc_shutdown(unsigned int reason)
{
	struct sched_shutdown s = { .reason = reason };

	/* It returns only to a domain that is resumed: insist. */
	for (;;)
		hc_sched_op(SCHEDOP_shutdown, hc_addr(&s));
}
