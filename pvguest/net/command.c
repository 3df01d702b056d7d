/* SPDX-License-Identifier: MIT */
/*
 * command.c - the shell's `net': devices with their addresses, counts, and
 * their settings.
 */
#include <console.h>
#include <lwip/dns.h>
#include <lwip/stats.h>
#include <string.h>
#include "netif.h"
#include "stack.h"

static void addresses_show(const struct netif *n)
{
	const ip4_addr_t *gateway = netif_ip4_gw(n);
	unsigned int i;

	if (!ip4_addr_isany(netif_ip4_addr(n)))
		cprintf("    inet %s/%u", ip4addr_ntoa(netif_ip4_addr(n)),
			net_prefix(n));
	if (!ip4_addr_isany(netif_ip4_addr(n)) && !ip4_addr_isany(gateway))
		cprintf(" gateway %s", ip4addr_ntoa(gateway));
	if (!ip4_addr_isany(netif_ip4_addr(n)))
		cprintf("\n");
	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (ip6_addr_isvalid(netif_ip6_addr_state(n, i)))
			cprintf("    inet6 %s\n",
				ip6addr_ntoa(netif_ip6_addr(n, i)));
}

static void device_show(const struct netdev *dev, const char *user)
{
	const struct netdev_stats *s = &dev->stats;
	const u8 *m = dev->mac;

	cprintf("%s: link %s, mtu %u, "
		"%02x:%02x:%02x:%02x:%02x:%02x%s\n", dev->name,
		dev->link ? "up" : "down", dev->mtu, m[0], m[1], m[2], m[3],
		m[4], m[5], user);
	cprintf("    received %lu packets, %lu bytes, %lu errors, "
		"%lu dropped\n", s->rx_packets, s->rx_bytes, s->rx_errors,
		s->rx_dropped);
	cprintf("    sent %lu packets, %lu bytes, %lu errors, %lu dropped\n",
		s->tx_packets, s->tx_bytes, s->tx_errors, s->tx_dropped);
}

static void all_show(void)
{
	struct netbuf_pool pool;
	const ip_addr_t *server;
	struct netdev *dev;
	struct port *port;
	unsigned int i;

	netbuf_pool_show(&pool);
	net_lock();
	list_for(dev, &netdevs, node) {
		port = net_port(dev->name);
		device_show(dev, port ? "" : dev->receive ?
			    ", used by another" : ", not used");
		if (port)
			addresses_show(&port->netif);
	}
	for (i = 0; i < DNS_MAX_SERVERS; i++) {
		server = dns_getserver(i);
		if (!ip_addr_isany(server))
			cprintf("name server %s\n", ipaddr_ntoa(server));
	}
	cprintf("stack: %lu bytes of memory; buffers: %lu of %lu in use, "
		"%lu kept, %lu refused\n", net_memory(), pool.used, pool.most,
		pool.kept, pool.refused);
	net_unlock();
}

static int apply(struct netdev *dev, const char *setting)
{
	struct port *port;
	int ret;

	if (!strcmp(setting, "none")) {
		net_detach(dev);
		return 0;
	}
	if (!dev->receive)
		net_attach(dev);
	net_lock();
	port = net_port(dev->name);
	ret = !port ? -EEXIST : strncmp(setting, "mtu ", 4) ?
		port_set(port, setting) : port_mtu(port, number(setting + 4));
	net_unlock();
	return ret;
}

/* net [DEV SETTING | DEV mtu N] */
void cmd_net(char *args)
{
	char *setting = strchr(args, ' ');
	struct netdev *dev;
	int ret;

	if (!*args) {
		all_show();
		return;
	}
	if (setting)
		*setting++ = 0;
	dev = netdev_find(args);
	if (!dev)
		cprintf("net: no device %s\n", args);
	else if (!setting)
		cprintf("net: say dhcp, none, mtu N or "
			"ADDR/LEN[,GATEWAY[,DNS]]\n");
	else if ((ret = apply(dev, setting)) == -EEXIST)
		cprintf("net: %s is used by another\n", args);
	else if (ret)
		cprintf("net: %s: error %d\n", setting, -ret);
}
