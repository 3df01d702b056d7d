/* SPDX-License-Identifier: MIT */
/*
 * server.c - the store's rings: one page and one port for each domain.
 *
 * The server's thread looks for domains that came or went when the hypervisor
 * says so, and serves every domain's ring in turn, a few requests each.  A ring
 * is the guest's to write: indices are read once, ours are kept here, and one
 * that makes no sense ends the connection.  A domain whose answers wait is not
 * read from until it fetches them, and domains that ask without end leave time
 * to the rest of domain 0.
 */
#include <abi/event_channel.h>
#include <abi/sluice.h>
#include <hcall/hcall.h>
#include <hcall/grant.h>
#include <mm.h>
#include <thread.h>
#include <xenbus.h>

#include "server.h"
#include "vifs.h"

#define STORE_GREF	1		/* reserved for the store's page */
#define TURN		8		/* requests of one domain in a row */
#define TURNS		16u		/* of all, without a pause */
#define PAUSE		NSEC_PER_MSEC
#define PORTS		16		/* where a new domain's port must be */
#define HOME		"/local/domain/"

struct message {
	struct list node;
	u32 len, at;
	char data[];
};

struct peer {
	struct store_conn conn;
	struct list node;
	struct xenstore_domain_interface *ring;	/* the guest's page */
	grant_handle_t handle;
	evtchn_port_t port;
	bool broken;
	u64 said_at;			/* when we last complained */
	u32 req_cons, rsp_prod;		/* ours; the ring's are copies */
	u32 got;			/* bytes of in */
	struct xsd_sockmsg hdr;		/* the beginning of in, read once */
	char in[XENSTORE_PAYLOAD_MAX];
	struct list out;
	u32 out_bytes;
};

struct mutex store_lock = MUTEX(store_lock);
static struct list peers = LIST(peers);
static struct waitq wait = WAITQ(wait);
static volatile bool kicked, rescan = true;

static void on_ring(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port, (void)regs, (void)arg;
	kicked = true;
	waitq_wake(&wait, 1);
}

void xenbus_domains_changed(void)
{
	rescan = true;
	on_ring(0, NULL, NULL);
}

/* ---- Rings -------------------------------------------------------------- */

/* One that breaks the rules again and again does not fill the log. */
static void peer_fails(struct peer *p, u32 error, const char *why)
{
	u64 now = arch->time();

	if (!p->said_at || now - p->said_at > 10 * NSEC_PER_SEC) {
		kprintf("store: domain %u: %s\n", p->conn.domid, why);
		p->said_at = now;
	}
	p->ring->error = error;
	p->broken = true;
}

static bool peer_send(struct store_conn *c, const struct xsd_sockmsg *hdr,
		      const void *data)
{
	struct peer *p = container_of(c, struct peer, conn);
	u32 len = sizeof(*hdr) + hdr->len;
	struct message *m;

	/* What was asked for is always answered. */
	if (hdr->type == XS_WATCH_EVENT && p->out_bytes + len > STORE_QUEUE)
		return false;
	m = kmalloc(sizeof(*m) + len);
	if (!m)
		return false;
	m->len = len;
	m->at = 0;
	memcpy(m->data, hdr, sizeof(*hdr));
	memcpy(m->data + sizeof(*hdr), data, hdr->len);
	list_add(&p->out, &m->node);
	p->out_bytes += len;
	kicked = true;
	/* Domain 0's own requests are not made in the server's thread. */
	waitq_wake(&wait, 1);
	return true;
}

/* Bytes from the ring to TO; how many there were, at most N. */
static u32 ring_take(struct peer *p, void *to, u32 n)
{
	u32 prod = __atomic_load_n(&p->ring->req_prod, __ATOMIC_ACQUIRE);
	u32 i, there = prod - p->req_cons;

	if (there > XENSTORE_RING_SIZE) {
		peer_fails(p, XENSTORE_ERROR_RINGIDX, "its ring is broken");
		return 0;
	}
	n = min(n, there);
	for (i = 0; i < n; i++)
		((char *)to)[i] = *(volatile char *)&p->ring->req[
					MASK_XENSTORE_IDX(p->req_cons + i)];
	p->req_cons += n;
	__atomic_store_n(&p->ring->req_cons, p->req_cons, __ATOMIC_RELEASE);
	return n;
}

