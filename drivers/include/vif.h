/* SPDX-License-Identifier: MIT */
/*
 * vif.h - the network's split drivers: both ends of io/netif.h.
 *
 * The front end of a plain domain is its device eth0; the back end, in domain
 * 0, is a device vifDOMAIN.HANDLE, which the bridge takes.
 */
#ifndef VIF_H
#define VIF_H

/* Before xenbus_start(). */
void netfront_init(void);
void netback_init(void);

/* The shell's: back ends and what they did; close one; start all anew. */
void cmd_vif(char *args);

#endif
