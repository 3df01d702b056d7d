/* SPDX-License-Identifier: MIT */
/*
 * virtio_net.c - virtio network devices (VIRTIO 1.0, 5.1).
 *
 * One thread receives: woken by the interrupt, it takes batches with the
 * interrupt off until there is no more.  Who sends does so in its own thread,
 * under a mutex, and also takes back what was sent; no interrupt tells of that.
 * A device that breaks the rules, or says that it needs it, is reset.
 */
#include <arch.h>
#include <mm.h>
#include <netdev.h>
#include <pci_drivers.h>
#include <thread.h>
#include "virtio.h"

#define F_CSUM		(1ULL << 0)	/* the device completes checksums */
#define F_GUEST_CSUM	(1ULL << 1)	/* we take packets without them */
#define F_MTU		(1ULL << 3)
#define F_MAC		(1ULL << 5)
#define F_MERGE		(1ULL << 15)	/* a packet in several buffers */
#define F_STATUS	(1ULL << 16)	/* it says whether there is a link */
#define FEATURES	(VIRTIO_F_VERSION_1 | F_CSUM | F_GUEST_CSUM | F_MTU | \
			 F_MAC | F_MERGE | F_STATUS)

#define CONFIG_STATUS	6		/* registers, after the address */
#define CONFIG_MTU	10
#define STATUS_LINK	1

#define QUEUE_RX	0
#define QUEUE_TX	1
#define BATCH		64
#define RETRY		(10 * NSEC_PER_MSEC)	/* when memory is short */

#define HDR_NEEDS_CSUM	1
#define HDR_DATA_VALID	2

struct header {
	u8 flags, gso_type;
	u16 hdr_len, gso_size, csum_start, csum_offset, num_buffers;
};
_Static_assert(sizeof(struct header) == 12, "as the standard says");

struct virtio_net {
	struct netdev dev;
	struct virtio v;
	struct virtqueue rx, tx;
	struct mutex tx_lock;
	struct waitq wait;
	struct msi msi[2];		/* configuration, queues */
	bool event;			/* interrupts off */
	bool config_event;		/* likewise */
};

static struct virtio_net *of_dev(struct netdev *dev)
{
	return container_of(dev, struct virtio_net, dev);
}

/* ---- Sending ------------------------------------------------------------ */

static void tx_reclaim(struct virtio_net *n)
{
	struct netbuf *b;
	u32 len;

	while ((b = vq_take(&n->tx, &len)))
		netbuf_free(b);
}

/*
 * The header goes before the data, in the same page, if there is room; else the
 * packet has a first part of the pool for it.
 */
static struct netbuf *header_put(struct netbuf *b)
{
	struct header h = { 0 };
	struct netbuf *first = b;

	if (!b->page || b->data - b->page < sizeof(h)) {
		first = netbuf_alloc();
		if (!first)
			return NULL;
		first->more = b;
	}
	if (b->flags & NETBUF_CSUM_BLANK) {
		h.flags = HDR_NEEDS_CSUM;
		h.csum_start = b->csum_start;
		h.csum_offset = b->csum_offset;
	}
	memcpy(first->data - sizeof(h), &h, sizeof(h));
	return first;
}

static bool tx_one(struct virtio_net *n, struct netbuf *b)
{
	struct vq_part parts[VQ_PARTS];
	struct netbuf *first, *part;
	unsigned int nr = 0;
	u64 len = netbuf_len(b);

	if (n->tx.broken || len < ETH_MIN || len > n->dev.mtu + ETH_HEADER)
		return false;
	if (b->flags & NETBUF_CSUM_BLANK && !(n->v.features & F_CSUM) &&
	    !netbuf_checksum(b))
		return false;
	first = header_put(b);
	if (!first)
		return false;
	for (part = first; part && nr < VQ_PARTS; part = part->more) {
		parts[nr].machine = dma_machine(part->data);
		parts[nr++].len = part->len;
	}
	parts[0].machine -= sizeof(struct header);
	parts[0].len += sizeof(struct header);
	if (part || !vq_add(&n->tx, parts, nr, false, first)) {
		if (first != b) {
			first->more = NULL;
			netbuf_free(first);
		}
		return false;
	}
	n->dev.stats.tx_packets++;
	n->dev.stats.tx_bytes += len;
	return true;
}

static int virtio_net_send(struct netdev *dev, struct list *bufs)
{
	struct virtio_net *n = of_dev(dev);
	struct netbuf *b;
	int ret = 0;

	mutex_lock(&n->tx_lock);
	tx_reclaim(n);
	while ((b = netbuf_take(bufs))) {
		if (tx_one(n, b))
			continue;
		dev->stats.tx_dropped++;
		netbuf_free(b);
		ret = -ENOBUFS;
	}
	dev->stats.kicks += vq_kick(&n->tx);
	mutex_unlock(&n->tx_lock);
	return ret;
}

