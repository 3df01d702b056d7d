/* SPDX-License-Identifier: MIT */
/*
 * vif.h - the network's split drivers: both ends of io/netif.h.
 *
 * The front ends of a plain domain are its devices eth0 and so on; a back end,
 * in domain 0, is a device vifDOMAIN.HANDLE, which the bridge takes.  The
 * protocol: abi/doc/net.md.
 */
#ifndef VIF_H
#define VIF_H

/* Before xenbus_start(). */
void netfront_init(void);
void netback_init(void);

/* The shell's: back ends and what they did; "restart", "add" and "del". */
void cmd_vif(char *args);

#endif
