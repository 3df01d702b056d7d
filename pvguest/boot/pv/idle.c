/* SPDX-License-Identifier: MIT */
/*
 * idle.c - nothing to do: block until an event.  The call lets events in.
 */
#include <hcall/hcall.h>
#include "pv.h"

void pv_idle(void)
{
	hc_block();
}
