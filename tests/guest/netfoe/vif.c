/* SPDX-License-Identifier: MIT */
/*
 * vif.c - a front end that breaks the rules of its rings.
 *
 * Each crime begins with a connection that is as it should be, and ends with
 * how the back end took it: an answer, or the end of the connection.
 */
#include "foe.h"

#define page	__attribute__((aligned(HC_PAGE_SIZE)))
#define LENT	8u		/* pages of data */
#define THROWN	1000		/* no answer: the vif was shut */
#define NOTHING	1001		/* neither, within two seconds */

static union {
	struct netif_tx_sring ring;
	uint32_t word[1024];
} tx page;
static union {
	struct netif_rx_sring ring;
	uint32_t word[1024];
} rx page;
static uint8_t data[LENT][HC_PAGE_SIZE] page;
static char grant_table[HC_PAGE_SIZE] page;

static grant_ref_t refs[LENT], tx_ref, rx_ref;
static evtchn_port_t port;
static char backend[128];
static uint8_t mac[6];

/* ---- The connection ----------------------------------------------------- */

static uint32_t other_state(void)
{
	char path[160];

	hc_snprintf(path, sizeof(path), "%s/state", backend);
	return hc_store_number(path, XenbusStateUnknown);
}

static void say(const char *name, uint64_t value)
{
	char path[64];

	hc_snprintf(path, sizeof(path), "device/vif/0/%s", name);
	hc_store_printf(path, "%lu", value);
}

static void nap(uint64_t ns)
{
	hc_poll(NULL, 0, hc_time() + ns);
}

static bool other_becomes(uint32_t want)
{
	uint64_t end = hc_time() + 2 * SECOND;

	while (other_state() != want && hc_time() < end)
		nap(MSEC);
	return other_state() == want;
}

bool vif_find(void)
{
	char text[18];
	unsigned int i;

	if (hc_store_read("device/vif/0/backend", backend,
			  sizeof(backend)) < 0 ||
	    hc_store_read("device/vif/0/mac", text, sizeof(text)) != 17)
		return false;
	for (i = 0; i < 6; i++) {
		unsigned int j = 3 * i, a = text[j], b = text[j + 1];

		mac[i] = (a <= '9' ? a - '0' : a - 'a' + 10) << 4 |
			 (b <= '9' ? b - '0' : b - 'a' + 10);
	}
	hc_grant_init(grant_table, 1);
	tx_ref = hc_grant_alloc();
	rx_ref = hc_grant_alloc();
	for (i = 0; i < LENT; i++)
		refs[i] = hc_grant_alloc();
	return true;
}

static void rings_make(void)
{
	unsigned int i;

	for (i = 0; i < 1024; i++)
		tx.word[i] = rx.word[i] = 0;
	tx.ring.req_event = tx.ring.rsp_event = 1;
	rx.ring.req_event = rx.ring.rsp_event = 1;
	hc_grant_access(tx_ref, 0, hc_virt_to_mfn(&tx), false);
	hc_grant_access(rx_ref, 0, hc_virt_to_mfn(&rx), false);
	for (i = 0; i < LENT; i++) {
		frame_make(data[i], mac);
		hc_grant_access(refs[i], 0, hc_virt_to_mfn(data[i]), false);
	}
	port = hc_event_alloc_unbound(0, NULL, NULL);
}

static void rings_end(void)
{
	unsigned int i;

	hc_event_close(port);
	hc_grant_end(tx_ref);
	hc_grant_end(rx_ref);
	for (i = 0; i < LENT; i++)
		hc_grant_end(refs[i]);
}

static void tell(uint64_t tx_grant, uint64_t rx_grant, uint64_t events)
{
	say("tx-ring-ref", tx_grant);
	say("rx-ring-ref", rx_grant);
	say("event-channel", events);
	say("request-rx-copy", 1);
	say("feature-sg", 1);
	say("state", XenbusStateConnected);
}

static bool begin(void)
{
	say("state", XenbusStateInitialising);
	if (!other_becomes(XenbusStateInitWait))
		return false;
	rings_make();
	tell(tx_ref, rx_ref, port);
	return other_becomes(XenbusStateConnected);
}

static bool end(void)
{
	bool closed;

	say("state", XenbusStateClosed);
	closed = other_becomes(XenbusStateClosed);
	rings_end();
	return closed;
}

/* ---- What is sent ------------------------------------------------------- */

static void put(grant_ref_t gref, unsigned int offset, unsigned int flags,
		unsigned int size)
{
	tx.ring.ring[tx.ring.req_prod % NETIF_TX_SLOTS].req =
		(struct netif_tx_request){ gref, offset, flags, 7, size };
	__atomic_store_n(&tx.ring.req_prod, tx.ring.req_prod + 1,
			 __ATOMIC_RELEASE);
}

