/* SPDX-License-Identifier: MIT */
/*
 * console.h - the guest's console, whichever kind it has.
 *
 * Domain 0 writes and reads through console_io; input is announced by virtual
 * interrupt VIRQ_CONSOLE.  Any other domain has a page with two rings
 * (<abi/io/console.h>) and a port.  Bytes go through unchanged.
 * One caller at a time: a guest with several vCPUs takes a lock of its own.
 */
#ifndef HCALL_CONSOLE_H
#define HCALL_CONSOLE_H

#include <stddef.h>
#include <abi/event_channel.h>

/*
 * Write all of it.  A full ring is waited for: the other end takes it out.
 * Without a console nothing happens.
 */
void hc_console_write(const char *buf, size_t len);

/* Take what input there is, at most SIZE bytes; returns how many, maybe 0. */
size_t hc_console_read(char *buf, size_t size);

/* The port by which input is announced; 0 for domain 0 (see above). */
evtchn_port_t hc_console_port(void);

#endif
