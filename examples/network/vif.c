/* SPDX-License-Identifier: MIT */
/*
 * vif.c - netfront, as small as it gets: a frame's page is its answer's too.
 *
 * A page is at one place at any time: lent as an empty one (Rx), ours while it
 * is looked at, or lent as an answer (Tx).  Its number is its request's id.
 * The back end is not trusted: what it writes is copied once and checked, and
 * a page is looked at after its grant has ended, when nobody else can write it.
 */
#include <abi/io/netif.h>
#include <abi/io/xenbus.h>
#include <hcall/hcall.h>

#include "vif.h"

#define PAGES	32u
#define SECOND	1000000000UL
#define page	__attribute__((aligned(HC_PAGE_SIZE)))

/* Whole pages, since the other end sees all of a page. */
static union {
	struct netif_tx_sring ring;
	char all[HC_PAGE_SIZE];
} tx page;
static union {
	struct netif_rx_sring ring;
	char all[HC_PAGE_SIZE];
} rx page;
static uint8_t pages[PAGES][HC_PAGE_SIZE] page;
static char grant_table[HC_PAGE_SIZE] page;

static enum { OURS, LENT_RX, LENT_TX } state[PAGES];
static grant_ref_t refs[PAGES], tx_ref, rx_ref;
static uint32_t tx_cons, rx_cons;	/* answers that we have seen */
static domid_t backend;
static char backend_dir[128];
static evtchn_port_t port;
uint8_t vif_mac[6];

static enum xenbus_state other_state(void)
{
	char path[160];

	hc_snprintf(path, sizeof(path), "%s/state", backend_dir);
	return hc_store_number(path, XenbusStateUnknown);
}

static int say_state(enum xenbus_state what)
{
	return hc_store_printf("device/vif/0/state", "%d", what);
}

/* ---- Pages -------------------------------------------------------------- */

static void lend_empty(uint16_t id)
{
	struct netif_rx_request req = { .id = id, .gref = refs[id] };

	state[id] = LENT_RX;
	hc_grant_access(refs[id], backend, hc_virt_to_mfn(pages[id]), false);
	rx.ring.ring[rx.ring.req_prod % NETIF_RX_SLOTS].req = req;
	__atomic_store_n(&rx.ring.req_prod, rx.ring.req_prod + 1,
			 __ATOMIC_RELEASE);
}

static void lend_answer(uint16_t id, uint16_t offset, uint16_t len)
{
	struct netif_tx_request req = {
		.gref = refs[id], .offset = offset, .id = id, .size = len,
	};

	state[id] = LENT_TX;
	hc_grant_access(refs[id], backend, hc_virt_to_mfn(pages[id]), true);
	tx.ring.ring[tx.ring.req_prod % NETIF_TX_SLOTS].req = req;
	__atomic_store_n(&tx.ring.req_prod, tx.ring.req_prod + 1,
			 __ATOMIC_RELEASE);
}

/* False: it was not lent so, or the other end does not let go of it. */
static bool take_back(uint16_t id, int was)
{
	if (id >= PAGES || (int)state[id] != was || !hc_grant_end(refs[id]))
		return false;
	state[id] = OURS;
	return true;
}

/* ---- Rings -------------------------------------------------------------- */

/*
 * Each of these takes one answer out of its ring: 1, 0 when there is none, -1
 * when the back end breaks the rules.
 */
static int take_sent(void)
{
	uint32_t prod = __atomic_load_n(&tx.ring.rsp_prod, __ATOMIC_ACQUIRE);
	struct netif_tx_response rsp;

	if (prod == tx_cons)
		return 0;
	if (prod - tx_cons > tx.ring.req_prod - tx_cons)
		return -1;
	rsp = *(volatile struct netif_tx_response *)
		&tx.ring.ring[tx_cons++ % NETIF_TX_SLOTS].rsp;
	if (!take_back(rsp.id, LENT_TX))
		return -1;
	lend_empty(rsp.id);
	return 1;
}

static int take_received(unsigned int (*fn)(uint8_t *, unsigned int))
{
	uint32_t prod = __atomic_load_n(&rx.ring.rsp_prod, __ATOMIC_ACQUIRE);
	struct netif_rx_response rsp;
	unsigned int len = 0;

	if (prod == rx_cons)
		return 0;
	if (prod - rx_cons > rx.ring.req_prod - rx_cons)
		return -1;
	rsp = *(volatile struct netif_rx_response *)
		&rx.ring.ring[rx_cons++ % NETIF_RX_SLOTS].rsp;
	if (!take_back(rsp.id, LENT_RX) || rsp.offset > HC_PAGE_SIZE ||
	    rsp.status > (int)(HC_PAGE_SIZE - rsp.offset))
		return -1;
	/* Packets of several pages were not asked for. */
	if (rsp.status > 0 && !(rsp.flags & NETRXF_more_data))
		len = fn(pages[rsp.id] + rsp.offset, rsp.status);
	if (len)
		lend_answer(rsp.id, rsp.offset, len);
	else
		lend_empty(rsp.id);
	return 1;
}