static void put_extra(uint8_t type, uint8_t flags)
{
	tx.ring.ring[tx.ring.req_prod % NETIF_TX_SLOTS].extra =
		(struct netif_extra_info){ .type = type, .flags = flags };
	__atomic_store_n(&tx.ring.req_prod, tx.ring.req_prod + 1,
			 __ATOMIC_RELEASE);
}

static void lend(grant_ref_t gref)
{
	rx.ring.ring[rx.ring.req_prod % NETIF_RX_SLOTS].req =
		(struct netif_rx_request){ .id = 3, .gref = gref };
	__atomic_store_n(&rx.ring.req_prod, rx.ring.req_prod + 1,
			 __ATOMIC_RELEASE);
}

static void good(void)
{
	put(refs[0], 0, 0, FRAME);
}

static void ahead(void)
{
	good();
	tx.ring.req_prod += NETIF_TX_SLOTS;
}

static void far_ahead(void)
{
	tx.ring.req_prod -= 1;
}

static void endless(void)
{
	unsigned int i;

	for (i = 0; i < 40; i++)
		put(refs[0], 0, NETTXF_more_data, 4000);
}

static void crosses(void)
{
	put(refs[0], 4090, 0, FRAME);
}

static void small(void)
{
	put(refs[0], 0, 0, 13);
}

static void wrong_sum(void)
{
	put(refs[0], 0, NETTXF_more_data, FRAME);
	put(refs[1], 0, 0, FRAME);
}

static void no_kind(void)
{
	put(refs[0], 0, NETTXF_extra_info, FRAME);
	put_extra(77, 0);
}

static void endless_extra(void)
{
	unsigned int i;

	put(refs[0], 0, NETTXF_extra_info, FRAME);
	for (i = 0; i < 20; i++)
		put_extra(XEN_NETIF_EXTRA_TYPE_HASH,
			  XEN_NETIF_EXTRA_FLAG_MORE);
}

static void no_grant(void)
{
	put(500, 0, 0, FRAME);
}

static void far_grant(void)
{
	put(~0u, 0, 0, FRAME);
}

static void ended_grant(void)
{
	hc_grant_end(refs[0]);
	good();
}

static void half_ended(void)
{
	hc_grant_end(refs[1]);
	put(refs[0], 0, NETTXF_more_data, 2 * FRAME);
	put(refs[1], 0, 0, FRAME);
}

static void spoofed(void)
{
	data[0][11] ^= 1;
	good();
}

static void of_a_group(void)
{
	data[0][6] |= 1;
	good();
}

static void blank(void)
{
	put(refs[0], 0, NETTXF_csum_blank, FRAME);
}

static void read_only_ring(void)
{
	hc_grant_end(tx_ref);
	good();
}

/* ---- What is received --------------------------------------------------- */

static void rx_ahead(void)
{
	rx.ring.req_prod += NETIF_RX_SLOTS + 1;
	good();
}

static void rx_none(void)
{
	lend(500);
	good();
}

static void rx_ended(void)
{
	hc_grant_end(refs[1]);
	lend(refs[1]);
	good();
}

static void rx_good(void)
{
	lend(refs[1]);
	good();
}

static int tx_answer(void)
{
	return *(volatile int16_t *)&tx.ring.ring[0].rsp.status;
}

/* A frame's length is as good as any other that is no error. */
static int rx_answer(void)
{
	int16_t status = *(volatile int16_t *)&rx.ring.ring[0].rsp.status;

	return status < 0 ? status : NETIF_RSP_OKAY;
}

static const struct crime {
	const char *name;
	void (*fn)(void);
	int want;
	const RING_IDX *answers;
	int (*answer)(void);
} crimes[] = {
#define TX(name, fn, want) \
	{ name, fn, want, &tx.ring.rsp_prod, tx_answer }
#define RX(name, fn, want) \
	{ name, fn, want, &rx.ring.rsp_prod, rx_answer }
	TX("a frame that is as it should be", good, NETIF_RSP_OKAY),
	TX("more requests than the ring has", ahead, THROWN),
	TX("requests taken back", far_ahead, THROWN),
	TX("a packet without end", endless, THROWN),
	TX("a piece that crosses its page", crosses, THROWN),
	TX("less than a frame's header", small, THROWN),
	TX("pieces larger than their packet", wrong_sum, THROWN),
	TX("extra information of no kind", no_kind, THROWN),
	TX("extra information without end", endless_extra, THROWN),
	TX("a grant that was never made", no_grant, NETIF_RSP_ERROR),
	TX("one beyond the table", far_grant, NETIF_RSP_ERROR),
	TX("one that has ended", ended_grant, NETIF_RSP_ERROR),
	TX("a packet whose other half has", half_ended, NETIF_RSP_ERROR),
	TX("another's address", spoofed, NETIF_RSP_DROPPED),
	TX("the address of a group", of_a_group, NETIF_RSP_DROPPED),
	TX("no checksum to complete", blank, NETIF_RSP_ERROR),
	TX("a ring whose grant was ended in use", read_only_ring,
	   NETIF_RSP_OKAY),
	RX("a page for the answer", rx_good, NETIF_RSP_OKAY),
	RX("more pages than the ring has", rx_ahead, THROWN),
	RX("a page that was not lent", rx_none, NETIF_RSP_ERROR),
	RX("one that is lent no more", rx_ended, NETIF_RSP_ERROR),
};