/* ---- Receiving ---------------------------------------------------------- */

/* False when there is no memory for all. */
static bool rx_fill(struct virtio_net *n)
{
	struct vq_part part;
	struct netbuf *b = NULL;

	while (n->rx.nr_free) {
		b = netbuf_alloc();
		if (!b)
			break;
		part.machine = dma_machine(b->data) - sizeof(struct header);
		part.len = NETBUF_SIZE + sizeof(struct header);
		if (!vq_add(&n->rx, &part, 1, true, b)) {
			netbuf_free(b);
			break;
		}
	}
	n->dev.stats.kicks += vq_kick(&n->rx);
	return b;
}

/* What the header says of the checksum, as far as it can be true. */
static void rx_checksum(struct netbuf *b, const struct header *h)
{
	if (h->flags & HDR_DATA_VALID)
		b->flags = NETBUF_CSUM_OK;
	if (!(h->flags & HDR_NEEDS_CSUM) ||
	    h->csum_start + h->csum_offset + 2u > netbuf_len(b))
		return;
	b->flags = NETBUF_CSUM_BLANK;
	b->csum_start = h->csum_start;
	b->csum_offset = h->csum_offset;
}

/* The other buffers of a packet: false if the device has not given them. */
static bool rx_more(struct virtio_net *n, struct netbuf *b, unsigned int more)
{
	struct netbuf *next;
	u32 len;

	if (more > vq_count(&n->rx))
		return false;
	for (; more; more--) {
		next = vq_take(&n->rx, &len);
		if (!next)
			return false;
		next->data -= sizeof(struct header);
		next->len = len;
		b->more = next;
		b = next;
	}
	return true;
}

static struct netbuf *rx_one(struct virtio_net *n)
{
	struct header h;
	struct netbuf *b;
	u32 len;

	b = vq_take(&n->rx, &len);
	if (!b)
		return NULL;
	/* Copied once: the device could change it. */
	memcpy(&h, b->data - sizeof(h), sizeof(h));
	if (!(n->v.features & F_MERGE))
		h.num_buffers = 1;
	if (len < sizeof(h) + ETH_MIN || !h.num_buffers ||
	    !rx_more(n, b, h.num_buffers - 1)) {
		n->rx.broken = true;
		netbuf_free(b);
		return NULL;
	}
	b->len = len - sizeof(h);
	rx_checksum(b, &h);
	return b;
}

static bool rx_poll(struct virtio_net *n)
{
	struct list bufs = LIST(bufs);
	struct netbuf *b;
	unsigned int i;

	for (i = 0; i < BATCH && (b = rx_one(n)); i++)
		list_add(&bufs, &b->node);
	if (!i)
		return false;
	rx_fill(n);
	netdev_receive(&n->dev, &bufs);
	return true;
}

/* ---- Starting, and starting again --------------------------------------- */

static void on_queue(void *arg)
{
	struct virtio_net *n = arg;

	n->dev.stats.interrupts++;
	vq_interrupt(&n->rx, false);
	n->event = true;
	waitq_wake(&n->wait, 1);
}

static void on_config(void *arg)
{
	struct virtio_net *n = arg;

	n->config_event = true;
	waitq_wake(&n->wait, 1);
}

static int device_start(struct virtio_net *n)
{
	struct virtio *v = &n->v;
	int ret = virtio_reset(v);

	pci_enable(v->pci, true);
	if (!ret)
		ret = virtio_features(v, FEATURES);
	if (!ret && !(v->features & VIRTIO_F_VERSION_1))
		ret = -EINVAL;
	if (!ret)
		ret = vq_init(&n->rx, virtio_queue_size(v, QUEUE_RX));
	if (!ret)
		ret = vq_init(&n->tx, virtio_queue_size(v, QUEUE_TX));
	if (!ret && (!n->rx.size || !n->tx.size))
		ret = -EINVAL;
	if (!ret)
		ret = virtio_config_vector(v, 0);
	if (!ret)
		ret = virtio_queue_start(v, QUEUE_RX, &n->rx, 1);
	if (!ret)
		ret = virtio_queue_start(v, QUEUE_TX, &n->tx, 1);
	if (ret)
		return ret;
	vq_interrupt(&n->tx, false);
	virtio_start(v);
	rx_fill(n);
	return 0;
}

/* It stops, for good or to start anew; what was under way is lost. */
static void device_stop(struct virtio_net *n)
{
	struct netbuf *b;

	/* Bus mastering off is what counts: it writes nothing any more. */
	virtio_reset(&n->v);
	pci_enable(n->v.pci, false);
	while ((b = vq_abandon(&n->rx)) || (b = vq_abandon(&n->tx)))
		netbuf_free(b);
}

