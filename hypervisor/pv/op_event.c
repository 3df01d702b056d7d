/* SPDX-License-Identifier: MIT */
/*
 * op_event.c - hypercall event_channel_op.
 *
 * Decodes and checks; core/event.c acts.  What needs FIFO events answers
 * -ENOSYS, upon which guests use the two-level layout.
 */
#include <abi/event_channel.h>

#include <hypercall.h>
#include <irq.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"
#include "shared_bits.h"
#include "sub_op.h"

static s64 port_out(int rc, const port_t *p, evtchn_port_t *out)
{
	if (!rc)
		*out = p->n;
	return rc;
}

static s64 op_alloc_unbound(struct vcpu *v not_used, void *arg)
{
	struct evtchn_alloc_unbound *in = arg;
	struct domain *d;
	port_t p;
	int rc = domid_target(in->dom, &d);

	if (rc)
		return rc;
	rc = evt_alloc_unbound(d, domid_number(in->remote_dom), &p);
	domain_put(d);
	return port_out(rc, &p, &in->port);
}

static s64 op_bind_interdomain(struct vcpu *v, void *arg)
{
	struct evtchn_bind_interdomain *in = arg;
	struct domain *rd = domain_get(domid_number(in->remote_dom));
	port_t p;
	int rc;

	if (!rd)
		return fail(-ESRCH);
	rc = evt_bind_interdomain(v->domain, rd, port(in->remote_port), &p);
	domain_put(rd);
	return port_out(rc, &p, &in->local_port);
}

static bool virq_is_per_vcpu(u32 virq)
{
	return virq == VIRQ_TIMER || virq == VIRQ_DEBUG ||
	       virq == VIRQ_XENOPROF || virq == VIRQ_XENPMU;
}

static s64 op_bind_virq(struct vcpu *v, void *arg)
{
	struct evtchn_bind_virq *in = arg;
	struct evt to = { .state = EVT_VIRQ, .virq = in->virq };
	port_t p;
	int rc;

	to.per_vcpu = virq_is_per_vcpu(in->virq);
	if (in->virq >= NR_VIRQS || (!to.per_vcpu && in->vcpu))
		return fail(-EINVAL);
	to.vcpu = v = vcpu_of(v->domain, in->vcpu);
	if (!v)
		return fail(-ENOENT);
	rc = evt_bind(v->domain, &to, &p);
	if (!rc && in->virq == VIRQ_TIMER) {
		v->ticks = true;
		sched_set_period(v, v->period);
	}
	return port_out(rc, &p, &in->port);
}

static s64 op_bind_ipi(struct vcpu *v, void *arg)
{
	struct evtchn_bind_ipi *in = arg;
	struct evt to = { .state = EVT_IPI };
	port_t p;

	to.vcpu = vcpu_of(v->domain, in->vcpu);
	if (!to.vcpu)
		return fail(-ENOENT);
	return port_out(evt_bind(v->domain, &to, &p), &p, &in->port);
}

static s64 op_bind_pirq(struct vcpu *v, void *arg)
{
	struct evtchn_bind_pirq *in = arg;
	struct evt to = { .state = EVT_PIRQ, .pirq = in->pirq };
	port_t p;
	int rc;

	if (in->pirq >= NR_PIRQS)
		return fail(-EINVAL);
	to.vcpu = v->domain->vcpu[0];
	rc = evt_bind(v->domain, &to, &p);
	if (rc)
		return rc;
	rc = irq_bind(v->domain, in->pirq, p);
	/* Another vCPU may have closed it already. */
	if (rc && evt_close(v->domain, p))
		return rc;
	return port_out(rc, &p, &in->port);
}

static s64 op_close(struct vcpu *v, void *arg)
{
	struct evtchn_close *in = arg;

	return evt_close(v->domain, port(in->port));
}

static s64 op_status(struct vcpu *v not_used, void *arg)
{
	static const u8 numbers[] = {
		[EVT_FREE] = EVTCHNSTAT_closed,
		[EVT_RESERVED] = EVTCHNSTAT_closed,
		[EVT_UNBOUND] = EVTCHNSTAT_unbound,
		[EVT_INTERDOMAIN] = EVTCHNSTAT_interdomain,
		[EVT_PIRQ] = EVTCHNSTAT_pirq,
		[EVT_VIRQ] = EVTCHNSTAT_virq,
		[EVT_IPI] = EVTCHNSTAT_ipi,
	};
	struct evtchn_status *in = arg;
	struct evt_status st;
	struct domain *d;
	int rc = domid_target(in->dom, &d);

	if (rc)
		return rc;
	rc = evt_status(d, port(in->port), &st);
	domain_put(d);
	if (rc)
		return rc;
	in->status = numbers[st.state];
	in->vcpu = st.vcpu;
	if (st.state == EVT_UNBOUND) {
		in->u.unbound.dom = st.remote_dom;
	} else if (st.state == EVT_INTERDOMAIN) {
		in->u.interdomain.dom = st.remote_dom;
		in->u.interdomain.port = st.remote_port;
	} else if (st.state == EVT_VIRQ) {
		in->u.virq = st.virq;
	} else if (st.state == EVT_PIRQ) {
		in->u.pirq = st.pirq;
	}
	return 0;
}

