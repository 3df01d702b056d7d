/* SPDX-License-Identifier: MIT */
/*
 * power.h - the end of the machine; domain.h has power off and reboot.
 */
#ifndef POWER_H
#define POWER_H

#include <types.h>

/* There is nothing left to do: for ever, interrupts off. */
void noreturn machine_halt(void);

/* After a panic: reboots after five seconds; with noreboot halts. */
void noreturn machine_crashed(void);

#endif
