/* SPDX-License-Identifier: MIT */
/*
 * path.c - packets through the front end's rings.
 *
 * Granting and ending a grant are stores into our own table: only notifying
 * the back end is a call, and it says when it wants that.
 */
#include <arch.h>
#include <hcall/mmu.h>

#include "front.h"

#define QUEUE	512u	/* packets that wait for slots */
#define BATCH	64u	/* received in one piece */
#define PIECES	XEN_NETIF_NR_SLOTS_MIN

static bool wrong(struct front *f, const char *why)
{
	f->broken = why;
	return false;
}

/* ---- Tables ------------------------------------------------------------- */

void table_init(struct front_table *t)
{
	unsigned int i;

	for (i = 0; i < FRONT_SLOTS; i++)
		t->ids[i] = FRONT_SLOTS - 1 - i;
	t->nr_free = FRONT_SLOTS;
}

/* There is a free one. */
static u16 table_begin(struct front_table *t, u32 domid, struct netbuf *b,
		       bool readonly)
{
	u16 id = t->ids[--t->nr_free];

	t->at[id].b = b;
	hc_grant_access(t->at[id].ref, domid, hc_virt_to_mfn(b->data),
			readonly);
	return id;
}

/* A page that is lost has cost a reference; there may be another. */
static void table_lost(struct front_table *t, u16 id)
{
	bool off = irq_save();
	grant_ref_t ref = hc_grant_alloc();

	irq_restore(off);
	t->at[id].b = NULL;
	if (ref == HC_GRANT_NONE)
		return;
	t->at[id].ref = ref;
	t->ids[t->nr_free++] = id;
}

bool table_end(struct front_table *t, u16 id)
{
	if (!hc_grant_end(t->at[id].ref)) {
		table_lost(t, id);
		return false;
	}
	t->at[id].b = NULL;
	t->ids[t->nr_free++] = id;
	return true;
}

/* ---- Sending ------------------------------------------------------------ */

void front_reclaim(struct front *f)
{
	struct netif_tx_response rsp;
	struct netbuf *b;
	u32 prod;

	do {
		prod = ring_index(&f->tx->rsp_prod);
		if (prod - f->tx_cons > f->tx_prod - f->tx_cons) {
			wrong(f, "more answers than requests");
			return;
		}
		while (f->tx_cons != prod) {
			slot_copy(&rsp, &f->tx->ring[f->tx_cons++ %
						     FRONT_SLOTS].rsp);
			if (rsp.status == NETIF_RSP_NULL)
				continue;
			b = rsp.id < FRONT_SLOTS ? f->out.at[rsp.id].b : NULL;
			if (!b || !table_end(&f->out, rsp.id)) {
				wrong(f, "an answer to no request");
				return;
			}
			if (rsp.status != NETIF_RSP_OKAY)
				f->dev.stats.tx_errors++;
			b->more = NULL;
			netbuf_free(b);
		}
		/* Without packets that wait, a quarter of a ring later is soon
		 * enough; who sends takes back what was sent, too. */
	} while (ring_wait_for(&f->tx->rsp_event, &f->tx->rsp_prod,
			       f->tx_cons + (f->nr_queued ? 1 :
			       max((f->tx_prod - f->tx_cons) / 2,
				   FRONT_SLOTS / 4))));
}

static void request(struct front *f, struct netbuf *part, u16 flags, u16 size)
{
	u16 offset = (u64)part->data % PAGE_SIZE;
	u16 id = table_begin(&f->out, f->xdev->domid, part, true);

	f->tx->ring[f->tx_prod++ % FRONT_SLOTS].req =
		(struct netif_tx_request){
			f->out.at[id].ref, offset, flags, id, size,
		};
}

/* How it is to be cut, in a slot behind the first part's. */
static void request_extra(struct front *f, const struct netbuf *b)
{
	f->tx->ring[f->tx_prod++ % FRONT_SLOTS].extra =
		(struct netif_extra_info){
			.type = XEN_NETIF_EXTRA_TYPE_GSO,
			.u.gso.size = b->gso_size,
			.u.gso.type = netbuf_is_v6(b) ?
				XEN_NETIF_GSO_TYPE_TCPV6 :
				XEN_NETIF_GSO_TYPE_TCPV4,
		};
}

