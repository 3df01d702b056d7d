/* SPDX-License-Identifier: MIT */
/*
 * netif.c - a device of the kernel's (netdev.h) as one of lwIP's.
 *
 * Received packets go up as they are: lwIP's header for them is kept in the
 * buffer.  When half of all buffers are out, what comes is copied instead, so
 * that data which nobody reads can't stop the cards.  Packets to be sent are
 * copied into one buffer each, collected, and sent as one batch when the stack
 * is left.  All but the devices' calls have the stack's lock.
 */
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/prot/tcp.h>
#include <netif/ethernet.h>
#include "netif.h"
#include "gso.h"
#include "stack.h"

#define CHECKS	(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP)

struct list net_ports = LIST(net_ports);

/* lwIP's header of a received packet, in the buffer's private words. */
_Static_assert(sizeof(struct pbuf_custom) <=
	       sizeof(((struct netbuf *)0)->priv), "pbuf");

static void received_free(struct pbuf *p)
{
	netbuf_free(container_of((void *)p, struct netbuf, priv));
}

/* The parts of B as a chain, each with its own reference. */
static struct pbuf *received_wrap(struct netbuf *b)
{
	struct pbuf *first = NULL, *p;
	struct pbuf_custom *c;
	struct netbuf *next;

	for (; b; b = next) {
		next = b->more;
		b->more = NULL;
		c = (struct pbuf_custom *)b->priv;
		c->custom_free_function = received_free;
		p = pbuf_alloced_custom(PBUF_RAW, b->len, PBUF_REF, c, b->data,
					b->len);
		if (first)
			pbuf_cat(first, p);
		else
			first = p;
	}
	return first;
}

static struct pbuf *received_copy(struct netbuf *b)
{
	size_t len = netbuf_len(b);
	struct pbuf *p = pbuf_alloc(PBUF_RAW, len, PBUF_RAM);

	if (p)
		netbuf_read(b, 0, p->payload, len);
	netbuf_free(b);
	return p;
}

static void input(struct port *port, struct netbuf *b, bool copy)
{
	/* One that was not on a wire, or was looked at, is good. */
	bool good = b->flags & (NETBUF_CSUM_BLANK | NETBUF_CSUM_OK);
	struct pbuf *p;

	if (netbuf_len(b) > 0xffff) {
		netbuf_free(b);
		return;
	}
	p = copy ? received_copy(b) : received_wrap(b);
	if (!p)
		return;
	port->netif.chksum_flags |= CHECKS;
	if (good)
		port->netif.chksum_flags &= ~CHECKS;
	if (ethernet_input(p, &port->netif) != ERR_OK)
		pbuf_free(p);
}

static void port_receive(struct netdev *dev, struct list *bufs)
{
	struct netbuf_pool pool;
	struct netbuf *b;

	netbuf_pool_show(&pool);
	net_lock();
	while ((b = netbuf_take(bufs)))
		if (dev->user)
			input(dev->user, b, pool.used > pool.most / 2);
		else
			netbuf_free(b);
	net_unlock();
}

/*
 * TCP's pseudo header, into the place of the checksum, and how its data is to
 * be cut: the rest is done by who can, after us.
 */
static void offload(const struct port *port, struct netbuf *b)
{
	size_t len = netbuf_len(b);
	u8 *tcp;
	u16 sum;

	if (!netbuf_csum_find(b) ||
	    b->csum_offset != offsetof(struct tcp_hdr, chksum))
		return;
	tcp = b->data + b->csum_start;
	sum = netbuf_pseudo_sum(b->data + ETH_HEADER, len - b->csum_start);
	memcpy(tcp + b->csum_offset, &sum, 2);
	b->flags |= NETBUF_CSUM_BLANK;
	if (len > port->dev->mtu + ETH_HEADER)
		b->gso_size = gso_segment(tcp, port->dev->mtu + ETH_HEADER -
					  b->csum_start);
}

