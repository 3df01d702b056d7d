/* SPDX-License-Identifier: MIT */
/*
 * front.c - vifs of a plain domain: handshake, thread, and reconnection.
 *
 * When the back end ends, or breaks the rules, everything that was lent is
 * taken back and the state begins anew, so that a back end that comes again
 * finds us ready.  What was on its way is lost, as on a wire.  A page that the
 * other end still uses then is never used again.
 */
#include <arch.h>
#include <hcall/mmu.h>
#include <mm.h>
#include <vif.h>

#include "front.h"

#define GRANT_ORDER	2	/* pages of the grant table: 2,000 entries */
#define FEATURES	(NETDEV_TX_CSUM | NETDEV_RX_CSUM | NETDEV_PARTS)
#define RETRY		(10 * NSEC_PER_MSEC)	/* when memory is short */

static struct list fronts = LIST(fronts);	/* by the store's thread */

static void on_event(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	struct front *f = arg;

	(void)port, (void)regs;
	f->dev.stats.interrupts++;
	f->event = true;
	waitq_wake(&f->wait, 1);
}

/* ---- Rings -------------------------------------------------------------- */

/* The ring's page, empty and lent. */
static void *ring_make(grant_ref_t *ref, u32 domid)
{
	struct netif_tx_sring *ring = page_zalloc();
	bool off = irq_save();

	*ref = ring ? hc_grant(domid, hc_virt_to_mfn(ring), false) : 0;
	irq_restore(off);
	if (ring && !*ref) {
		page_free(ring);
		return NULL;
	}
	if (ring)
		ring->req_event = ring->rsp_event = 1;
	return ring;
}

static void ring_end(void *ring, grant_ref_t ref)
{
	bool off = irq_save();

	if (ring && hc_ungrant(ref))
		page_free(ring);
	irq_restore(off);
}

static void table_clear(struct front_table *t)
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

/* [F] */
static void rings_free(struct front *f)
{
	f->connected = false;
	if (f->port)
		hc_event_close(f->port);
	f->port = 0;
	table_clear(&f->out);
	table_clear(&f->in);
	ring_end(f->tx, f->tx_ref);
	ring_end(f->rx, f->rx_ref);
	f->tx = NULL;
	f->rx = NULL;
	netbuf_free(f->part);
	netbuf_free_list(&f->queue);
	f->part = f->last = NULL;
	f->nr_queued = f->nr_parts = f->gso_size = 0;
	f->skip = false;
}

/* [F] */
static int rings_make(struct front *f)
{
	u32 domid = f->xdev->domid;
	long port;

	f->tx_prod = f->tx_cons = f->rx_prod = f->rx_cons = 0;
	f->tx = ring_make(&f->tx_ref, domid);
	f->rx = ring_make(&f->rx_ref, domid);
	if (!f->tx || !f->rx)
		return -ENOMEM;
	port = hc_event_alloc_unbound(domid, on_event, f);
	if (port < 0)
		return port;
	f->port = port;
	f->broken = NULL;
	f->connected = true;
	front_fill(f);
	return 0;
}

/* ---- The handshake ------------------------------------------------------ */

static int tell(struct front *f)
{
	const char *dir = f->xdev->dir;
	static const char *const features[] = {
		"request-rx-copy", "feature-rx-notify", "feature-sg",
		"feature-ipv6-csum-offload", "feature-gso-tcpv4",
		"feature-gso-tcpv6",
	};
	int ret = vif_say(dir, "tx-ring-ref", "%u", f->tx_ref);
	unsigned int i;

	if (!ret)
		ret = vif_say(dir, "rx-ring-ref", "%u", f->rx_ref);
	if (!ret)
		ret = vif_say(dir, "event-channel", "%u", f->port);
	for (i = 0; !ret && i < ARRAY_SIZE(features); i++)
		ret = vif_say(dir, features[i], "1");
	return ret;
}

static void connect(struct front *f)
{
	int ret;

	mutex_lock(&f->lock);
	if (f->connected) {
		mutex_unlock(&f->lock);
		return;
	}
	f->sg = vif_number(f->xdev->other, "feature-sg", 0);
	f->gso = f->sg && vif_number(f->xdev->other, "feature-gso-tcpv4", 0) &&
		 vif_number(f->xdev->other, "feature-gso-tcpv6", 0);
	f->dev.features = FEATURES | (f->gso ? NETDEV_GSO : 0);
	ret = rings_make(f);
	if (ret)
		rings_free(f);
	mutex_unlock(&f->lock);
	if (!ret)
		ret = tell(f);
	if (ret)
		kprintf("%s: error %d\n", f->dev.name, -ret);
	else
		xenbus_set_state(f->xdev->dir, XenbusStateConnected);
}

static void connected(struct front *f)
{
	if (!f->connected)
		return;
	if (!f->registered) {
		f->registered = !netdev_register(&f->dev);
		if (!f->registered)
			kprintf("%s: no name is free\n", f->dev.name);
	}
	netdev_set_link(&f->dev, true);
}

