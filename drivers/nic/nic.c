/* SPDX-License-Identifier: MIT */
/*
 * nic.c - what the drivers of NICs have in common: see nic.h.
 *
 * The thread is woken by the interrupt, takes batches with the interrupt off
 * until there is no more, and switches it on again.  Who sends does so in its
 * own thread, and also takes back what was sent: no interrupt tells of that.
 * What does not fit the device's ring waits; the thread looks for room, then.
 */
#include <arch.h>
#include <console.h>
#include "nic.h"

#define BATCH	64
#define TURNS	64	/* batches, until other things are looked at */
#define QUEUE	512	/* packets that wait for room in the ring */
/* Of a frame, around what the MTU counts; four bytes are for a VLAN. */
#define OVERHEAD	(ETH_HEADER + 4u)
#define RETRY	(10 * NSEC_PER_MSEC)	/* when memory is short */
#define ROOM	NSEC_PER_MSEC		/* when the ring was full */
#define PAUSE	(100 * NSEC_PER_MSEC)	/* after a reset */

static struct list nics = LIST(nics);

static bool sendable(const struct nic *n, size_t len)
{
	return !n->dead && len >= ETH_MIN && len <= n->dev.mtu + OVERHEAD &&
	       n->nr_queued < QUEUE;
}

/* [S] */
static void send_queue(struct nic *n)
{
	struct netbuf *b;
	size_t len;
	int ret;

	n->ops->reclaim(n);
	while (!list_empty(&n->queue)) {
		b = netbuf_first(&n->queue);
		len = netbuf_len(b);
		/* First, as the device may be done with it at once. */
		list_del(&b->node);
		ret = n->ops->send(n, b);
		if (ret == -EAGAIN) {
			list_add(n->queue.next, &b->node);
			break;
		}
		n->nr_queued--;
		if (ret) {
			n->dev.stats.tx_dropped++;
			netbuf_free(b);
			continue;
		}
		n->dev.stats.tx_packets++;
		n->dev.stats.tx_bytes += len;
	}
	n->dev.stats.kicks += n->ops->kick(n);
}

static void wake(struct nic *n, bool *what)
{
	bool off = irq_save();

	*what = true;
	waitq_wake(&n->wait, 1);
	irq_restore(off);
}

static int nic_send(struct netdev *dev, struct list *bufs)
{
	struct nic *n = container_of(dev, struct nic, dev);
	struct netbuf *b;
	int ret = 0;

	mutex_lock(&n->tx_lock);
	while ((b = netbuf_take(bufs))) {
		if (sendable(n, netbuf_len(b))) {
			list_add(&n->queue, &b->node);
			n->nr_queued++;
			continue;
		}
		dev->stats.tx_dropped++;
		netbuf_free(b);
		ret = -ENOBUFS;
	}
	if (!n->dead)
		send_queue(n);
	if (n->nr_queued)
		wake(n, &n->event);
	mutex_unlock(&n->tx_lock);
	return ret;
}

static unsigned int poll(struct nic *n)
{
	struct list bufs = LIST(bufs), good = LIST(good);
	struct netbuf *b;
	unsigned int i;

	for (i = 0; i < BATCH && n->ops->receive(n, &bufs); i++)
		;
	n->ops->fill(n);
	while ((b = netbuf_take(&bufs))) {
		if (netbuf_len(b) <= n->dev.mtu + OVERHEAD) {
			list_add(&good, &b->node);
			continue;
		}
		n->dev.stats.rx_errors++;
		netbuf_free(b);
	}
	netdev_receive(&n->dev, &good);
	return i;
}

/*
 * Until there is no more, or for some turns: a wire that is never silent is not
 * to keep us from what is sent and from the device.  Who waits for the packets
 * is told then, or after a batch: one who is told runs at once, while the next
 * packet comes.
 */
static void poll_all(struct nic *n)
{
	unsigned int got, turns, untold = 0;

	for (turns = 0; turns < TURNS && !n->dead; turns++) {
		got = poll(n);
		if (!got)
			break;
		untold += got;
		if (untold < BATCH)
			continue;
		netdev_kick_all();
		untold = 0;
	}
	netdev_kick_all();
}

