/* SPDX-License-Identifier: MIT */
/*
 * tx.c - what a guest sends: requests, copied out of its pages in one call.
 *
 * A request that makes no sense ends the connection; a page that can't be read
 * (any more) costs the packet.  Nothing of a packet is looked at before it has
 * been copied.
 */
#include <arch.h>
#include <hcall/mmu.h>

#include "back.h"

#define PACKETS		64u		/* of one vif in a turn */
#define PIECES		XEN_NETIF_NR_SLOTS_MIN
#define EXTRAS		4u
/* A packet's pieces, cut where our buffers end. */
#define PACKET_OPS	(PIECES + XEN_NETIF_MAX_TX_SIZE / NETBUF_SIZE + 2)
#define OPS		(2 * PACKETS + PACKET_OPS)

struct packet {
	struct netbuf *b;		/* NULL: no memory for it */
	u16 op, nr_ops;
	u16 slot, nr_slots;		/* of answers */
	u16 flags;
	u16 gso_size;
};

/* A turn's, of the one thread: [B]. */
static struct packet packets[PACKETS];
static struct gnttab_copy ops[OPS];
static struct netif_tx_response answers[NETIF_TX_SLOTS];
static unsigned int nr_packets, nr_ops, nr_answers;

static bool wrong(struct vif *v, const char *why)
{
	back_break(v, why);
	return false;
}

static const void *slot(const struct vif *v, u32 n)
{
	return &v->tx->ring[(v->tx_cons + n) % NETIF_TX_SLOTS];
}

static void answer(u16 id, int16_t status)
{
	answers[nr_answers++] = (struct netif_tx_response){ id, status };
}

/*
 * What follows a request with extra information: how large the segments are.
 * The rest of it is not used.
 */