static void device_restart(struct virtio_net *n)
{
	int ret;

	kprintf("%s: the device is reset\n", n->dev.name);
	netdev_set_link(&n->dev, false);
	mutex_lock(&n->tx_lock);
	device_stop(n);
	ret = device_start(n);
	if (ret) {
		n->rx.broken = n->tx.broken = true;
		kprintf("%s: error %d\n", n->dev.name, -ret);
	}
	mutex_unlock(&n->tx_lock);
	/* One that breaks the rules again and again is not to keep us busy. */
	thread_sleep(NSEC_PER_SEC / 10);
	n->config_event = true;
}

static void link_update(struct virtio_net *n)
{
	bool link = !n->rx.broken;

	if (link && n->v.features & F_STATUS &&
	    n->v.config_len >= CONFIG_STATUS + 2)
		link = n->v.config[CONFIG_STATUS] & STATUS_LINK;
	netdev_set_link(&n->dev, link);
}

static void receive_wait(struct virtio_net *n)
{
	u64 deadline = NEVER;
	bool off;

	vq_interrupt(&n->rx, true);
	if (!n->rx.broken && !rx_fill(n))
		deadline = arch->time() + RETRY;
	off = irq_save();
	if (!n->event && !n->config_event && !vq_pending(&n->rx))
		waitq_wait(&n->wait, deadline);
	n->event = false;
	irq_restore(off);
	vq_interrupt(&n->rx, false);
}

static void receive_thread(void *arg)
{
	struct virtio_net *n = arg;

	for (;;) {
		receive_wait(n);
		if (n->config_event) {
			n->config_event = false;
			link_update(n);
		}
		while (rx_poll(n))
			;
		mutex_lock(&n->tx_lock);
		tx_reclaim(n);
		mutex_unlock(&n->tx_lock);
		if (n->rx.broken || n->tx.broken || virtio_failed(&n->v))
			device_restart(n);
	}
}

static void address_read(struct virtio_net *n)
{
	unsigned int i;
	u16 mtu;

	/* Locally administered, should the device have none. */
	n->dev.mac[0] = 2;
	n->dev.mac[5] = n->v.pci->function;
	for (i = 0; n->v.features & F_MAC && i < ETH_ADDRESS; i++)
		n->dev.mac[i] = n->v.config[i];
	n->dev.mtu = ETH_MTU;
	if (!(n->v.features & F_MTU) || n->v.config_len < CONFIG_MTU + 2)
		return;
	mtu = n->v.config[CONFIG_MTU] | n->v.config[CONFIG_MTU + 1] << 8;
	if (mtu >= 68)
		n->dev.mtu = mtu;
}

static int device_init_all(struct virtio_net *n, struct pci_device *pci)
{
	int ret = virtio_init(&n->v, pci);

	list_init(&n->wait.threads);
	list_init(&n->tx_lock.waiters.threads);
	strcopy(n->dev.name, "eth%", sizeof(n->dev.name));
	n->dev.send = virtio_net_send;
	n->msi[0].fn = on_config;
	n->msi[1].fn = on_queue;
	n->msi[0].arg = n->msi[1].arg = n;
	if (!ret && n->v.config_len < ETH_ADDRESS)
		ret = -EINVAL;
	if (!ret)
		ret = pci_interrupt(pci, 0, &n->msi[0]);
	if (!ret) {
		ret = pci_interrupt(pci, 1, &n->msi[1]);
		if (ret)
			pci_interrupt_free(pci, &n->msi[0]);
	}
	return ret;
}

static int virtio_net_probe(struct pci_device *pci)
{
	struct virtio_net *n = kzalloc(sizeof(*n));
	int ret;

	if (!n)
		return -ENOMEM;
	pci_enable(pci, false);
	ret = device_init_all(n, pci);
	if (!ret) {
		ret = device_start(n);
		address_read(n);
		n->dev.features = NETDEV_RX_CSUM | NETDEV_PARTS |
			(n->v.features & F_CSUM ? NETDEV_TX_CSUM : 0);
		if (!ret)
			ret = netdev_register(&n->dev);
		if (!ret && !thread_create(n->dev.name, PRIO_NORMAL + 1,
					   receive_thread, n)) {
			netdev_unregister(&n->dev);
			ret = -ENOMEM;
		}
		if (!ret) {
			strcopy(pci->user, n->dev.name, sizeof(pci->user));
			n->config_event = true;
			waitq_wake(&n->wait, 1);
			return 0;
		}
		device_stop(n);
		pci_interrupt_free(pci, &n->msi[0]);
		pci_interrupt_free(pci, &n->msi[1]);
	}
	kprintf("virtio-net: error %d\n", -ret);
	kfree(n);
	return ret;
}

const struct pci_driver virtio_net_driver = {
	.name = "virtio-net",
	.vendor = VIRTIO_VENDOR,
	.ids = { 0x1041, 0x1000 },
	.probe = virtio_net_probe,
};
