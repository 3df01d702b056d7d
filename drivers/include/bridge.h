/* SPDX-License-Identifier: MIT */
/*
 * bridge.h - the switch in domain 0 that joins NICs and the other domains.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

/*
 * Takes NICs and back ends as they appear, if this is a domain 0 that is not
 * alone, or as bridge=yes|no on the command line says; domain 0 itself is at
 * the device bridge0.  Before TCP/IP is started, which would take the NICs.
 */
void bridge_init(void);

/* The shell's: ports, and which address is at which. */
void cmd_bridge(char *args);

#endif
