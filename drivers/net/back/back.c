/* SPDX-License-Identifier: MIT */
/*
 * back.c - vifs as they come and go, their handshake, and the thread that
 * serves them.
 *
 * The store's functions run in its thread, and change a vif under back_lock,
 * which the serving thread holds while it has a vif's turn.  Nothing in a turn
 * waits for a guest.
 */
#include <arch.h>
#include <console.h>
#include <hcall/mmu.h>
#include <hcall/print.h>
#include <mm.h>
#include <vif.h>

#include "back.h"

#define FEATURES	(NETDEV_TX_CSUM | NETDEV_RX_CSUM | NETDEV_PARTS)

struct mutex back_lock = MUTEX(back_lock);
unsigned int back_vifs;				/* [B]; [R] to fall */

static struct list vifs = LIST(vifs);		/* [B] */
static struct waitq wait = WAITQ(wait);
static bool kicked;				/* [I] */

void back_kick(struct vif *v)
{
	bool off = irq_save();

	v->kicked = kicked = true;
	waitq_wake(&wait, 1);
	irq_restore(off);
}

void back_break(struct vif *v, const char *why)
{
	v->broken = why;
	back_kick(v);
}

static void on_event(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	struct vif *v = arg;

	(void)port, (void)regs;
	v->dev.stats.interrupts++;
	back_kick(v);
}

/* ---- Rings -------------------------------------------------------------- */

/* The guest's page in the place of one of ours. */
static int ring_map(struct ring_page *r, u32 domid, u64 ref)
{
	r->page = page_alloc(0);
	if (!r->page)
		return -ENOMEM;
	if (!hc_grant_map(r->page, domid, ref, false, &r->handle))
		return 0;
	hc_map(r->page, hc_pte(hc_virt_to_mfn(r->page), PTE_KERNEL));
	page_free(r->page);
	r->page = NULL;
	return -EINVAL;
}

/* What can't be given back stays mapped, and is ours no longer. */
static void ring_unmap(struct ring_page *r)
{
	if (r->page && !hc_grant_unmap(r->page, r->handle)) {
		hc_map(r->page, hc_pte(hc_virt_to_mfn(r->page), PTE_KERNEL));
		page_free(r->page);
	}
	r->page = NULL;
}

/* With both locks. */
static void rings_free(struct vif *v)
{
	if (v->port)
		hc_event_close(v->port);
	v->port = 0;
	v->tx = NULL;
	v->rx = NULL;
	ring_unmap(&v->tx_page);
	ring_unmap(&v->rx_page);
	netbuf_free_list(&v->queue);
	v->nr_queued = 0;
	/* Else the thread would look at once whether its time has come. */
	v->wait_until = 0;
}

static int rings_map(struct vif *v)
{
	const char *other = v->xdev->other;
	u64 none = ~0UL, port = vif_number(other, "event-channel", none);
	u32 domid = v->xdev->domid;
	long ret;

	if (vif_number(other, "request-rx-copy", 0) != 1)
		return -EOPNOTSUPP;
	v->csum = !vif_number(other, "feature-no-csum-offload", 0);
	v->sg = vif_number(other, "feature-sg", 0);
	v->gso = v->csum && v->sg &&
		 vif_number(other, "feature-gso-tcpv4", 0) &&
		 vif_number(other, "feature-gso-tcpv6", 0);
	v->dev.features = FEATURES | (v->gso ? NETDEV_GSO : 0);
	ret = ring_map(&v->tx_page, domid, vif_number(other, "tx-ring-ref",
						      none));
	if (!ret)
		ret = ring_map(&v->rx_page, domid,
			       vif_number(other, "rx-ring-ref", none));
	if (!ret)
		ret = hc_event_bind_interdomain(domid, port, on_event, v);
	if (ret < 0)
		return ret;
	v->port = ret;
	v->tx = v->tx_page.page;
	v->rx = v->rx_page.page;
	/* Where a back end before us has left them. */
	v->tx_cons = ring_index(&v->tx->rsp_prod);
	v->rx_cons = ring_index(&v->rx->rsp_prod);
	return 0;
}

/* ---- The thread --------------------------------------------------------- */

static void say(struct vif *v, enum xenbus_state state)
{
	v->state = state;
	xenbus_set_state(v->xdev->dir, state);
}

