/* SPDX-License-Identifier: MIT */
/*
 * rx.c - what a guest receives: packets copied into the pages that it lends.
 *
 * Who has no page for it has a packet wait, within bounds: enough for what
 * hundreds of connections send at once, and no more than its share when buffers
 * are short, so that guests that do not read can't starve the others.
 */
#include <hcall/mmu.h>

#include "back.h"

#define QUEUE	512u		/* pieces that wait for one guest */
#define OPS	64u		/* copied in one call */
#define PIECES	XEN_NETIF_NR_SLOTS_MIN

struct mutex back_rx_lock = MUTEX(back_rx_lock);

/* [R] */
static struct gnttab_copy ops[OPS];
static struct netif_rx_response answers[OPS];
static unsigned int nr_ops, nr_answers;

static unsigned int pieces(const struct netbuf *b)
{
	unsigned int n = 0;

	for (; b; b = b->more)
		n++;
	return n;
}

/* Of the ring: a packet with a gso_size has one more, for that. */
static unsigned int slots(const struct netbuf *b)
{
	return pieces(b) + !!b->gso_size;
}

/* When buffers are short, nobody has more than a share of half of them. */
static bool room(const struct vif *v)
{
	struct netbuf_pool pool;
	u64 share;

	netbuf_pool_show(&pool);
	share = max(pool.most / 2 / back_vifs, 1UL);
	return v->nr_queued < (pool.used > pool.most / 2 ? share : QUEUE);
}

/* Made such that the guest understands it: false if that can't be done. */
static bool prepare(const struct vif *v, struct netbuf *b)
{
	if (b->flags & NETBUF_CSUM_BLANK && !v->csum && !netbuf_checksum(b))
		return false;
	return (!b->more || v->sg) && (!b->gso_size || v->gso) &&
	       pieces(b) <= PIECES &&
	       netbuf_len(b) >= ETH_MIN;
}

static void copy_add(const struct vif *v, const struct netbuf *part,
		     grant_ref_t ref)
{
	struct gnttab_copy *op = &ops[nr_ops++];

	hc_copy_frame(&op->source, hc_virt_to_mfn(part->data),
		      (u64)part->data % 4096);
	hc_copy_grant(&op->dest, v->xdev->domid, ref, 0);
	op->len = part->len;
	op->flags = GNTCOPY_dest_gref;
}

/* In a slot of its own, whose page is not used. */
static void extra_add(const struct netbuf *b)
{
	struct netif_extra_info extra = {
		.type = XEN_NETIF_EXTRA_TYPE_GSO,
		.u.gso.size = b->gso_size,
		.u.gso.type = netbuf_is_v6(b) ? XEN_NETIF_GSO_TYPE_TCPV6 :
						XEN_NETIF_GSO_TYPE_TCPV4,
	};

	_Static_assert(sizeof(extra) == sizeof(answers[0]), "a slot");
	memcpy(&answers[nr_answers++], &extra, sizeof(extra));
}

/* A request for each piece of B. */
static void copies_add(const struct vif *v, const struct netbuf *b)
{
	bool blank = b->flags & NETBUF_CSUM_BLANK;
	u16 flags = blank ? NETRXF_csum_blank | NETRXF_data_validated :
		    b->flags & NETBUF_CSUM_OK ? NETRXF_data_validated : 0;
	const struct netbuf *part;
	struct netif_rx_request req;

	if (b->gso_size)
		flags |= NETRXF_extra_info;
	for (part = b; part; part = part->more, flags = 0) {
		slot_copy(&req, &v->rx->ring[(v->rx_cons + nr_answers) %
					     NETIF_RX_SLOTS].req);
		copy_add(v, part, req.gref);
		answers[nr_answers++] = (struct netif_rx_response){
			req.id, 0, flags | (part->more ? NETRXF_more_data : 0),
			part->len,
		};
		if (flags & NETRXF_extra_info)
			extra_add(b);
	}
}

/* Takes packets that fit THERE requests off the queue, to DONE. */
static void gather(struct vif *v, u32 there, struct list *done)
{
	struct netbuf *b;

	nr_ops = nr_answers = 0;
	while (!list_empty(&v->queue)) {
		b = netbuf_first(&v->queue);
		if (nr_answers + slots(b) > min(there, OPS))
			break;
		copies_add(v, b);
		list_del(&b->node);
		list_add(done, &b->node);
		v->nr_queued -= pieces(b);
	}
}

/* A piece that the guest's page did not take spoils its packet. */
static void settle(struct vif *v, struct list *done)
{
	unsigned int at = 0, op = 0, end, i;
	struct netbuf *b;
	bool good;

	while ((b = netbuf_take(done))) {
		for (good = true, end = op + pieces(b); op < end; op++)
			good = good && ops[op].status == GNTST_okay;
		end = at + slots(b);
		for (i = at; i < end && !good; i++)
			if (i != at + 1 || !b->gso_size)
				answers[i].status = NETIF_RSP_ERROR;
		at = end;
		if (good) {
			v->dev.stats.tx_packets++;
			v->dev.stats.tx_bytes += netbuf_len(b);
		} else {
			v->dev.stats.tx_errors++;
		}
		netbuf_free(b);
	}
}

void back_rx(struct vif *v)
{
	u32 old = v->rx_cons, there;
	struct list done = LIST(done);
	unsigned int i;

	while (!list_empty(&v->queue) && !v->broken) {
		there = ring_index(&v->rx->req_prod) - v->rx_cons;
		if (there > NETIF_RX_SLOTS) {
			back_break(v, "more pages than the ring has");
			break;
		}
		gather(v, there, &done);
		/* Later: an index that goes to and fro is not to hold us. */
		if (!nr_ops && ring_wait_for(&v->rx->req_event,
				&v->rx->req_prod,
				v->rx_cons + slots(netbuf_first(&v->queue))))
			back_kick(v);
		if (!nr_ops)
			break;
		hc_grants_copy(ops, nr_ops);
		settle(v, &done);
		for (i = 0; i < nr_answers; i++)
			v->rx->ring[(v->rx_cons + i) % NETIF_RX_SLOTS].rsp =
				answers[i];
		v->rx_cons += nr_answers;
	}
	if (ring_push(&v->rx->rsp_prod, &v->rx->rsp_event, old, v->rx_cons)) {
		netdev_kick(&v->kick);
		v->dev.stats.kicks++;
	}
}

int back_send(struct netdev *dev, struct list *bufs)
{
	struct vif *v = container_of(dev, struct vif, dev);
	struct netbuf *b;
	int ret = 0;

	mutex_lock(&back_rx_lock);
	while ((b = netbuf_take(bufs))) {
		if (v->rx && !room(v))
			back_rx(v);
		if (v->rx && room(v) && prepare(v, b)) {
			list_add(&v->queue, &b->node);
			v->nr_queued += pieces(b);
			continue;
		}
		dev->stats.tx_dropped++;
		netbuf_free(b);
		ret = -ENOBUFS;
	}
	if (v->rx)
		back_rx(v);
	mutex_unlock(&back_rx_lock);
	return ret;
}