static int outcome(const struct crime *c)
{
	uint64_t until = hc_time() + 2 * SECOND;

	while (hc_time() < until) {
		if (__atomic_load_n(c->answers, __ATOMIC_ACQUIRE))
			return c->answer();
		if (other_state() == XenbusStateClosed)
			return THROWN;
		nap(MSEC);
	}
	return NOTHING;
}

static void commit(const struct crime *c)
{
	int got;

	if (!begin()) {
		point(false, "a connection");
		return;
	}
	c->fn();
	hc_event_send(port);
	got = outcome(c);
	if (got != c->want)
		hc_printf("# %d, not %d\n", got, c->want);
	point(got == c->want && end(), c->name);
}

/* ---- The handshake ------------------------------------------------------ */

static void handshake(uint64_t tx_grant, uint64_t rx_grant, uint64_t events,
		      const char *name)
{
	bool closed;

	say("state", XenbusStateInitialising);
	if (!other_becomes(XenbusStateInitWait)) {
		point(false, "a back end that waits");
		return;
	}
	rings_make();
	tell(tx_grant, rx_grant, events);
	closed = other_becomes(XenbusStateClosed);
	point(closed, name);
	end();
}

static void states(void)
{
	unsigned int i;

	for (i = 0; i < 300; i++)
		say("state", rnd() % 12);
	hc_store_request(XS_RM, "device/vif/0/state", "", 0, NULL, 0);
	say("state/below", 4);
	hc_store_printf("device/vif/0/state", "%s", "many words");
	nap(100 * MSEC);
	point(begin() && end(), "all states, and none, in no order");
}

void vif_crimes(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(crimes) / sizeof(crimes[0]); i++)
		commit(&crimes[i]);
	handshake(500, rx_ref, port, "a handshake with no ring to send");
	handshake(tx_ref, ~0ul, port, "with none to receive");
	handshake(tx_ref, rx_ref, 0, "without a port");
	handshake(tx_ref, rx_ref, 1, "with a port of something else");
	handshake(~0ul - 7, 1ul << 40, 1ul << 33, "with numbers of no sense");
	states();
}

/* ---- At random ---------------------------------------------------------- */

static void any_word(uint32_t *words)
{
	uint64_t r = rnd();

	switch (r % 4) {
	case 0:
		words[r >> 8 & 1023] = rnd();
		break;
	case 1:
		words[r >> 8 & 3] += r >> 32 & 31;
		break;
	default:
		words[16 + (r >> 8) % 1000] ^= 1u << (r >> 32 & 31);
	}
}

static void any_step(void)
{
	unsigned int i = rnd() % LENT;

	switch (rnd() % 8) {
	case 0:
		any_word(tx.word);
		break;
	case 1:
		any_word(rx.word);
		break;
	case 2:
		hc_grant_end(refs[i]);
		break;
	case 3:
		hc_grant_access(refs[i], 0, hc_virt_to_mfn(data[i]),
				rnd() & 1);
		break;
	case 4:
		put(refs[i], rnd() % 64, rnd() % 16, rnd() % 5000);
		break;
	case 5:
		lend(refs[i]);
		break;
	case 6:
		put(refs[i], 0, 0, FRAME);
		break;
	default:
		hc_event_send(port);
	}
}

void vif_noise(uint64_t seconds)
{
	uint64_t until = hc_time() + seconds * SECOND;
	unsigned int i, lives = 0;

	while (hc_time() < until && begin()) {
		for (i = 0; i < 2000 && hc_time() < until; i++) {
			any_step();
			if (i % 100 == 99 &&
			    other_state() != XenbusStateConnected)
				break;
		}
		end();
		lives++;
	}
	hc_printf("# %u connections\n", lives);
	point(lives, "noise in both rings");
}