static void close(struct vif *v, enum xenbus_state state)
{
	mutex_lock(&back_rx_lock);
	rings_free(v);
	mutex_unlock(&back_rx_lock);
	say(v, state);
}

/* One that breaks the rules again and again does not fill the log. */
static void complain(struct vif *v, const char *why)
{
	u64 now = arch->time();

	if (!v->said_at || now - v->said_at > 10 * NSEC_PER_SEC) {
		kprintf("%s: %s\n", v->dev.name, why);
		v->said_at = now;
	}
}

/* One vif's turn; true if it wants another. */
static bool serve(struct vif *v)
{
	bool more = false;

	v->kicked = false;
	if (!v->tx)
		return false;
	if (!v->broken) {
		more = back_tx(v);
		/* What begins to wait now has asked for an event. */
		if (v->nr_queued) {
			mutex_lock(&back_rx_lock);
			back_rx(v);
			mutex_unlock(&back_rx_lock);
		}
	}
	if (!v->broken)
		return more;
	complain(v, v->broken);
	close(v, XenbusStateClosed);
	return false;
}

static bool due(const struct vif *v)
{
	return v->kicked || (v->wait_until && v->wait_until <= arch->time());
}

/* A turn of each that has something to do; until when the rest can wait. */
static u64 serve_all(void)
{
	u64 until = NEVER;
	struct vif *v;

	mutex_lock(&back_lock);
	list_for(v, &vifs, node) {
		if (due(v) && serve(v))
			back_kick(v);
		if (v->wait_until && v->wait_until < until)
			until = v->wait_until;
	}
	mutex_unlock(&back_lock);
	netdev_kick_all();
	return until;
}

static void back_thread(void *unused)
{
	u64 until;
	bool off;

	(void)unused;
	for (;;) {
		kicked = false;
		until = serve_all();
		off = irq_save();
		if (!kicked)
			waitq_wait(&wait, until);
		irq_restore(off);
	}
}

/* ---- The handshake ------------------------------------------------------ */

/* The link is told with no lock of ours: listeners have theirs. */
static void connect(struct vif *v)
{
	int ret;

	mutex_lock(&back_lock);
	mutex_lock(&back_rx_lock);
	v->broken = NULL;
	ret = rings_map(v);
	if (ret)
		rings_free(v);
	mutex_unlock(&back_rx_lock);
	if (ret) {
		complain(v, "its rings can't be used");
		say(v, XenbusStateClosed);
	} else {
		vif_say(v->xdev->dir, "hotplug-status", "connected");
		say(v, XenbusStateConnected);
	}
	mutex_unlock(&back_lock);
	netdev_set_link(&v->dev, !ret);
	if (!ret)
		back_kick(v);
}

static void disconnect(struct vif *v, enum xenbus_state state)
{
	mutex_lock(&back_lock);
	close(v, state);
	mutex_unlock(&back_lock);
	netdev_set_link(&v->dev, false);
}

static void back_changed(struct xenbus_device *xdev, enum xenbus_state other)
{
	struct vif *v = xdev->priv;

	switch (other) {
	case XenbusStateInitialising:
		/* Also who begins anew without having ended. */
		if (v->state != XenbusStateInitWait)
			disconnect(v, XenbusStateInitWait);
		break;
	case XenbusStateInitialised:
	case XenbusStateConnected:
		if (v->state == XenbusStateInitWait)
			connect(v);
		break;
	case XenbusStateClosing:
		if (v->state != XenbusStateClosing)
			disconnect(v, XenbusStateClosing);
		break;
	default:
		if (v->state != XenbusStateClosed)
			disconnect(v, XenbusStateClosed);
	}
}

