/* SPDX-License-Identifier: MIT */
/*
 * vif_back.c - a front end that does what it likes, and the back end's rings.
 *
 * The input writes requests and indices, good ones and any, also while pages
 * are copied, and says which grants can be used.  What is passed on must be
 * whole and come from the guest's own address, copies must stay in pages of
 * ours, and no buffer may be lost.
 */
#include "vif/world.h"

#include "../../drivers/net/back/back.h"

static struct netif_tx_sring tx;
static struct netif_rx_sring rx;
static struct xenbus_device xdev = { .domid = 1 };
unsigned int back_vifs = 1;
static struct vif v = { .mac = { 2, 0, 0, 0, 0, 1 }, .xdev = &xdev };

void back_kick(struct vif *w)
{
	w->kicked = true;
}

void back_break(struct vif *w, const char *why)
{
	w->broken = why;
}

void netdev_receive(struct netdev *dev, struct list *bufs)
{
	struct netbuf *b;
	u8 from[ETH_ADDRESS];

	(void)dev;
	while ((b = netbuf_take(bufs))) {
		packet_check(b);
		netbuf_read(b, ETH_ADDRESS, from, sizeof(from));
		if (memcmp(from, v.mac, sizeof(from)))
			abort();
		nr_received++;
		netbuf_free(b);
	}
}

/* The guest's page is what comes of the input; half of it is well made. */
static void copy_in(u8 *to, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = i & 3 ? 0 : next_byte();
	if (n >= 2 * ETH_ADDRESS && next_byte() & 3)
		memcpy(to + ETH_ADDRESS, v.mac, ETH_ADDRESS);
	if (n > 40 && next_byte() & 1)
		memcpy(to + 12, "\x08\0\x45", 3);
}

long hc_grants_copy(struct gnttab_copy *list, unsigned int n)
{
	struct gnttab_copy_ptr *own;
	unsigned int i;

	for (i = 0; i < n; i++) {
		own = list[i].flags & GNTCOPY_source_gref ? &list[i].dest :
			&list[i].source;
		if (own->domid != DOMID_SELF ||
		    own->offset + list[i].len > PAGE_SIZE)
			abort();
		if (own == &list[i].dest)
			copy_in((u8 *)(own->u.gmfn * PAGE_SIZE) + own->offset,
				list[i].len);
		list[i].status = next_byte() % 16 ? 0 : GNTST_bad_gntref;
	}
	((u8 *)&tx)[next_word() % sizeof(tx)] = next_byte();
	return 0;
}

static void request_tx(void)
{
	static const u8 flags[] = { 0, 0, 0, 1, 2, 4, 4, 8, 12, 15 };
	u16 size = next_word();

	tx.ring[tx.req_prod++ % NETIF_TX_SLOTS].req = (struct netif_tx_request){
		.offset = next_byte() & 7 ? 0 : next_word(),
		.flags = flags[next_byte() % sizeof(flags)],
		.id = next_byte(), .size = next_byte() & 7 ? size % 1600 : size,
	};
}

/* Good to begin with, or nearly; behind a request that speaks of it. */
static void extra_tx(void)
{
	tx.ring[(tx.req_prod - 1) % NETIF_TX_SLOTS].req.flags |=
		NETTXF_extra_info;
	tx.ring[tx.req_prod++ % NETIF_TX_SLOTS].extra =
		(struct netif_extra_info){
			.type = next_byte() & 7 ? XEN_NETIF_EXTRA_TYPE_GSO :
				next_byte(),
			.flags = !(next_byte() & 7),
			.u.gso.size = next_word(),
			.u.gso.type = next_byte() & 3,
		};
}

static void reset(void)
{
	netbuf_free_list(&v.queue);
	v.nr_queued = 0;
	v.broken = NULL;
	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	v.tx_cons = v.rx_cons = 0;
}

static void step(u8 what)
{
	struct list bufs = LIST(bufs);
	struct netbuf *b;

	switch (what % 9) {
	case 0:
	case 1:
		request_tx();
		break;
	case 8:
		request_tx();
		extra_tx();
		break;
	case 2:
		rx.req_prod += next_byte() % 32;
		break;
	case 3:
		((u8 *)&tx)[next_word() % sizeof(tx)] = next_byte();
		((u8 *)&rx)[next_word() % sizeof(rx)] = next_byte();
		break;
	case 4:
		tx.req_prod = v.tx_cons + next_word();
		break;
	case 5:
	case 6:
		back_tx(&v);
		break;
	case 7:
		b = some_packet(v.mac);
		if (b)
			list_add(&bufs, &b->node);
		back_send(&v.dev, &bufs);
		break;
	}
	if (v.broken)
		reset();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	input = data;
	input_end = data + size;
	list_init(&v.queue);
	v.tx = &tx;
	v.rx = &rx;
	reset();
	v.csum = next_byte() & 1;
	v.sg = next_byte() & 1;
	v.gso = next_byte() & 1;
	v.rate_bytes = next_byte() & 1 ? 10000 : 0;
	v.rate_period = 100 * NSEC_PER_USEC;
	while (input < input_end)
		step(next_byte());
	reset();
	if (buffers_used())
		abort();
	return 0;
}
