/* SPDX-License-Identifier: MIT */
/*
 * event.c - event channels.
 *
 * What a port is bound to changes under one lock that all domains share:
 * binding and closing are rare and short, and a pair of ports that belongs to
 * two domains needs no second lock and no order that way.
 *
 * Sending is neither rare nor may domains wait for each other there, so it
 * takes the lock of its own port alone.  That is enough to keep the other end
 * from going away: evt.peer is the one thing that leads there, and whoever
 * closes the other end must first clear it, under this port's lock.  So while
 * the lock is held the peer is bound, and its domain and vCPUs exist; once a
 * port is closed, no event can arrive there any more, not even a late one.
 *
 * Order: topology, evt.lock (one at a time), run queue.
 *
 * That no event is lost between a sender, a guest that masks, and a vCPU that
 * goes to sleep is shown by tests/model/event.pml.
 */
#include <domain.h>
#include <hypercall.h>
#include <irq.h>
#include <lib.h>
#include <machine.h>

static spinlock_t topology = SPINLOCK(RANK_EVENT);

/* How many ports become valid at a time. */
#define EVT_GROW	64u

/*
 * The holder may wait for a run queue at the most, and never for other CPUs to
 * flush: so we need not answer such requests meanwhile.
 */
void evt_wait(struct evt *e)
{
	while (__atomic_exchange_n(&e->lock, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

/* Valid numbers only grow in number, so no lock is needed. */
static always_inline struct evt *evt_find(struct domain *d, port_t p)
{
	if (unlikely(p.n >= READ_ONCE(d->evt.nr_ports)))
		return NULL;
	/* Also when a CPU goes on as if the check had succeeded. */
	p.n &= EVT_MAX_PORTS - 1;
	return &d->evt.pages[p.n / EVT_PER_PAGE][p.n % EVT_PER_PAGE];
}

bool evt_port_bound(struct domain *d, port_t p)
{
	struct evt *e = evt_find(d, p);

	return e && READ_ONCE(e->state) > EVT_RESERVED;
}

/* ---- Delivery ----------------------------------------------------------- */

/*
 * A vCPU polls in this order: its bit in pollers, its state, the pending bits.
 * We come here after having set a pending bit by a locked operation, and look
 * at pollers, then at the state.  So one of us sees the other.
 */
static noinline void wake_pollers(struct domain *d, u32 port)
{
	u64 left = READ_ONCE(d->evt.pollers);

	while (left) {
		struct vcpu *v = d->vcpu[__builtin_ctzl(left)];
		u32 which = READ_ONCE(v->evt.poll_port);

		left &= left - 1;
		if (which == EVT_POLL_ANY || which == port)
			sched_kick(v);
	}
}

void evt_tell(struct evt *e, struct vcpu *v, bool upcall)
{
	/*
	 * Also when v is current: on its way out it may have blocked already,
	 * and timers fire before that takes effect.
	 */
	if (upcall)
		sched_kick(v);
	if (unlikely(READ_ONCE(v->domain->evt.pollers)))
		wake_pollers(v->domain, e->port);
}

/* Holds the lock of a port that leads to e. */
static void deliver(struct evt *e)
{
	/* Who is marked is told, also if the port becomes another vCPU's. */
	struct vcpu *v = READ_ONCE(e->vcpu);
	enum pv_pending what = pv_evt_set_pending(v, e->port);

	if (what != PV_OLD)
		evt_tell(e, v, what == PV_UPCALL);
}

/* A send that does not go to a port.  Drops the lock. */
static noinline int send_elsewhere(struct evt *e)
{
	enum evt_state state = e->state;
	enum evt_consumer consumer = e->consumer;

	evt_unlock(e);
	if (state == EVT_UNBOUND)
		return 0;	/* nobody there yet */
	if (state != EVT_INTERDOMAIN)
		return fail(-EINVAL);
	return consumer == EVT_CONSOLE ?
		pv_console_notified(e->vcpu->domain) : 0;
}

int evt_send(struct domain *ld, port_t p)
{
	struct evt *e = evt_find(ld, p);

	if (unlikely(!e))
		return fail(-EINVAL);
	evt_lock(e);
	if (unlikely(!e->peer))
		return send_elsewhere(e);
	deliver(e->peer);
	evt_unlock(e);
	return 0;
}

int evt_yield_to(struct domain *ld, port_t p)
{
	struct evt *e = evt_find(ld, p);
	int rc = 0;

	if (!e)
		return fail(-EINVAL);
	evt_lock(e);
	if (e->peer)
		sched_yield_to(READ_ONCE(e->peer->vcpu));
	else
		rc = fail(-EINVAL);
	evt_unlock(e);
	return rc;
}

void evt_notify(struct domain *d, port_t p)
{
	struct evt *e = evt_find(d, p);

	if (!e)
		return;
	evt_lock(e);
	if (e->state > EVT_RESERVED)
		deliver(e);
	evt_unlock(e);
}

void evt_raise_virq(struct vcpu *v, u32 virq)
{
	struct evt *e = READ_ONCE(v->evt.virq[virq]);

	if (!e)
		return;
	evt_lock(e);
	/* It may have been closed, and bound anew, since we looked. */
	if (e->state == EVT_VIRQ && e->virq == virq &&
	    (!e->per_vcpu || e->vcpu == v))
		deliver(e);
	evt_unlock(e);
}

int evt_unmask(struct domain *d, port_t p)
{
	struct evt *e = evt_find(d, p);
	struct vcpu *v;

	if (unlikely(!e))
		return fail(-EINVAL);
	if (unlikely(READ_ONCE(e->state) <= EVT_RESERVED))
		return 0;
	/* No lock: a bind_vcpu at the same time may come before or after. */
	v = READ_ONCE(e->vcpu);
	if (pv_evt_unmask(v, p.n))
		sched_kick(v);
	return 0;
}

void evt_poll_begin(struct vcpu *v, u32 which)
{
	WRITE_ONCE(v->evt.poll_port, which);
	__atomic_fetch_or(&v->domain->evt.pollers, 1UL << v->id,
			  __ATOMIC_SEQ_CST);
}

void evt_poll_end(struct vcpu *v)
{
	__atomic_fetch_and(&v->domain->evt.pollers, ~(1UL << v->id),
			   __ATOMIC_SEQ_CST);
	WRITE_ONCE(v->evt.poll_port, 0);
}

/* ---- Binding ------------------------------------------------------------ */

static int grow_locked(struct domain *d)
{
	u32 first = d->evt.nr_ports, i;
	struct evt **page = &d->evt.pages[first / EVT_PER_PAGE];

	if (first == EVT_MAX_PORTS)
		return fail(-ENOSPC);
	if (!*page) {
		*page = page_alloc_for(d);
		if (!*page)
			return fail(-ENOMEM);
	}
	for (i = 0; i < EVT_GROW; i++) {
		struct evt *e = &(*page)[first % EVT_PER_PAGE + i];

		e->vcpu = d->vcpu[0];
		e->port = first + i;
	}
	/* evt_find() looks at the number first, then at the page. */
	__atomic_store_n(&d->evt.nr_ports, first + EVT_GROW,
			 __ATOMIC_RELEASE);
	return 0;
}

/* A free port, the lowest; at most EVT_MAX_PORTS steps. */
static int port_take_locked(struct domain *d, struct evt **out)
{
	int rc;

	if (d->evt.closed)
		return fail(-EINVAL);
	for (;; d->evt.search++) {
		if (d->evt.search == d->evt.nr_ports) {
			rc = grow_locked(d);
			if (rc)
				return rc;
		}
		*out = evt_find(d, port(d->evt.search));
		if ((*out)->state == EVT_FREE)
			return 0;
	}
}

/* What a port becomes, all at once for those who hold its lock. */
static void port_set_locked(struct evt *e, const struct evt *to,
			    struct evt *peer)
{
	evt_lock(e);
	e->state = to->state;
	e->virq = to->virq;
	e->pirq = to->pirq;
	e->consumer = to->consumer;
	e->remote_dom = to->remote_dom;
	e->per_vcpu = to->per_vcpu;
	e->vcpu = to->vcpu;
	e->peer = peer;
	evt_unlock(e);
}

int evt_bind(struct domain *d, const struct evt *to, port_t *out)
{
	struct evt **virq = NULL, *e;
	int rc;

	if (to->state == EVT_VIRQ)
		virq = &to->vcpu->evt.virq[to->virq];
	spin_lock(&topology);
	rc = virq && *virq ? fail(-EEXIST) : port_take_locked(d, &e);
	if (!rc) {
		port_set_locked(e, to, to->state == EVT_IPI ? e : NULL);
		if (virq)
			WRITE_ONCE(*virq, e);
		*out = port(e->port);
	}
	spin_unlock(&topology);
	return rc;
}

int evt_alloc_unbound(struct domain *d, u32 remote_dom, port_t *out)
{
	return evt_bind(d, &(struct evt){
		.state = EVT_UNBOUND, .remote_dom = remote_dom,
		.vcpu = d->vcpu[0]
	}, out);
}

int evt_bind_interdomain(struct domain *ld, struct domain *rd, port_t rport,
			 port_t *out)
{
	struct evt *re = evt_find(rd, rport), *le;
	int rc;

	spin_lock(&topology);
	rc = port_take_locked(ld, &le);
	if (!rc && (!re || re->state != EVT_UNBOUND ||
		    re->remote_dom != ld->id))
		rc = fail(-EINVAL);
	if (!rc) {
		port_set_locked(le, &(struct evt){
			.state = EVT_INTERDOMAIN, .vcpu = ld->vcpu[0]
		}, re);
		port_set_locked(re, &(struct evt){
			.state = EVT_INTERDOMAIN, .vcpu = re->vcpu
		}, le);
		/* Some may have been sent while the other end led nowhere. */
		evt_lock(re);
		deliver(le);
		evt_unlock(re);
		*out = port(le->port);
	}
	spin_unlock(&topology);
	return rc;
}

int evt_bind_vcpu(struct vcpu *v, port_t p)
{
	struct evt *e = evt_find(v->domain, p);
	bool may;

	if (!e)
		return fail(-EINVAL);
	spin_lock(&topology);
	may = e->state == EVT_UNBOUND || e->state == EVT_INTERDOMAIN ||
	      e->state == EVT_PIRQ || (e->state == EVT_VIRQ && !e->per_vcpu);
	if (may)
		WRITE_ONCE(e->vcpu, v);
	spin_unlock(&topology);
	return may ? 0 : fail(-EINVAL);
}

/* ---- The end of a port -------------------------------------------------- */

static int close_locked(struct evt *e)
{
	struct domain *d = e->vcpu->domain;
	struct evt *peer = e->state == EVT_INTERDOMAIN ? e->peer : NULL;
	struct vcpu *v;

	if (e->state <= EVT_RESERVED)
		return -EINVAL;
	/* The other end waits for a new one. */
	if (peer)
		port_set_locked(peer, &(struct evt){
			.state = EVT_UNBOUND, .remote_dom = d->id,
			.vcpu = peer->vcpu
		}, NULL);
	/* A global one was bound by vCPU 0, whoever it notifies now. */
	v = e->per_vcpu ? e->vcpu : d->vcpu[0];
	if (e->state == EVT_VIRQ)
		WRITE_ONCE(v->evt.virq[e->virq], NULL);
	if (e->state == EVT_PIRQ)
		irq_unbind(d, e->pirq, e->port);
	port_set_locked(e, &(struct evt){
		.state = EVT_FREE, .vcpu = d->vcpu[0]
	}, NULL);
	/* Nobody can set it any more; whoever is next finds it clear. */
	pv_evt_clear_pending(d, e->port);
	d->evt.search = MIN(d->evt.search, e->port);
	return 0;
}

int evt_close(struct domain *d, port_t p)
{
	struct evt *e = evt_find(d, p);
	int rc;

	if (!e)
		return fail(-EINVAL);
	spin_lock(&topology);
	rc = close_locked(e);
	spin_unlock(&topology);
	return rc ? fail(rc) : 0;
}

int evt_status(struct domain *d, port_t p, struct evt_status *st)
{
	struct evt *e = evt_find(d, p);

	if (!e)
		return fail(-EINVAL);
	spin_lock(&topology);
	*st = (struct evt_status){
		.state = e->state, .vcpu = e->vcpu->id, .virq = e->virq,
		.pirq = e->pirq, .remote_dom = e->remote_dom,
	};
	if (e->state == EVT_INTERDOMAIN && e->peer) {
		st->remote_dom = e->peer->vcpu->domain->id;
		st->remote_port = e->peer->port;
	}
	spin_unlock(&topology);
	return 0;
}

/*
 * The lock is let go between ports, so that others need not wait for all.  Made
 * again after -ERESTART it starts over, and passes closed ports quickly.
 */
int evt_reset(struct domain *d)
{
	u32 p, closed = 0;

	for (p = 1; p < READ_ONCE(d->evt.nr_ports); p++) {
		if (READ_ONCE(evt_find(d, port(p))->state) == EVT_FREE)
			continue;
		if (++closed % EVT_GROW == 0 && hypercall_preempt())
			return -ERESTART;
		spin_lock(&topology);
		close_locked(evt_find(d, port(p)));
		spin_unlock(&topology);
	}
	return 0;
}

int evt_domain_close(struct domain *d)
{
	spin_lock(&topology);
	d->evt.closed = true;
	spin_unlock(&topology);
	return evt_reset(d);
}

int evt_domain_init(struct domain *d)
{
	int rc;

	spin_lock(&topology);
	rc = grow_locked(d);
	if (!rc) {
		d->evt.pages[0][0].state = EVT_RESERVED;
		d->evt.search = 1;
	}
	spin_unlock(&topology);
	return rc;
}

void evt_domain_free(struct domain *d)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(d->evt.pages); i++)
		page_free(d->evt.pages[i], 0);
}
