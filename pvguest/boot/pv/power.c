/* SPDX-License-Identifier: MIT */
/*
 * power.c - the ends of a domain.
 */
#include <hcall/hcall.h>
#include "pv.h"

void pv_power_off(void)
{
	hc_shutdown(SHUTDOWN_poweroff);
}

void pv_reboot(void)
{
	hc_shutdown(SHUTDOWN_reboot);
}

void pv_crash(void)
{
	hc_shutdown(SHUTDOWN_crash);
}