static void wait(struct nic *n)
{
	u64 deadline = NEVER;
	bool off;

	if (n->dead) {
		thread_sleep(PAUSE);
		return;
	}
	n->ops->interrupt(n, true);
	if (!n->ops->fill(n))
		deadline = arch->time() + RETRY;
	if (n->nr_queued)
		deadline = arch->time() + ROOM;
	off = irq_save();
	if (!n->event && !n->look && !n->reset && !n->ops->pending(n))
		waitq_wait(&n->wait, deadline);
	n->event = false;
	irq_restore(off);
	n->ops->interrupt(n, false);
}

static void restart(struct nic *n)
{
	int ret;

	n->reset = false;
	kprintf("%s: the device is reset\n", n->dev.name);
	netdev_set_link(&n->dev, false);
	mutex_lock(&n->tx_lock);
	n->ops->stop(n);
	netbuf_free_list(&n->queue);
	n->nr_queued = 0;
	ret = n->ops->start(n);
	n->dead = ret;
	mutex_unlock(&n->tx_lock);
	if (ret)
		kprintf("%s: error %d\n", n->dev.name, -ret);
	else
		n->ops->fill(n);
	n->look = true;
	/* One that breaks the rules again and again must not keep us busy. */
	thread_sleep(PAUSE);
}

static void nic_thread(void *arg)
{
	struct nic *n = arg;

	for (;;) {
		wait(n);
		if (n->look) {
			n->look = false;
			netdev_set_link(&n->dev, !n->dead && n->ops->link(n));
		}
		poll_all(n);
		mutex_lock(&n->tx_lock);
		if (!n->dead)
			send_queue(n);
		mutex_unlock(&n->tx_lock);
		if (n->reset || (!n->dead && n->ops->broken(n)))
			restart(n);
	}
}

void nic_received(struct nic *n)
{
	n->dev.stats.interrupts++;
	wake(n, &n->event);
}

void nic_link_changed(struct nic *n)
{
	wake(n, &n->look);
}

int nic_start(struct nic *n, struct pci_device *pci)
{
	bool off;
	int ret;

	n->pci = pci;
	list_init(&n->queue);
	n->dev.send = nic_send;
	strcopy(n->dev.name, "eth%", sizeof(n->dev.name));
	ret = n->ops->start(n);
	if (!ret)
		ret = netdev_register(&n->dev);
	if (!ret && !thread_create(n->dev.name, PRIO_NORMAL + 1, nic_thread,
				   n)) {
		netdev_unregister(&n->dev);
		ret = -ENOMEM;
	}
	if (ret) {
		n->ops->stop(n);
		return ret;
	}
	strcopy(pci->user, n->dev.name, sizeof(pci->user));
	off = irq_save();
	list_add(&nics, &n->node);
	irq_restore(off);
	nic_link_changed(n);
	return 0;
}

/* ---- Shell -------------------------------------------------------------- */

static void show(struct nic *n)
{
	const struct netdev_stats *s = &n->dev.stats;

	cprintf("%s: %s at %02x:%02x.%x\n", n->dev.name, n->pci->driver->name,
		n->pci->function >> 8, n->pci->function >> 3 & 31,
		n->pci->function & 7);
	cprintf("    %lu interrupts, received %lu packets, %lu bytes, "
		"%lu dropped, %lu errors\n", s->interrupts, s->rx_packets,
		s->rx_bytes, s->rx_dropped, s->rx_errors);
	cprintf("    %lu notifications, sent %lu packets, %lu bytes, "
		"%lu dropped, %lu errors\n", s->kicks, s->tx_packets,
		s->tx_bytes, s->tx_dropped, s->tx_errors);
}

/* nic: all counts; nic NAME reset. */
void cmd_nic(char *args)
{
	char *what = args;
	struct nic *n;

	while (*what && *what != ' ')
		what++;
	while (*what == ' ')
		*what++ = 0;
	list_for(n, &nics, node) {
		if (*args && strcmp(args, n->dev.name))
			continue;
		if (!strcmp(what, "reset"))
			wake(n, &n->reset);
		else
			show(n);
	}
}