static s64 op_bind_vcpu(struct vcpu *v, void *arg)
{
	struct evtchn_bind_vcpu *in = arg;

	v = vcpu_of(v->domain, in->vcpu);
	return v ? evt_bind_vcpu(v, port(in->port)) : fail(-ENOENT);
}

static s64 op_reset(struct vcpu *v, void *arg)
{
	struct evtchn_reset *in = arg;
	struct domain *d;
	int rc = domid_target(in->dom, &d);

	if (rc)
		return rc;
	/* Another one's only while domain 0 has paused it. */
	rc = d == v->domain || READ_ONCE(d->paused) == PAUSE_ON ?
		evt_reset(d) : fail(-EINVAL);
	domain_put(d);
	return rc;
}

#define OP(name, back) \
	[EVTCHNOP_##name] = { op_##name, sizeof(struct evtchn_##name), back, 0 }

static const struct sub_op event_ops[] = {
	OP(alloc_unbound, true),
	OP(bind_interdomain, true),
	OP(bind_virq, true),
	OP(bind_ipi, true),
	OP(bind_pirq, true),
	OP(close, false),
	OP(status, true),
	OP(bind_vcpu, false),
	OP(reset, false),
};

static noinline s64 op_event_rare(u32 cmd, u64 arg)
{
	s64 rc = sub_op(event_ops, ARRAY_SIZE(event_ops), current(), cmd, arg);

	return rc == -ERESTART ? hypercall_continue(cmd, arg, 0, 0) : rc;
}

/* Both are where op_send() ends when it does not do all by itself. */
static noinline s64 send_other(struct domain *d, u32 number, u64 arg)
{
	s64 rc = evt_send(d, port(number));

	return rc == -ERESTART ?
		hypercall_continue(EVTCHNOP_send, arg, 0, 0) : rc;
}

static noinline s64 send_tell(struct evt *e, struct vcpu *to, bool upcall)
{
	evt_tell(e->peer, to, upcall);
	evt_unlock(e);
	return 0;
}

/*
 * As evt_send(), for a port of the first page that leads to another port and
 * is not locked: all in one piece without a stack, since guests that talk to
 * each other do little else.
 */
static always_inline s64 op_send(u64 arg)
{
	struct vcpu *v = current(), *to;
	enum pv_pending what;
	struct evt *e, *peer;
	u32 in;

	_Static_assert(sizeof(struct evtchn_send) == sizeof(in), "one number");
	if (unlikely(guest_read_u32(&in, gva(arg))))
		return fail(-EFAULT);
	if (unlikely(in >= EVT_PER_PAGE))
		return send_other(v->domain, in, arg);
	e = evt_near(v->domain, in);
	if (unlikely(!evt_trylock(e)))
		return send_other(v->domain, in, arg);
	peer = e->peer;
	if (unlikely(!peer)) {
		evt_unlock(e);
		return send_other(v->domain, in, arg);
	}
	to = READ_ONCE(peer->vcpu);
	what = evt_set_pending(to, peer->port);
	/* We run, so our own flags are looked at on the way out. */
	if (what == PV_UPCALL && to != v)
		return send_tell(e, to, true);
	if (what != PV_OLD && unlikely(to->domain->evt.pollers))
		return send_tell(e, to, what == PV_UPCALL);
	evt_unlock(e);
	return 0;
}

static noinline s64 op_unmask(u64 arg)
{
	u32 in;

	_Static_assert(sizeof(struct evtchn_unmask) == sizeof(in),
		       "one number");
	if (unlikely(guest_read_u32(&in, gva(arg))))
		return fail(-EFAULT);
	return evt_unmask(current()->domain, port(in));
}

s64 op_event_channel_op(u64 cmd, u64 arg)
{
	if (likely((u32)cmd == EVTCHNOP_send))
		return op_send(arg);
	if ((u32)cmd == EVTCHNOP_unmask)
		return op_unmask(arg);
	return op_event_rare(cmd, arg);
}