static bool extras_read(struct vif *v, u32 there, u16 *gso_size)
{
	struct netif_extra_info extra;
	unsigned int n = 0;

	do {
		if (nr_answers == there || n++ == EXTRAS)
			return wrong(v, "extra information without end");
		slot_copy(&extra, (const struct netif_extra_info *)
			  slot(v, nr_answers));
		if (!extra.type || extra.type >= XEN_NETIF_EXTRA_TYPE_MAX)
			return wrong(v, "extra information of no kind");
		if (extra.type == XEN_NETIF_EXTRA_TYPE_GSO) {
			*gso_size = extra.u.gso.size;
			if (!*gso_size || (extra.u.gso.type !=
					   XEN_NETIF_GSO_TYPE_TCPV4 &&
					   extra.u.gso.type !=
					   XEN_NETIF_GSO_TYPE_TCPV6))
				return wrong(v, "segments of no kind");
		}
		answer(0, NETIF_RSP_NULL);
	} while (extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return true;
}

/* All requests of a packet to REQ; how many, 0 if they are wrong. */
static unsigned int requests_read(struct vif *v, struct netif_tx_request *req,
				  u32 there, u16 *gso_size)
{
	unsigned int n = 0;

	*gso_size = 0;
	do {
		if (nr_answers == there || n == PIECES)
			return wrong(v, "a packet without end");
		slot_copy(&req[n], (const struct netif_tx_request *)
			  slot(v, nr_answers));
		answer(req[n].id, NETIF_RSP_OKAY);
		if (req[n].flags & NETTXF_extra_info &&
		    (n || !extras_read(v, there, gso_size)))
			return wrong(v, "extra information in the middle");
	} while (req[n++].flags & NETTXF_more_data);
	return n;
}

/* The first piece's own size in place of the packet's, which is returned. */
static unsigned int sizes_check(struct vif *v, struct netif_tx_request *req,
				unsigned int n)
{
	unsigned int total = req[0].size, others = 0, i;

	for (i = 1; i < n; i++)
		others += req[i].size;
	if (total < ETH_MIN || others >= total)
		return wrong(v, "a packet of no size");
	req[0].size = total - others;
	for (i = 0; i < n; i++)
		if (req[i].offset + req[i].size > PAGE_SIZE)
			return wrong(v, "a piece that crosses a page");
	return total;
}

static void copies_add(const struct vif *v, struct netbuf *part,
		       const struct netif_tx_request *req, unsigned int n)
{
	unsigned int at = 0, done, len, i;
	struct gnttab_copy *op;

	for (i = 0; i < n; i++) {
		for (done = 0; done < req[i].size; done += len) {
			if (at == part->len) {
				part = part->more;
				at = 0;
			}
			len = min(req[i].size - done, part->len - at);
			op = &ops[nr_ops++];
			hc_copy_grant(&op->source, v->xdev->domid, req[i].gref,
				      req[i].offset + done);
			hc_copy_frame(&op->dest, hc_virt_to_mfn(part->data),
				      (u64)(part->data + at) % PAGE_SIZE);
			op->len = len;
			op->flags = GNTCOPY_source_gref;
			at += len;
		}
	}
}

/* Does the limit let it pass?  Else when it will. */
static bool rate_allows(struct vif *v, unsigned int len)
{
	u64 now;

	if (!v->rate_bytes)
		return true;
	now = arch->time();
	if (now >= v->credit_at) {
		v->credit = v->rate_bytes;
		v->credit_at = now + v->rate_period;
	}
	/* More than a whole period's: it passes alone, and costs it all. */
	if (len > v->credit && v->credit < v->rate_bytes) {
		v->wait_until = v->credit_at;
		return false;
	}
	v->credit -= min((u64)len, v->credit);
	return true;
}

/* One packet more in the turn: false if there is no more. */
static bool packet_take(struct vif *v, u32 there)
{
	struct packet *p = &packets[nr_packets];
	struct netif_tx_request req[PIECES];
	unsigned int n, len;

	p->slot = nr_answers;
	n = requests_read(v, req, there, &p->gso_size);
	len = n ? sizes_check(v, req, n) : 0;
	if (!len || !rate_allows(v, len)) {
		nr_answers = p->slot;
		return false;
	}
	p->nr_slots = nr_answers - p->slot;
	p->flags = req[0].flags;
	p->op = nr_ops;
	p->b = netbuf_alloc_len(len);
	if (p->b)
		copies_add(v, p->b, req, n);
	p->nr_ops = nr_ops - p->op;
	nr_packets++;
	return true;
}

/* Its answers: the same for every piece. */
static void packet_fail(struct packet *p, int16_t status)
{
	unsigned int i;

	for (i = p->slot; i < p->slot + p->nr_slots; i++)
		if (answers[i].status != NETIF_RSP_NULL)
			answers[i].status = status;
	netbuf_free(p->b);
	p->b = NULL;
}

/* What is left to be done with it, if that can be done. */
static bool offload_find(const struct packet *p)
{
	if (p->gso_size)
		return netbuf_gso_find(p->b, p->gso_size);
	if (p->flags & NETTXF_data_validated)
		p->b->flags = NETBUF_CSUM_OK;
	if (!(p->flags & NETTXF_csum_blank))
		return true;
	p->b->flags = NETBUF_CSUM_BLANK;
	return netbuf_csum_find(p->b);
}

/* It has been copied: may it go on? */
static void packet_check(struct vif *v, struct packet *p)
{
	unsigned int i;
	const u8 *head;

	for (i = p->op; i < p->op + p->nr_ops; i++) {
		if (ops[i].status != GNTST_okay) {
			v->dev.stats.rx_errors++;
			packet_fail(p, NETIF_RSP_ERROR);
			return;
		}
	}
	if (!offload_find(p)) {
		v->dev.stats.rx_errors++;
		packet_fail(p, NETIF_RSP_ERROR);
		return;
	}
	/* A packet of less than that was refused. */
	head = netbuf_head(p->b, 0, ETH_MIN);
	if (!head || eth_address(head + ETH_ADDRESS) != eth_address(v->mac)) {
		v->spoofed++;
		packet_fail(p, NETIF_RSP_DROPPED);
	}
}

static void answers_write(struct vif *v)
{
	u32 old = v->tx_cons;
	unsigned int i;

	for (i = 0; i < nr_answers; i++)
		v->tx->ring[(old + i) % NETIF_TX_SLOTS].rsp = answers[i];
	v->tx_cons += nr_answers;
	if (ring_push(&v->tx->rsp_prod, &v->tx->rsp_event, old, v->tx_cons)) {
		netdev_kick(&v->kick);
		v->dev.stats.kicks++;
	}
}

static void packets_move(struct vif *v)
{
	struct list bufs = LIST(bufs);
	unsigned int i;

	if (nr_ops) {
		hc_grants_copy(ops, nr_ops);
		v->copies += nr_ops;
		v->calls++;
	}
	for (i = 0; i < nr_packets; i++) {
		if (!packets[i].b) {
			v->dev.stats.rx_dropped++;
			packet_fail(&packets[i], NETIF_RSP_DROPPED);
			continue;
		}
		packet_check(v, &packets[i]);
		if (packets[i].b)
			list_add(&bufs, &packets[i].b->node);
	}
	answers_write(v);
	netdev_receive(&v->dev, &bufs);
}

bool back_tx(struct vif *v)
{
	u32 there = ring_index(&v->tx->req_prod) - v->tx_cons;

	if (there > NETIF_TX_SLOTS)
		return wrong(v, "more requests than the ring has");
	nr_packets = nr_ops = nr_answers = 0;
	v->wait_until = 0;
	while (nr_answers < there && nr_packets < PACKETS &&
	       nr_ops + PACKET_OPS <= OPS)
		if (!packet_take(v, there))
			break;
	packets_move(v);
	if (v->broken || v->wait_until)
		return false;
	return ring_wait_for(&v->tx->req_event, &v->tx->req_prod,
			     v->tx_cons + 1);
}