static void disconnect(struct front *f)
{
	netdev_set_link(&f->dev, false);
	mutex_lock(&f->lock);
	if (f->connected)
		rings_free(f);
	mutex_unlock(&f->lock);
}

static void front_changed(struct xenbus_device *xdev, enum xenbus_state other)
{
	struct front *f = xdev->priv;

	switch (other) {
	case XenbusStateInitWait:
		connect(f);
		break;
	case XenbusStateConnected:
		connected(f);
		break;
	case XenbusStateClosing:
		disconnect(f);
		xenbus_set_state(xdev->dir, XenbusStateClosed);
		break;
	case XenbusStateClosed:
		disconnect(f);
		xenbus_set_state(xdev->dir, XenbusStateInitialising);
		break;
	default:
		break;
	}
}

/* ---- The thread --------------------------------------------------------- */

/* True: there is more to receive. */
static bool turn(struct front *f)
{
	struct list bufs = LIST(bufs);
	bool more = false;

	mutex_lock(&f->lock);
	if (f->connected && !f->broken) {
		front_reclaim(f);
		front_send_queue(f);
		more = !f->broken && front_receive(f, &bufs);
	}
	mutex_unlock(&f->lock);
	netdev_receive(&f->dev, &bufs);
	netdev_kick_all();
	return more;
}

/* Our end is shut: the back end will end, too, and then we begin anew. */
static void complain(struct front *f)
{
	kprintf("%s: the back end broke a rule: %s\n", f->dev.name, f->broken);
	disconnect(f);
	f->broken = NULL;
	xenbus_set_state(f->dir, XenbusStateClosing);
}

/* Buffers that were short must be given later without being asked for. */
static u64 deadline(const struct front *f)
{
	bool short_of = f->connected && f->rx_prod - f->rx_cons < 16;

	return short_of ? arch->time() + RETRY : NEVER;
}

static void front_thread(void *arg)
{
	struct front *f = arg;
	bool off;

	for (;;) {
		off = irq_save();
		if (!f->event)
			waitq_wait(&f->wait, deadline(f));
		f->event = false;
		irq_restore(off);
		while (turn(f))
			;
		if (f->broken)
			complain(f);
	}
}

/* ---- Its place ---------------------------------------------------------- */

static bool refs_take(struct front_table *t)
{
	unsigned int i;

	table_init(t);
	for (i = 0; i < FRONT_SLOTS; i++)
		t->at[i].ref = hc_grant_alloc();
	return t->at[FRONT_SLOTS - 1].ref != HC_GRANT_NONE;
}

static bool grants_start(void)
{
	static bool started;
	void *table;

	if (started)
		return true;
	table = page_alloc(GRANT_ORDER);
	started = table && !hc_grant_init(table, 1 << GRANT_ORDER);
	return started;
}

/* The card that was at this place before, if it is the same. */
static bool front_again(struct xenbus_device *xdev)
{
	struct front *f;
	u8 mac[ETH_ADDRESS];

	list_for(f, &fronts, node) {
		if (f->xdev || f->handle != xdev->handle ||
		    !vif_mac(xdev->dir, mac) ||
		    memcmp(f->dev.mac, mac, sizeof(mac)))
			continue;
		f->xdev = xdev;
		xdev->priv = f;
		return true;
	}
	return false;
}

static int front_probe(struct xenbus_device *xdev)
{
	struct front *f;
	bool good;

	if (front_again(xdev))
		return 0;
	f = kzalloc(sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->xdev = xdev;
	f->handle = xdev->handle;
	strcopy(f->dir, xdev->dir, sizeof(f->dir));
	list_init(&f->queue);
	list_init(&f->kick.node);
	f->kick.port = &f->port;
	list_init(&f->wait.threads);
	list_init(&f->lock.waiters.threads);
	strcopy(f->dev.name, "eth%", sizeof(f->dev.name));
	f->dev.mtu = vif_mtu(xdev->dir);
	f->dev.mtu_max = ETH_MTU_MAX;
	f->dev.features = FEATURES;
	f->dev.send = front_send;
	good = vif_mac(xdev->dir, f->dev.mac) && grants_start() &&
	       refs_take(&f->out) && refs_take(&f->in) &&
	       thread_create("netfront", PRIO_NORMAL + 1, front_thread, f);
	if (!good) {
		kprintf("netfront: %s can't be used\n", xdev->dir);
		kfree(f);
		return -EINVAL;
	}
	list_add(&fronts, &f->node);
	xdev->priv = f;
	return 0;
}

/* Its thread and its name stay: it may come again. */
static void front_gone(struct xenbus_device *xdev)
{
	struct front *f = xdev->priv;

	disconnect(f);
	f->xdev = NULL;
}

void netfront_init(void)
{
	static struct xenbus_driver driver = {
		.kind = "vif",
		.probe = front_probe,
		.changed = front_changed,
		.gone = front_gone,
	};

	xenbus_frontend(&driver);
}
