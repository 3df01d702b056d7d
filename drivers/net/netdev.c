/* SPDX-License-Identifier: MIT */
/*
 * netdev.c - the list of network devices, and who wants to know of them.
 *
 * One lock for both, held while listeners are told: so none is told of a device
 * that has gone, and a listener must not register or unregister.
 */
#include <arch.h>
#include <hcall/event.h>
#include <netdev.h>
#include <thread.h>

struct list netdevs = LIST(netdevs);

static struct list kicks = LIST(kicks);		/* [I] */
static struct list listeners = LIST(listeners);
static struct mutex lock = MUTEX(lock);

static void tell(struct netdev *dev, enum netdev_event event)
{
	struct netdev_listener *l;

	list_for(l, &listeners, node)
		l->event(dev, event);
}

struct netdev *netdev_find(const char *name)
{
	struct netdev *dev, *found = NULL;
	bool off = irq_save();

	list_for(dev, &netdevs, node)
		if (!strcmp(dev->name, name))
			found = dev;
	irq_restore(off);
	return found;
}

/* 0 to 99 in place of %. */
static int name_number(struct netdev *dev, size_t at)
{
	unsigned int i;

	if (at + 3 > sizeof(dev->name))
		return -EINVAL;
	for (i = 0; i < 100; i++) {
		size_t end = at;

		if (i >= 10)
			dev->name[end++] = '0' + i / 10;
		dev->name[end++] = '0' + i % 10;
		dev->name[end] = 0;
		if (!netdev_find(dev->name))
			return 0;
	}
	return -EEXIST;
}

int netdev_register(struct netdev *dev)
{
	size_t len = strlen(dev->name);
	int ret = 0;
	bool off;

	mutex_lock(&lock);
	if (len && dev->name[len - 1] == '%')
		ret = name_number(dev, len - 1);
	else if (netdev_find(dev->name))
		ret = -EEXIST;
	if (!ret) {
		off = irq_save();
		list_add(&netdevs, &dev->node);
		irq_restore(off);
		tell(dev, NETDEV_ADDED);
	}
	mutex_unlock(&lock);
	return ret;
}

void netdev_unregister(struct netdev *dev)
{
	bool off;

	mutex_lock(&lock);
	tell(dev, NETDEV_REMOVED);
	off = irq_save();
	list_del(&dev->node);
	irq_restore(off);
	mutex_unlock(&lock);
}

void netdev_set_link(struct netdev *dev, bool link)
{
	mutex_lock(&lock);
	if (dev->link != link) {
		dev->link = link;
		tell(dev, NETDEV_LINK);
	}
	mutex_unlock(&lock);
}

void netdev_listen(struct netdev_listener *l)
{
	struct netdev *dev;

	mutex_lock(&lock);
	list_add(&listeners, &l->node);
	list_for(dev, &netdevs, node)
		l->event(dev, NETDEV_ADDED);
	mutex_unlock(&lock);
}

/* ---- Notifications ------------------------------------------------------ */

void netdev_kick(struct netdev_kick *k)
{
	bool off = irq_save();

	list_del(&k->node);
	list_add(&kicks, &k->node);
	irq_restore(off);
}

void netdev_kick_forget(struct netdev_kick *k)
{
	bool off = irq_save();

	list_del(&k->node);
	irq_restore(off);
}

/*
 * None of them is freed while interrupts are off.  They are on for the call:
 * what comes meanwhile then comes with its end.
 */
void netdev_kick_all(void)
{
	struct netdev_kick *k;
	evtchn_port_t port;
	bool off;

	while (!list_empty(&kicks)) {
		off = irq_save();
		port = 0;
		if (!list_empty(&kicks)) {
			k = list_first(&kicks, struct netdev_kick, node);
			list_del(&k->node);
			port = *k->port;
		}
		irq_restore(off);
		if (port)
			hc_event_send(port);
	}
}

/* ---- Receiving ---------------------------------------------------------- */

void netdev_receive(struct netdev *dev, struct list *bufs)
{
	struct netbuf *b;

	if (list_empty(bufs))
		return;
	list_for(b, bufs, node) {
		dev->stats.rx_packets++;
		dev->stats.rx_bytes += netbuf_len(b);
		if (!dev->receive)
			dev->stats.rx_dropped++;
	}
	if (dev->receive)
		dev->receive(dev, bufs);
	else
		netbuf_free_list(bufs);
}