/* Each part is given back by itself, by its answer. */
static void send_one(struct front *f, struct netbuf *b)
{
	u16 size = netbuf_len(b), flags = 0;
	struct netbuf *more;

	if (b->flags & NETBUF_CSUM_BLANK)
		flags = NETTXF_csum_blank | NETTXF_data_validated;
	else if (b->flags & NETBUF_CSUM_OK)
		flags = NETTXF_data_validated;
	if (b->gso_size)
		flags |= NETTXF_extra_info;
	f->dev.stats.tx_packets++;
	f->dev.stats.tx_bytes += size;
	for (; b; b = more) {
		more = b->more;
		request(f, b, flags | (more ? NETTXF_more_data : 0), size);
		if (flags & NETTXF_extra_info)
			request_extra(f, b);
		size = more ? more->len : 0;
		flags = 0;
	}
}

static unsigned int parts(const struct netbuf *b)
{
	unsigned int n = 0;

	for (; b; b = b->more)
		n++;
	return n;
}

void front_send_queue(struct front *f)
{
	u32 old = f->tx_prod;
	struct netbuf *b;

	while (!list_empty(&f->queue)) {
		b = netbuf_first(&f->queue);
		if (parts(b) > f->out.nr_free ||
		    parts(b) + !!b->gso_size >
		    FRONT_SLOTS - (f->tx_prod - f->tx_cons))
			break;
		list_del(&b->node);
		f->nr_queued--;
		send_one(f, b);
	}
	if (ring_push(&f->tx->req_prod, &f->tx->req_event, old, f->tx_prod)) {
		netdev_kick(&f->kick);
		f->dev.stats.kicks++;
	}
}

static bool sendable(const struct front *f, const struct netbuf *b)
{
	size_t len = netbuf_len(b);

	return f->connected && !f->broken && f->nr_queued < QUEUE &&
	       len >= ETH_MIN && len <= XEN_NETIF_MAX_TX_SIZE &&
	       parts(b) <= (f->sg ? PIECES : 1) && (!b->gso_size || f->gso);
}

int front_send(struct netdev *dev, struct list *bufs)
{
	struct front *f = container_of(dev, struct front, dev);
	struct netbuf *b;
	int ret = 0;

	mutex_lock(&f->lock);
	while ((b = netbuf_take(bufs))) {
		if (sendable(f, b)) {
			list_add(&f->queue, &b->node);
			f->nr_queued++;
			continue;
		}
		dev->stats.tx_dropped++;
		netbuf_free(b);
		ret = -ENOBUFS;
	}
	if (f->connected && !f->broken) {
		front_send_queue(f);
		/* What still waits has us told of the next answer. */
		front_reclaim(f);
		if (f->nr_queued && !f->broken)
			front_send_queue(f);
	}
	mutex_unlock(&f->lock);
	return ret;
}

/* ---- Receiving ---------------------------------------------------------- */

void front_fill(struct front *f)
{
	u32 old = f->rx_prod;
	struct netbuf_pool pool;
	struct netbuf *b;
	u16 id;

	netbuf_pool_show(&pool);
	/* A part of all buffers: the others are for what is sent and read. */
	while (f->in.nr_free && f->rx_prod - f->rx_cons <
	       min(max(pool.most / 4, 32UL), (u64)FRONT_SLOTS)) {
		b = netbuf_alloc();
		if (!b)
			break;
		id = table_begin(&f->in, f->xdev->domid, b, false);
		f->rx_ids[f->rx_prod % FRONT_SLOTS] = id;
		f->rx->ring[f->rx_prod++ % FRONT_SLOTS].req =
			(struct netif_rx_request){
				.id = id, .gref = f->in.at[id].ref,
			};
	}
	if (ring_push(&f->rx->req_prod, &f->rx->req_event, old, f->rx_prod)) {
		netdev_kick(&f->kick);
		f->dev.stats.kicks++;
	}
}