static err_t output(struct netif *netif, struct pbuf *p)
{
	struct port *port = netif->state;
	struct netbuf *b = netbuf_alloc_len(p->tot_len);
	struct pbuf *q;
	size_t at = 0;

	if (!b)
		return ERR_MEM;
	for (q = p; q; q = q->next) {
		netbuf_write(b, at, q->payload, q->len);
		at += q->len;
	}
	offload(port, b);
	return netbuf_fit(b, port->dev->features, &port->tx) ? ERR_MEM :
		ERR_OK;
}

void netif_flush(void)
{
	struct port *port;

	list_for(port, &net_ports, node)
		if (!list_empty(&port->tx))
			port->dev->send(port->dev, &port->tx);
}

/* Told when it is up, and at each change of its IPv4 address. */
static void status(struct netif *netif)
{
	struct port *port = netif->state;
	const ip4_addr_t *addr = netif_ip4_addr(netif);

	if (!netif_is_up(netif) || ip4_addr_cmp(addr, &port->said))
		return;
	port->said = *addr;
	if (ip4_addr_isany(addr))
		return;
	kprintf("net: %s has %s", port->dev->name, ip4addr_ntoa(addr));
	kprintf("/%u, gateway %s\n", net_prefix(netif),
		ip4addr_ntoa(netif_ip4_gw(netif)));
}

static err_t setup(struct netif *netif)
{
	struct port *port = netif->state;
	struct netdev *dev = port->dev;

	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->hostname = net_hostname;
	netif->output = etharp_output;
	netif->output_ip6 = ethip6_output;
	netif->linkoutput = output;
	netif->mtu = dev->mtu;
	netif->hwaddr_len = ETH_ADDRESS;
	memcpy(netif->hwaddr, dev->mac, ETH_ADDRESS);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		       NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	netif->chksum_flags &= ~NETIF_CHECKSUM_GEN_TCP;
	return ERR_OK;
}

struct port *net_port(const char *name)
{
	struct port *port;

	list_for(port, &net_ports, node)
		if (!strcmp(port->dev->name, name))
			return port;
	return NULL;
}

static void port_add(struct netdev *dev)
{
	struct port *port = kzalloc(sizeof(*port));

	if (port)
		port->dev = dev;
	if (!port || !netif_add(&port->netif, NULL, NULL, NULL, port, setup,
				ethernet_input)) {
		kprintf("net: no memory for %s\n", dev->name);
		kfree(port);
		return;
	}
	list_init(&port->tx);
	list_add(&net_ports, &port->node);
	netif_set_status_callback(&port->netif, status);
	if (!netif_default)
		netif_set_default(&port->netif);
	dev->user = port;
	dev->receive = port_receive;
	port_configure(port);
	if (dev->link)
		netif_set_link_up(&port->netif);
}

static void port_remove(struct port *port)
{
	port->dev->receive = NULL;
	port->dev->user = NULL;
	dhcp_stop(&port->netif);
	netif_remove(&port->netif);
	netbuf_free_list(&port->tx);
	list_del(&port->node);
	if (!netif_default && !list_empty(&net_ports))
		netif_set_default(&list_first(&net_ports, struct port,
					      node)->netif);
	kfree(port);
}

int net_attach(struct netdev *dev)
{
	int ret = -EEXIST;

	net_lock();
	if (!dev->receive) {
		port_add(dev);
		ret = dev->user ? 0 : -ENOMEM;
	}
	net_unlock();
	return ret;
}

void net_detach(struct netdev *dev)
{
	net_lock();
	if (dev->receive == port_receive)
		port_remove(dev->user);
	net_unlock();
}

static void link_changed(struct netdev *dev)
{
	struct port *port;

	net_lock();
	port = dev->receive == port_receive ? dev->user : NULL;
	if (port && dev->link)
		netif_set_link_up(&port->netif);
	else if (port)
		netif_set_link_down(&port->netif);
	net_unlock();
}

static void event(struct netdev *dev, enum netdev_event what)
{
	if (what == NETDEV_REMOVED)
		net_detach(dev);
	else if (what == NETDEV_LINK)
		link_changed(dev);
	else if (net_wanted(dev->name))
		net_attach(dev);
}

void netif_start(void)
{
	static struct netdev_listener listener = { .event = event };

	netdev_listen(&listener);
}
