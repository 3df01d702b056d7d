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

#define QUEUE	512u		/* packets that wait for one guest */
#define OPS	64u		/* copied in one call */
#define PIECES	XEN_NETIF_NR_SLOTS_MIN

struct mutex back_rx_lock = MUTEX(back_rx_lock);

/* [R] */
static struct gnttab_copy ops[OPS];
static struct netif_rx_response answers[OPS];

static unsigned int pieces(const struct netbuf *b)
{
	unsigned int n = 0;

	for (; b; b = b->more)
		n++;
	return n;
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
	return (!b->more || v->sg) && pieces(b) <= PIECES &&
	       netbuf_len(b) >= ETH_MIN;
}

/* A request for each piece of B; AT counts them. */
static void copies_add(const struct vif *v, const struct netbuf *b,
		       unsigned int at)
{
	bool blank = b->flags & NETBUF_CSUM_BLANK;
	u16 flags = blank ? NETRXF_csum_blank | NETRXF_data_validated :
		    b->flags & NETBUF_CSUM_OK ? NETRXF_data_validated : 0;
	struct netif_rx_request req;

	for (; b; b = b->more, at++, flags = 0) {
		slot_copy(&req, &v->rx->ring[(v->rx_cons + at) %
					     NETIF_RX_SLOTS].req);
		hc_copy_frame(&ops[at].source, hc_virt_to_mfn(b->data),
			      (u64)b->data % 4096);
		hc_copy_grant(&ops[at].dest, v->xdev->domid, req.gref, 0);
		ops[at].len = b->len;
		ops[at].flags = GNTCOPY_dest_gref;
		answers[at] = (struct netif_rx_response){
			req.id, 0, flags | (b->more ? NETRXF_more_data : 0),
			b->len,
		};
	}
}

/* Takes packets that fit THERE requests off the queue, to DONE. */
static unsigned int gather(struct vif *v, u32 there, struct list *done)
{
	unsigned int n = 0, need;
	struct netbuf *b;

	while (!list_empty(&v->queue)) {
		b = netbuf_first(&v->queue);
		need = pieces(b);
		if (n + need > min(there, OPS))
			break;
		copies_add(v, b, n);
		n += need;
		list_del(&b->node);
		list_add(done, &b->node);
		v->nr_queued--;
	}
	return n;
}

/* A piece that the guest's page did not take spoils its packet. */
static void settle(struct vif *v, struct list *done)
{
	unsigned int at = 0, n, i;
	struct netbuf *b;
	bool good;

	while ((b = netbuf_take(done))) {
		n = pieces(b);
		for (good = true, i = at; i < at + n; i++)
			good = good && ops[i].status == GNTST_okay;
		for (i = at; i < at + n && !good; i++)
			answers[i].status = NETIF_RSP_ERROR;
		at += n;
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
	unsigned int n, i;

	while (!list_empty(&v->queue) && !v->broken) {
		there = ring_index(&v->rx->req_prod) - v->rx_cons;
		if (there > NETIF_RX_SLOTS) {
			back_break(v, "more pages than the ring has");
			break;
		}
		n = gather(v, there, &done);
		if (!n && ring_wait_for(&v->rx->req_event, &v->rx->req_prod,
				v->rx_cons + pieces(netbuf_first(&v->queue))))
			continue;
		if (!n)
			break;
		hc_grants_copy(ops, n);
		settle(v, &done);
		for (i = 0; i < n; i++)
			v->rx->ring[(v->rx_cons + i) % NETIF_RX_SLOTS].rsp =
				answers[i];
		v->rx_cons += n;
	}
	if (ring_push(&v->rx->rsp_prod, &v->rx->rsp_event, old, v->rx_cons)) {
		hc_event_send(v->port);
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
			v->nr_queued++;
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
