/* SPDX-License-Identifier: MIT */
/*
 * virtio_net.c - virtio network devices (VIRTIO 1.0, 5.1).
 *
 * Two queues; what the device writes is copied once and checked, by
 * virtqueue.c and here.
 */
#include <mm.h>
#include <pci_drivers.h>
#include "nic.h"
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

#define HDR_NEEDS_CSUM	1
#define HDR_DATA_VALID	2

struct header {
	u8 flags, gso_type;
	u16 hdr_len, gso_size, csum_start, csum_offset, num_buffers;
};
_Static_assert(sizeof(struct header) == 12, "as the standard says");

struct virtio_net {
	struct nic nic;
	struct virtio v;
	struct virtqueue rx, tx;
	struct msi msi[2];		/* configuration, queues */
};

static struct virtio_net *of(struct nic *n)
{
	return container_of(n, struct virtio_net, nic);
}

/* ---- Sending ------------------------------------------------------------ */

static void reclaim(struct nic *nic)
{
	struct virtio_net *n = of(nic);
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

static int send(struct nic *nic, struct netbuf *b)
{
	struct virtio_net *n = of(nic);
	struct vq_part parts[VQ_PARTS];
	struct netbuf *first, *part;
	unsigned int nr = 0;

	if (b->flags & NETBUF_CSUM_BLANK && !(n->v.features & F_CSUM) &&
	    !netbuf_checksum(b))
		return -EINVAL;
	first = header_put(b);
	if (!first)
		return -ENOMEM;
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
		return part || nr > n->tx.size ? -EINVAL : -EAGAIN;
	}
	return 0;
}

static bool kick(struct nic *nic)
{
	return vq_kick(&of(nic)->tx);
}

/* ---- Receiving ---------------------------------------------------------- */

static bool fill(struct nic *nic)
{
	struct virtio_net *n = of(nic);
	struct vq_part part;
	struct netbuf *b;

	while (n->rx.nr_free && !n->rx.broken) {
		b = netbuf_alloc();
		if (!b)
			return false;
		part.machine = dma_machine(b->data) - sizeof(struct header);
		part.len = NETBUF_SIZE + sizeof(struct header);
		if (!vq_add(&n->rx, &part, 1, true, b)) {
			netbuf_free(b);
			break;
		}
	}
	nic->dev.stats.kicks += vq_kick(&n->rx);
	return true;
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

static bool receive(struct nic *nic, struct list *bufs)
{
	struct virtio_net *n = of(nic);
	struct header h;
	struct netbuf *b;
	u32 len;

	b = vq_take(&n->rx, &len);
	if (!b)
		return false;
	/* Copied once: the device could change it. */
	memcpy(&h, b->data - sizeof(h), sizeof(h));
	if (!(n->v.features & F_MERGE))
		h.num_buffers = 1;
	if (len < sizeof(h) + ETH_MIN || !h.num_buffers ||
	    !rx_more(n, b, h.num_buffers - 1)) {
		n->rx.broken = true;
		netbuf_free(b);
		return false;
	}
	b->len = len - sizeof(h);
	rx_checksum(b, &h);
	list_add(bufs, &b->node);
	return true;
}

static bool pending(struct nic *nic)
{
	return vq_pending(&of(nic)->rx);
}

static void interrupt(struct nic *nic, bool on)
{
	vq_interrupt(&of(nic)->rx, on);
}

/* ---- The device --------------------------------------------------------- */

static void on_queue(void *arg)
{
	interrupt(arg, false);
	nic_received(arg);
}

static void on_config(void *arg)
{
	nic_link_changed(arg);
}

static int start(struct nic *nic)
{
	struct virtio_net *n = of(nic);
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
	return 0;
}

static void stop(struct nic *nic)
{
	struct virtio_net *n = of(nic);
	struct netbuf *b;

	/* Bus mastering off is what counts: it writes nothing any more. */
	virtio_reset(&n->v);
	pci_enable(n->v.pci, false);
	while ((b = vq_abandon(&n->rx)) || (b = vq_abandon(&n->tx)))
		netbuf_free(b);
}

static bool has_link(struct nic *nic)
{
	struct virtio_net *n = of(nic);

	if (!(n->v.features & F_STATUS) ||
	    n->v.config_len < CONFIG_STATUS + 2)
		return true;
	return n->v.config[CONFIG_STATUS] & STATUS_LINK;
}

static bool broken(struct nic *nic)
{
	struct virtio_net *n = of(nic);

	return n->rx.broken || n->tx.broken || virtio_failed(&n->v);
}

static const struct nic_ops ops = {
	.start = start,
	.stop = stop,
	.fill = fill,
	.receive = receive,
	.pending = pending,
	.interrupt = interrupt,
	.reclaim = reclaim,
	.send = send,
	.kick = kick,
	.link = has_link,
	.broken = broken,
};

/* What it offers may be asked for before it is started. */
static void describe(struct virtio_net *n)
{
	struct netdev *dev = &n->nic.dev;
	unsigned int i;
	u16 mtu;

	/* Locally administered, should the device have none. */
	dev->mac[0] = 2;
	dev->mac[5] = n->v.pci->function;
	for (i = 0; n->v.features & F_MAC && i < ETH_ADDRESS; i++)
		dev->mac[i] = n->v.config[i];
	dev->features = NETDEV_RX_CSUM | NETDEV_PARTS |
		(n->v.features & F_CSUM ? NETDEV_TX_CSUM : 0);
	dev->mtu = ETH_MTU;
	if (!(n->v.features & F_MTU) || n->v.config_len < CONFIG_MTU + 2)
		return;
	mtu = n->v.config[CONFIG_MTU] | n->v.config[CONFIG_MTU + 1] << 8;
	if (mtu >= 68)
		dev->mtu = mtu;
}

static int prepare(struct virtio_net *n, struct pci_device *pci)
{
	int ret = virtio_init(&n->v, pci);

	list_init(&n->nic.wait.threads);
	list_init(&n->nic.tx_lock.waiters.threads);
	n->nic.ops = &ops;
	n->msi[0].fn = on_config;
	n->msi[1].fn = on_queue;
	n->msi[0].arg = n->msi[1].arg = &n->nic;
	if (!ret && n->v.config_len < ETH_ADDRESS)
		ret = -EINVAL;
	if (!ret)
		ret = virtio_reset(&n->v);
	if (!ret)
		ret = virtio_features(&n->v, FEATURES);
	if (!ret)
		describe(n);
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
	ret = prepare(n, pci);
	if (!ret) {
		ret = nic_start(&n->nic, pci);
		if (!ret)
			return 0;
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
