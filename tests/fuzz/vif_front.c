/* SPDX-License-Identifier: MIT */
/*
 * vif_front.c - a back end that does what it likes, and the front end's rings.
 *
 * The input writes responses and indices, good ones and any, and says which
 * grants are still in use.  What is passed on must be whole; a page that is
 * lent must not be given back, and no other buffer may be lost.
 */
#include "vif/world.h"

#include "../../drivers/net/front/front.h"

#define REFS	2048

static struct netif_tx_sring tx;
static struct netif_rx_sring rx;
static struct xenbus_device xdev;
static struct front f = { .xdev = &xdev };
static u64 granted[REFS];		/* the frame, or 0 */
static grant_ref_t next_ref;
static struct netbuf *lost[REFS];	/* whose page is in use */
static unsigned int nr_lost;

grant_ref_t hc_grant_alloc(void)
{
	return next_ref < REFS ? next_ref++ : HC_GRANT_NONE;
}

void hc_grant_access(grant_ref_t ref, domid_t dom, u64 mfn, bool readonly)
{
	(void)dom;
	(void)readonly;
	if (granted[ref] || !mfn)
		abort();
	granted[ref] = mfn;
}

static struct netbuf *lent(const struct front_table *t, grant_ref_t ref)
{
	unsigned int i;

	for (i = 0; i < FRONT_SLOTS; i++)
		if (t->at[i].ref == ref && t->at[i].b)
			return t->at[i].b;
	return NULL;
}

bool hc_grant_end(grant_ref_t ref)
{
	struct netbuf *b = lent(&f.out, ref);

	if (!granted[ref])
		abort();
	if (next_byte() == 0xee && nr_lost < REFS) {
		lost[nr_lost++] = b ? b : lent(&f.in, ref);
		return false;
	}
	granted[ref] = 0;
	return true;
}

static void receive(void)
{
	struct list bufs = LIST(bufs);
	struct netbuf *b;

	if (!f.broken)
		front_receive(&f, &bufs);
	while ((b = netbuf_take(&bufs))) {
		packet_check(b);
		nr_received++;
		netbuf_free(b);
	}
}

static void clear(struct front_table *t)
{
	struct netbuf *b;
	u16 id;

	for (id = 0; id < FRONT_SLOTS; id++) {
		b = t->at[id].b;
		if (!b || !table_end(t, id))
			continue;
		b->more = NULL;
		netbuf_free(b);
	}
}

static void end(void)
{
	clear(&f.out);
	clear(&f.in);
	netbuf_free(f.part);
	netbuf_free_list(&f.queue);
}

static void begin(void)
{
	unsigned int i;

	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	memset(&f, 0, sizeof(f));
	memset(granted, 0, sizeof(granted));
	next_ref = 8;
	f.xdev = &xdev;
	f.tx = &tx;
	f.rx = &rx;
	f.connected = f.sg = true;
	f.gso = next_byte() & 1;
	list_init(&f.queue);
	table_init(&f.out);
	table_init(&f.in);
	for (i = 0; i < FRONT_SLOTS; i++) {
		f.out.at[i].ref = hc_grant_alloc();
		f.in.at[i].ref = hc_grant_alloc();
	}
	front_fill(&f);
}

static void response_rx(void)
{
	static const u8 flags[] = { 0, 0, 0, 1, 2, 3, 4, 4, 8, 15 };
	u32 at = rx.rsp_prod++ % NETIF_RX_SLOTS;
	u16 size = next_word();

	rx.ring[at].rsp = (struct netif_rx_response){
		.id = next_byte() & 7 ? rx.ring[at].req.id : next_word(),
		.offset = next_byte() & 7 ? 0 : next_word(),
		.flags = flags[next_byte() % sizeof(flags)],
		.status = next_byte() & 7 ? size % 1600 : size,
	};
}

static void extra_rx(void)
{
	rx.ring[(rx.rsp_prod - 1) % NETIF_RX_SLOTS].rsp.flags |=
		NETRXF_extra_info;
	rx.ring[rx.rsp_prod++ % NETIF_RX_SLOTS].extra =
		(struct netif_extra_info){
			.type = next_byte() & 7 ? XEN_NETIF_EXTRA_TYPE_GSO :
				next_byte(),
			.flags = !(next_byte() & 7),
			.u.gso.size = next_word(),
			.u.gso.type = next_byte() & 3,
		};
}

static void step(u8 what)
{
	static const u8 mac[ETH_ADDRESS] = { 2 };
	struct list bufs = LIST(bufs);
	struct netbuf *b;
	u32 at;

	switch (what % 9) {
	case 0:
		b = some_packet(mac);
		if (b)
			list_add(&bufs, &b->node);
		front_send(&f.dev, &bufs);
		break;
	case 1:
		at = tx.rsp_prod++ % NETIF_TX_SLOTS;
		tx.ring[at].rsp.id = next_byte() & 15 ?
			tx.ring[at].req.id : next_word();
		break;
	case 2:
	case 3:
		response_rx();
		break;
	case 8:
		response_rx();
		extra_rx();
		break;
	case 4:
		((u8 *)&tx)[next_word() % sizeof(tx)] = next_byte();
		((u8 *)&rx)[next_word() % sizeof(rx)] = next_byte();
		break;
	case 5:
	case 6:
		receive();
		break;
	case 7:
		if (f.broken)
			break;
		front_reclaim(&f);
		if (!f.broken)
			front_send_queue(&f);
		break;
	}
	if (f.broken) {
		end();
		begin();
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u64 before = buffers_used();

	input = data;
	input_end = data + size;
	begin();
	while (input < input_end)
		step(next_byte());
	end();
	/* Nobody else has what was lost. */
	while (nr_lost) {
		lost[--nr_lost]->more = NULL;
		netbuf_free(lost[nr_lost]);
	}
	if (buffers_used() != before)
		abort();
	return 0;
}