/* A whole request is in hdr and in: or false. */
static bool request_read(struct peer *p)
{
	const u32 head = sizeof(p->hdr);

	if (p->got < head)
		p->got += ring_take(p, (char *)&p->hdr + p->got,
				    head - p->got);
	if (p->got < head)
		return false;
	if (p->hdr.len > XENSTORE_PAYLOAD_MAX) {
		peer_fails(p, XENSTORE_ERROR_PROTO, "a message is too long");
		return false;
	}
	p->got += ring_take(p, p->in + (p->got - head),
			    head + p->hdr.len - p->got);
	return !p->broken && p->got == head + p->hdr.len;
}

/* True if it has written something. */
static bool replies_write(struct peer *p)
{
	u32 cons = __atomic_load_n(&p->ring->rsp_cons, __ATOMIC_ACQUIRE);
	u32 room = XENSTORE_RING_SIZE - (p->rsp_prod - cons);
	u32 before = p->rsp_prod;
	struct message *m;

	if (p->rsp_prod - cons > XENSTORE_RING_SIZE) {
		peer_fails(p, XENSTORE_ERROR_RINGIDX, "its ring is broken");
		return false;
	}
	while (room && !list_empty(&p->out)) {
		m = list_first(&p->out, struct message, node);
		for (; room && m->at < m->len; room--, m->at++)
			p->ring->rsp[MASK_XENSTORE_IDX(p->rsp_prod++)] =
				m->data[m->at];
		if (m->at < m->len)
			break;
		list_del(&m->node);
		p->out_bytes -= m->len;
		kfree(m);
	}
	__atomic_store_n(&p->ring->rsp_prod, p->rsp_prod, __ATOMIC_RELEASE);
	return p->rsp_prod != before;
}

static void queue_drop(struct peer *p)
{
	struct message *m;

	while (!list_empty(&p->out)) {
		m = list_first(&p->out, struct message, node);
		list_del(&m->node);
		kfree(m);
	}
	p->out_bytes = 0;
}

/* The guest begins anew: what it had asked for is forgotten. */
static void peer_reconnect(struct peer *p)
{
	struct xsd_sockmsg reset = { .type = XS_RESET_WATCHES };

	p->got = p->req_cons = p->rsp_prod = 0;
	p->ring->req_cons = p->ring->req_prod = 0;
	p->ring->rsp_cons = p->ring->rsp_prod = 0;
	p->ring->error = XENSTORE_ERROR_NONE;
	p->broken = false;
	store_request(&p->conn, &reset, p->in);
	queue_drop(p);
	__atomic_store_n(&p->ring->connection, XENSTORE_CONNECTED,
			 __ATOMIC_RELEASE);
	hc_event_send(p->port);
}

/* Some requests of a domain; true if there may be more. */
static bool peer_serve(struct peer *p)
{
	u32 begin = p->req_cons, n;

	if (*(volatile u32 *)&p->ring->connection == XENSTORE_RECONNECT)
		peer_reconnect(p);
	for (n = 0; n < TURN && !p->broken; n++) {
		if (p->out_bytes > STORE_QUEUE || !request_read(p))
			break;
		p->got = 0;
		store_request(&p->conn, &p->hdr, p->in);
	}
	if (!p->broken && (replies_write(p) || p->req_cons != begin))
		hc_event_send(p->port);
	return n == TURN;
}

/* ---- Domains ------------------------------------------------------------ */

static struct peer *peer_of(u32 domid)
{
	struct peer *p;

	list_for(p, &peers, node)
		if (p->conn.domid == domid)
			return p;
	return NULL;
}

/* The page's own frame is seen there again. */
static void page_back(void *page)
{
	hc_map(page, hc_pte(hc_virt_to_mfn(page), PTE_KERNEL));
	page_free(page);
}

/* The builder left one port to us. */
static evtchn_port_t port_of(u32 domid)
{
	struct evtchn_status s;
	evtchn_port_t port;

	for (port = 1; port < PORTS; port++) {
		s = (struct evtchn_status){ .dom = domid, .port = port };
		if (!hc_event_channel_op(EVTCHNOP_status, hc_addr(&s)) &&
		    s.status == EVTCHNSTAT_unbound && !s.u.unbound.dom)
			return port;
	}
	return 0;
}

static void put(u32 domid, const char *name, const char *value, bool its_own)
{
	char path[96];

	hc_snprintf(path, sizeof(path), HOME "%u%s%s", domid,
		    *name ? "/" : "", name);
	store_put(path, value, its_own ? domid : 0, domid);
}

