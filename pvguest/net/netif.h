/* SPDX-License-Identifier: MIT */
/*
 * netif.h - the devices that the stack has, and how they are set up.
 */
#ifndef PVGUEST_NETIF_H
#define PVGUEST_NETIF_H

#include <lwip/netif.h>
#include <net.h>
#include <netdev.h>

/* All with the stack's lock. */
struct port {
	struct netif netif;
	struct netdev *dev;
	struct list node;
	struct list tx;		/* collected, not yet sent */
	ip4_addr_t said;	/* the address that the log has */
};

extern struct list net_ports;
extern char net_hostname[32];

struct port *net_port(const char *name);
unsigned int net_prefix(const struct netif *netif);
/* Listen to devices that come and go. */
void netif_start(void);

/*
 * config.c: by the command line.  ip=SETTING for all devices, ip.DEV=SETTING
 * for one; SETTING is dhcp (also if nothing is said), none (leave it alone), or
 * ADDR/LEN[,GATEWAY[,DNS]], of IPv4 or IPv6.  hostname=NAME is told by DHCP.
 */
void config_init(void);
bool net_wanted(const char *dev);
void port_configure(struct port *port);
/*
 * mtu=N and mtu.DEV=N likewise: for those whose MTU can be changed, which the
 * others are left out of.
 */
int port_mtu(struct port *port, u64 mtu);
/* SETTING for a device that the stack has: 0 or an error. */
int port_set(struct port *port, const char *setting);

#endif