/* The whole packet is there, or was no good. */
static void packet_done(struct front *f, struct list *bufs)
{
	struct netbuf *b = f->part;

	if (b && f->gso_size && !netbuf_gso_find(b, f->gso_size))
		f->skip = true;
	f->part = f->last = NULL;
	f->nr_parts = f->gso_size = 0;
	if (f->skip || !b || netbuf_len(b) < ETH_MIN ||
	    (b->flags & NETBUF_CSUM_BLANK && !netbuf_csum_find(b))) {
		f->dev.stats.rx_errors++;
		netbuf_free(b);
	} else {
		list_add(bufs, &b->node);
	}
	f->skip = false;
}

static void part_add(struct front *f, struct netbuf *b,
		     const struct netif_rx_response *rsp)
{
	b->data = (u8 *)((u64)b->data & -(u64)PAGE_SIZE) + rsp->offset;
	b->len = rsp->status;
	if (rsp->flags & NETRXF_csum_blank)
		b->flags = NETBUF_CSUM_BLANK;
	else if (rsp->flags & NETRXF_data_validated)
		b->flags = NETBUF_CSUM_OK;
	if (f->last)
		f->last->more = b;
	else
		f->part = b;
	f->last = b;
	f->nr_parts++;
}

/* One response: false if it breaks the rules. */
static bool response(struct front *f, const struct netif_rx_response *rsp,
		     struct list *bufs)
{
	struct netbuf *b = rsp->id < FRONT_SLOTS ? f->in.at[rsp->id].b : NULL;

	if (!b || !table_end(&f->in, rsp->id))
		return wrong(f, "an answer to no request");
	if (rsp->status > 0 && rsp->offset + rsp->status > PAGE_SIZE) {
		netbuf_free(b);
		return wrong(f, "data that crosses a page");
	}
	if (f->nr_parts == PIECES) {
		netbuf_free(b);
		return wrong(f, "what was not asked for");
	}
	if (rsp->status <= 0) {
		f->skip = true;
		netbuf_free(b);
	} else {
		part_add(f, b, rsp);
	}
	if (!(rsp->flags & NETRXF_more_data))
		packet_done(f, bufs);
	return true;
}

/*
 * Slots behind a response: how large the segments were.  The buffers that were
 * asked for there have nothing in them.
 */
static bool extras(struct front *f, u32 prod)
{
	struct netif_extra_info extra;
	struct netbuf *b;
	u16 id;

	do {
		if (f->rx_cons == prod)
			return wrong(f, "extra information without end");
		id = f->rx_ids[f->rx_cons % FRONT_SLOTS];
		slot_copy(&extra,
			  &f->rx->ring[f->rx_cons++ % FRONT_SLOTS].extra);
		b = f->in.at[id].b;
		if (!b || !table_end(&f->in, id))
			return wrong(f, "an answer to no request");
		netbuf_free(b);
		if (extra.type != XEN_NETIF_EXTRA_TYPE_GSO ||
		    !extra.u.gso.size)
			return wrong(f, "what was not asked for");
		f->gso_size = extra.u.gso.size;
	} while (extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return true;
}

bool front_receive(struct front *f, struct list *bufs)
{
	u32 prod = ring_index(&f->rx->rsp_prod);
	struct netif_rx_response rsp;
	unsigned int n;

	if (prod - f->rx_cons > f->rx_prod - f->rx_cons)
		return wrong(f, "more answers than requests");
	for (n = 0; n < BATCH && f->rx_cons != prod; n++) {
		slot_copy(&rsp, &f->rx->ring[f->rx_cons++ % FRONT_SLOTS].rsp);
		if ((rsp.flags & NETRXF_extra_info && !extras(f, prod)) ||
		    !response(f, &rsp, bufs))
			return false;
	}
	front_fill(f);
	return ring_wait_for(&f->rx->rsp_event, &f->rx->rsp_prod,
			     f->rx_cons + 1);
}
