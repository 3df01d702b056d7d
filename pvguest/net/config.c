/* SPDX-License-Identifier: MIT */
/*
 * config.c - which device gets which address: what the command line says.
 */
#include <hcall/print.h>
#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <option.h>
#include <string.h>
#include "netif.h"
#include "stack.h"

#define SETTING_MAX	160

char net_hostname[32] = "pvguest";

/* What NAME.DEV=, or else NAME=, says: false if nothing. */
static bool said(const char *name, const char *dev, char *to)
{
	char key[24];

	hc_snprintf(key, sizeof(key), "%s.%s", name, dev);
	return option_get(key, to, SETTING_MAX) ||
	       option_get(name, to, SETTING_MAX);
}

static void setting(const char *dev, char *to)
{
	if (!said("ip", dev, to))
		strcopy(to, "dhcp", SETTING_MAX);
}

int port_mtu(struct port *port, u64 mtu)
{
	struct netdev *dev = port->dev;

	if (!dev->mtu_max)
		return -EOPNOTSUPP;
	if (mtu < ETH_MTU_MIN || mtu > dev->mtu_max)
		return -EINVAL;
	dev->mtu = port->netif.mtu = port->netif.mtu6 = mtu;
	return 0;
}

unsigned int net_prefix(const struct netif *netif)
{
	u32 mask = lwip_htonl(ip4_addr_get_u32(netif_ip4_netmask(netif)));

	return mask ? 32 - __builtin_ctz(mask) : 0;
}

/* A number up to MOST after the character at *AT, moving on. */
static bool prefix(const char **at, unsigned int most, unsigned int *n)
{
	const char *s = *at;

	for (*n = 0; *s >= '0' && *s <= '9' && *n <= most; s++)
		*n = *n * 10 + *s - '0';
	if (s == *at || *n > most)
		return false;
	*at = s;
	return true;
}

/* An address up to a comma or the end, moving on behind the comma. */
static bool address(const char **at, ip_addr_t *addr)
{
	char text[IPADDR_STRLEN_MAX];
	size_t n = 0;

	while ((*at)[n] && (*at)[n] != ',' && (*at)[n] != '/')
		n++;
	if (n >= sizeof(text))
		return false;
	strcopy(text, *at, n + 1);
	*at += n + ((*at)[n] == ',');
	return ipaddr_aton(text, addr);
}

static int set_ipv6(struct port *port, const ip6_addr_t *addr)
{
	s8_t slot;

	if (netif_add_ip6_address(&port->netif, addr, &slot) != ERR_OK)
		return -EINVAL;
	return 0;
}

/* ADDR/LEN[,GATEWAY[,DNS]] */
static int set_static(struct port *port, const char *text)
{
	ip_addr_t addr, gateway = *IP4_ADDR_ANY, server;
	ip4_addr_t mask;
	unsigned int len;

	if (!address(&text, &addr) || *text++ != '/' ||
	    !prefix(&text, IP_IS_V6(&addr) ? 128 : 32, &len))
		return -EINVAL;
	if (*text && *text++ != ',')
		return -EINVAL;
	if (*text && (!address(&text, &gateway) || !IP_IS_V4(&gateway)))
		return -EINVAL;
	if (*text) {
		if (!address(&text, &server) || *text)
			return -EINVAL;
		dns_setserver(0, &server);
	}
	if (IP_IS_V6(&addr))
		return set_ipv6(port, ip_2_ip6(&addr));
	mask.addr = len ? lwip_htonl(~0U << (32 - len)) : 0;
	dhcp_stop(&port->netif);
	netif_set_addr(&port->netif, ip_2_ip4(&addr), &mask,
		       ip_2_ip4(&gateway));
	return 0;
}

int port_set(struct port *port, const char *text)
{
	netif_set_up(&port->netif);
	if (!strcmp(text, "dhcp"))
		return dhcp_start(&port->netif) == ERR_OK ? 0 : -ENOMEM;
	return set_static(port, text);
}

bool net_wanted(const char *dev)
{
	char text[SETTING_MAX];

	setting(dev, text);
	return strcmp(text, "none");
}

void port_configure(struct port *port)
{
	char text[SETTING_MAX];

	if (said("mtu", port->dev->name, text) &&
	    port_mtu(port, number(text)) == -EINVAL)
		kprintf("net: %s: mtu=%s can't be\n", port->dev->name, text);
	setting(port->dev->name, text);
	netif_create_ip6_linklocal_address(&port->netif, 1);
	netif_set_ip6_autoconfig_enabled(&port->netif, 1);
	if (port_set(port, text))
		kprintf("net: %s: ip=%s is no setting\n", port->dev->name,
			text);
}

void config_init(void)
{
	option_get("hostname", net_hostname, sizeof(net_hostname));
}