/*
 * Asks to be notified of the next answer in either ring; true if one has come
 * already.  The full barrier makes one of two ends see what the other wrote.
 */
static bool wait_for_more(void)
{
	tx.ring.rsp_event = tx_cons + 1;
	rx.ring.rsp_event = rx_cons + 1;
	hc_mb();
	return __atomic_load_n(&tx.ring.rsp_prod, __ATOMIC_RELAXED) !=
		tx_cons ||
	       __atomic_load_n(&rx.ring.rsp_prod, __ATOMIC_RELAXED) != rx_cons;
}

void vif_serve(unsigned int (*fn)(uint8_t *frame, unsigned int len))
{
	evtchn_port_t ports[2] = { port, hc_store_port() };
	uint32_t tx_said = tx.ring.req_prod, rx_said = 0;
	int sent, received;

	while (!hc_store_changed(0) || other_state() == XenbusStateConnected) {
		hc_event_clear(port);
		do {
			sent = take_sent();
			received = take_received(fn);
			if (sent < 0 || received < 0)
				return;
		} while (sent || received || wait_for_more());
		hc_mb();
		/* It said from which request on it wants to be told. */
		if (tx.ring.req_prod - tx.ring.req_event <
		    tx.ring.req_prod - tx_said ||
		    rx.ring.req_prod - rx.ring.req_event <
		    rx.ring.req_prod - rx_said)
			hc_event_send(port);
		tx_said = tx.ring.req_prod;
		rx_said = rx.ring.req_prod;
		hc_poll(ports, 2, 0);
	}
}

/* ---- The handshake ------------------------------------------------------ */

/* 16 if it is none. */
static unsigned int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* "00:16:3e:00:00:01" */
static bool mac_read(const char *text)
{
	unsigned int i, high, low;

	for (i = 0; i < 6; i++, text += 3) {
		high = hex(text[0]);
		low = hex(text[1]);
		if (high > 15 || low > 15)
			return false;
		vif_mac[i] = high << 4 | low;
	}
	return true;
}

int vif_init(void)
{
	char text[18], path[160];
	int ret = hc_store_read("device/vif/0/backend", backend_dir,
				sizeof(backend_dir));
	unsigned int i;

	if (ret < 0)
		return ret;
	backend = hc_store_number("device/vif/0/backend-id", 0);
	ret = hc_store_read("device/vif/0/mac", text, sizeof(text));
	if (ret != 17 || !mac_read(text))
		return ret < 0 ? ret : -XEN_EINVAL;
	ret = hc_grant_init(grant_table, 1);
	for (i = 0; i < PAGES; i++)
		refs[i] = hc_grant_alloc();
	hc_snprintf(path, sizeof(path), "%s/state", backend_dir);
	return ret ? ret : hc_store_watch(path);
}

/* Rings that are empty but for our pages, and a port. */
static int rings_make(void)
{
	long ret = hc_event_alloc_unbound(backend, NULL, NULL);
	unsigned int i;

	if (ret < 0)
		return ret;
	port = ret;
	tx = (typeof(tx)){ .ring = { .req_event = 1, .rsp_event = 1 } };
	rx = (typeof(rx)){ .ring = { .req_event = 1, .rsp_event = 1 } };
	tx_cons = rx_cons = 0;
	tx_ref = hc_grant(backend, hc_virt_to_mfn(&tx), false);
	rx_ref = hc_grant(backend, hc_virt_to_mfn(&rx), false);
	for (i = 0; i < PAGES; i++)
		lend_empty(i);
	return 0;
}

static int tell(void)
{
	const struct {
		const char *path;
		uint32_t value;
	} nodes[] = {
		{ "device/vif/0/tx-ring-ref", tx_ref },
		{ "device/vif/0/rx-ring-ref", rx_ref },
		{ "device/vif/0/event-channel", port },
		{ "device/vif/0/request-rx-copy", 1 },
		{ "device/vif/0/feature-rx-notify", 1 },
		{ "device/vif/0/feature-no-csum-offload", 1 },
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]) && !ret; i++)
		ret = hc_store_printf(nodes[i].path, "%u", nodes[i].value);
	/* The back end reads the others when it sees this one. */
	return ret ? ret : say_state(XenbusStateConnected);
}

int vif_connect(void)
{
	int ret;

	while (other_state() != XenbusStateInitWait)
		hc_store_changed(hc_time() + SECOND);
	ret = rings_make();
	if (!ret)
		ret = tell();
	while (!ret && other_state() == XenbusStateInitWait)
		hc_store_changed(hc_time() + SECOND);
	return ret;
}

int vif_close(void)
{
	enum xenbus_state other;
	unsigned int i;
	bool all;

	say_state(XenbusStateClosed);
	/* Until then it has our rings mapped. */
	while ((other = other_state()) == XenbusStateConnected ||
	       other == XenbusStateClosing)
		hc_store_changed(hc_time() + SECOND);
	hc_event_close(port);
	all = hc_ungrant(tx_ref) && hc_ungrant(rx_ref);
	for (i = 0; i < PAGES; i++)
		all = take_back(i, state[i]) && all;
	return all ? say_state(XenbusStateInitialising) : -XEN_EBUSY;
}