static void offer(struct vif *v)
{
	static const char *const features[] = {
		"feature-sg", "feature-rx-copy", "feature-ipv6-csum-offload",
		"feature-gso-tcpv4", "feature-gso-tcpv6",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		vif_say(v->xdev->dir, features[i], "1");
	/* A front end that talks to one before us is to end that first. */
	say(v, xenbus_state(v->xdev->other) == XenbusStateConnected ?
	    XenbusStateClosed : XenbusStateInitWait);
}

/* "BYTES,MICROSECONDS", as Xen's tools write it. */
static void rate_read(struct vif *v)
{
	char path[XS_PATH], text[48], *at = text;

	hc_snprintf(path, sizeof(path), "%s/rate", v->xdev->dir);
	if (xs_read(XS_NONE, path, text, sizeof(text)) <= 0)
		return;
	while (*at && *at != ',')
		at++;
	if (!*at)
		return;
	*at++ = 0;
	v->rate_bytes = number(text);
	v->rate_period = number(at) * NSEC_PER_USEC;
}

static int back_probe(struct xenbus_device *xdev)
{
	struct vif *v = kzalloc(sizeof(*v));
	int ret;

	if (!v)
		return -ENOMEM;
	v->xdev = xdev;
	list_init(&v->queue);
	list_init(&v->kick.node);
	v->kick.port = &v->port;
	hc_snprintf(v->dev.name, sizeof(v->dev.name), "vif%u.%u", xdev->domid,
		    xdev->handle);
	v->dev.mtu = vif_mtu(xdev->dir);
	v->dev.mtu_max = ETH_MTU_MAX;
	v->dev.features = FEATURES;
	v->dev.send = back_send;
	ret = vif_mac(xdev->dir, v->mac) ? 0 : -EINVAL;
	memcpy(v->dev.mac, v->mac, ETH_ADDRESS);
	rate_read(v);
	if (!ret)
		ret = netdev_register(&v->dev);
	if (ret) {
		kprintf("%s: error %d\n", v->dev.name, -ret);
		kfree(v);
		return ret;
	}
	xdev->priv = v;
	mutex_lock(&back_lock);
	list_add(&vifs, &v->node);
	back_vifs++;
	offer(v);
	mutex_unlock(&back_lock);
	return 0;
}

static void back_gone(struct xenbus_device *xdev)
{
	struct vif *v = xdev->priv;

	mutex_lock(&back_lock);
	list_del(&v->node);
	mutex_lock(&back_rx_lock);
	rings_free(v);
	/* Not before: who sends to it divides by that. */
	back_vifs--;
	mutex_unlock(&back_rx_lock);
	mutex_unlock(&back_lock);
	netdev_unregister(&v->dev);
	netdev_kick_forget(&v->kick);
	kfree(v);
}

void netback_init(void)
{
	static struct xenbus_driver driver = {
		.kind = "vif",
		.probe = back_probe,
		.changed = back_changed,
		.gone = back_gone,
	};

	if (thread_create("netback", PRIO_NORMAL + 1, back_thread, NULL))
		xenbus_backend(&driver);
	else
		kprintf("netback: no memory\n");
}

/* ---- Shell -------------------------------------------------------------- */

static void show(const struct vif *v)
{
	const struct netdev_stats *s = &v->dev.stats;

	if (v->rate_bytes)
		cprintf("%s: at most %lu bytes in %lu us\n", v->dev.name,
			v->rate_bytes, v->rate_period / NSEC_PER_USEC);
	cprintf("%s: %s, %lu events, %lu notifications, %lu copies in %lu "
		"calls\n", v->dev.name, v->tx ? "connected" : "not connected",
		s->interrupts, s->kicks, v->copies, v->calls);
	cprintf("    from it %lu packets, %lu bytes, %lu dropped, %lu errors, "
		"%lu of false origin\n", s->rx_packets, s->rx_bytes,
		s->rx_dropped, s->rx_errors, v->spoofed);
	cprintf("    to it %lu packets, %lu bytes, %lu dropped, %lu errors, "
		"%u waiting\n", s->tx_packets, s->tx_bytes, s->tx_dropped,
		s->tx_errors, v->nr_queued);
}

/*
 * vif: all counts; vif restart: every back end ends and comes again; vif add,
 * vif del: a domain's card.
 */
void cmd_vif(char *args)
{
	struct vif *v;

	if (!memcmp(args, "add ", 4) || !memcmp(args, "del ", 4)) {
		vif_command(args);
		return;
	}
	mutex_lock(&back_lock);
	list_for(v, &vifs, node) {
		if (!strcmp(args, "restart"))
			close(v, XenbusStateClosed);
		else
			show(v);
	}
	mutex_unlock(&back_lock);
}