static void put_domain(const struct sluice_domain *d)
{
	static const char *const own[] = { "control", "data", "device" };
	char text[32];
	u32 i;

	put(d->domid, "", "", false);
	put(d->domid, "name", d->name, false);
	hc_snprintf(text, sizeof(text), "%u", d->domid);
	put(d->domid, "domid", text, false);
	hc_snprintf(text, sizeof(text), "%lu", d->max_pages * 4);
	put(d->domid, "memory", "", false);
	put(d->domid, "memory/static-max", text, false);
	hc_snprintf(text, sizeof(text), "%lu", d->target_pages * 4);
	put(d->domid, "memory/target", text, false);
	for (i = 0; i < d->vcpus; i++) {
		hc_snprintf(text, sizeof(text), "cpu/%u/availability", i);
		put(d->domid, text, "online", false);
	}
	for (i = 0; i < ARRAY_SIZE(own); i++)
		put(d->domid, own[i], "", true);
}

static void peer_free(struct peer *p)
{
	if (p->port)
		hc_event_close(p->port);
	if (!hc_grant_unmap(p->ring, p->handle))
		page_back(p->ring);
	queue_drop(p);
	list_del(&p->node);
	kfree(p);
}

static void connect(const struct sluice_domain *d)
{
	evtchn_port_t port = port_of(d->domid);
	struct peer *p;
	long local;

	/* It was to have no store, or is not ours to talk to. */
	if (!port)
		return;
	p = kzalloc(sizeof(*p));
	if (!p)
		return;
	p->ring = page_alloc(0);
	if (!p->ring ||
	    hc_grant_map(p->ring, d->domid, STORE_GREF, false, &p->handle)) {
		if (p->ring)
			page_back(p->ring);
		kfree(p);
		return;
	}
	list_init(&p->out);
	list_add(&peers, &p->node);
	local = hc_event_bind_interdomain(d->domid, port, on_ring, NULL);
	if (local < 0) {
		peer_free(p);
		return;
	}
	p->port = local;
	p->req_cons = p->ring->req_cons;
	p->rsp_prod = p->ring->rsp_prod;
	p->ring->server_features = XENSTORE_SERVER_FEATURE_RECONNECTION |
				   XENSTORE_SERVER_FEATURE_ERROR;
	/* A server before us: what it was told we have to be told again. */
	p->ring->error = p->req_cons || p->rsp_prod ? XENSTORE_ERROR_COMM :
						      XENSTORE_ERROR_NONE;
	p->conn.send = peer_send;
	put_domain(d);
	vifs_put(d);
	store_connect(&p->conn, d->domid);
	hc_event_send(p->port);
}

static void disconnect(struct peer *p)
{
	u32 domid = p->conn.domid;
	char path[64];

	store_disconnect(&p->conn);
	peer_free(p);
	store_forget(domid);
	hc_snprintf(path, sizeof(path), HOME "0/backend/vif/%u", domid);
	store_remove(path);
}

/* A domain that was started anew is not the one that we talked to. */
static bool peer_alive(const struct peer *p)
{
	struct evtchn_status s = { .dom = DOMID_SELF, .port = p->port };

	return !hc_event_channel_op(EVTCHNOP_status, hc_addr(&s)) &&
	       s.status == EVTCHNSTAT_interdomain;
}

/* Numbers of domains have no gaps. */
static void domains_scan(void)
{
	struct sluice_domain d;
	struct peer *p;
	bool there;
	u32 id;

	for (id = 1; !hc_sluice_op(SLUICEOP_info, hc_addr(&d), id); id++) {
		p = peer_of(id);
		there = (d.flags & (SLUICE_DOM_exists | SLUICE_DOM_stopped |
				    SLUICE_DOM_dying)) == SLUICE_DOM_exists;
		if (p && (!there || !peer_alive(p))) {
			disconnect(p);
			p = NULL;
		}
		if (!p && there)
			connect(&d);
	}
}

/* We are more important than those who would do anything else. */
static void give_way(unsigned int turns)
{
	if (turns % TURNS)
		thread_yield();
	else
		thread_sleep(PAUSE);
}

static void serve(void *unused)
{
	unsigned int turns = 0;
	struct peer *p;
	bool more, off;

	(void)unused;
	for (;;) {
		kicked = false;
		mutex_lock(&store_lock);
		if (rescan) {
			rescan = false;
			domains_scan();
		}
		more = false;
		list_for(p, &peers, node)
			more |= peer_serve(p);
		mutex_unlock(&store_lock);
		if (more) {
			give_way(++turns);
			continue;
		}
		turns = 0;
		off = irq_save();
		while (!kicked)
			waitq_wait(&wait, NEVER);
		irq_restore(off);
	}
}

bool server_start(void)
{
	if (!hc_is_initial_domain() || hc_sluice_version() < 4)
		return false;
	if (store_init() || !thread_create("store", PRIO_HIGH, serve, NULL))
		return false;
	return true;
}
