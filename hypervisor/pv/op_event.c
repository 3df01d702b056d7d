/* SPDX-License-Identifier: MIT */
/*
 * op_event.c - hypercall event_channel_op.
 *
 * Decodes and checks; core/event.c acts.  What needs FIFO events answers
 * -ENOSYS, upon which guests use the two-level layout.
 */
#include <abi/event_channel.h>
#include <abi/xen.h>

#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"
#include "shared_bits.h"

static s64 op_alloc_unbound(u64 arg)
{
	struct evtchn_alloc_unbound in;
	struct domain *d;
	port_t p;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	rc = domid_target(in.dom, &d);
	if (rc)
		return rc;
	rc = evt_alloc_unbound(d, domid_number(in.remote_dom), &p);
	domain_put(d);
	if (rc)
		return rc;
	in.port = p.n;
	if (copy_to_guest(gva(arg), &in, sizeof(in)))
		return fail(-EFAULT);
	return 0;
}

static s64 op_bind_interdomain(u64 arg)
{
	struct evtchn_bind_interdomain in;
	struct domain *rd;
	port_t p;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	rd = domain_get(domid_number(in.remote_dom));
	if (!rd)
		return fail(-ESRCH);
	rc = evt_bind_interdomain(current()->domain, rd, port(in.remote_port),
				  &p);
	domain_put(rd);
	if (rc)
		return rc;
	in.local_port = p.n;
	if (copy_to_guest(gva(arg), &in, sizeof(in)))
		return fail(-EFAULT);
	return 0;
}

static bool virq_is_per_vcpu(u32 virq)
{
	return virq == VIRQ_TIMER || virq == VIRQ_DEBUG ||
	       virq == VIRQ_XENOPROF || virq == VIRQ_XENPMU;
}

static s64 op_bind_virq(u64 arg)
{
	struct evtchn_bind_virq in;
	struct vcpu *v;
	port_t p;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.virq >= NR_VIRQS || (!virq_is_per_vcpu(in.virq) && in.vcpu))
		return fail(-EINVAL);
	v = vcpu_of(current()->domain, in.vcpu);
	if (!v)
		return fail(-ENOENT);
	rc = evt_bind_virq(v, in.virq, virq_is_per_vcpu(in.virq), &p);
	if (rc)
		return rc;
	in.port = p.n;
	if (in.virq == VIRQ_TIMER) {
		v->ticks = true;
		sched_set_period(v, v->period);
	}
	if (copy_to_guest(gva(arg), &in, sizeof(in)))
		return fail(-EFAULT);
	return 0;
}

static s64 op_bind_ipi(u64 arg)
{
	struct evtchn_bind_ipi in;
	struct vcpu *v;
	port_t p;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	v = vcpu_of(current()->domain, in.vcpu);
	if (!v)
		return fail(-ENOENT);
	rc = evt_bind_ipi(v, &p);
	if (rc)
		return rc;
	in.port = p.n;
	if (copy_to_guest(gva(arg), &in, sizeof(in)))
		return fail(-EFAULT);
	return 0;
}

/* No domain has a device's interrupt yet. */
static s64 op_bind_pirq(u64 arg)
{
	struct evtchn_bind_pirq in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	return in.pirq < NR_PIRQS ? fail(-EPERM) : fail(-EINVAL);
}

static s64 op_close(u64 arg)
{
	struct evtchn_close in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	return evt_close(current()->domain, port(in.port));
}

static u32 status_number(enum evt_state state)
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

	return numbers[state];
}

static s64 op_status(u64 arg)
{
	struct evtchn_status in;
	struct evt_status st;
	struct domain *d;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	rc = domid_target(in.dom, &d);
	if (rc)
		return rc;
	rc = evt_status(d, port(in.port), &st);
	domain_put(d);
	if (rc)
		return rc;
	in.status = status_number(st.state);
	in.vcpu = st.vcpu;
	if (st.state == EVT_UNBOUND) {
		in.u.unbound.dom = st.remote_dom;
	} else if (st.state == EVT_INTERDOMAIN) {
		in.u.interdomain.dom = st.remote_dom;
		in.u.interdomain.port = st.remote_port;
	} else if (st.state == EVT_PIRQ) {
		in.u.pirq = st.pirq;
	} else if (st.state == EVT_VIRQ) {
		in.u.virq = st.virq;
	}
	if (copy_to_guest(gva(arg), &in, sizeof(in)))
		return fail(-EFAULT);
	return 0;
}

static s64 op_bind_vcpu(u64 arg)
{
	struct evtchn_bind_vcpu in;
	struct vcpu *v;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	v = vcpu_of(current()->domain, in.vcpu);
	if (!v)
		return fail(-ENOENT);
	return evt_bind_vcpu(v->domain, port(in.port), v);
}

static s64 op_reset(u64 cmd, u64 arg)
{
	struct evtchn_reset in;
	struct domain *d;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	rc = domid_target(in.dom, &d);
	if (rc)
		return rc;
	/* Another one's only while it is paused: nobody can pause one yet. */
	rc = d == current()->domain ? evt_reset(d) : fail(-EINVAL);
	domain_put(d);
	if (rc == -ERESTART)
		return hypercall_continue(cmd, arg, 0, 0);
	return rc;
}

/* What it would be without FIFO events on Xen, wrong pointers included. */
static s64 op_fifo(u32 cmd, u64 arg)
{
	u32 in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	return cmd == EVTCHNOP_expand_array ? fail(-EOPNOTSUPP) :
					      fail(-ENOSYS);
}

/* Both are where op_send() ends when it does not do all by itself. */
static noinline s64 send_other(struct domain *d, u32 number)
{
	return evt_send(d, port(number));
}

static noinline s64 send_tell(struct evt *e, struct evt *peer, bool upcall)
{
	evt_tell(peer, upcall);
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
	struct vcpu *v = current();
	enum pv_pending what;
	struct evt *e, *peer;
	u32 in;

	_Static_assert(sizeof(struct evtchn_send) == sizeof(in), "one number");
	if (unlikely(guest_read_u32(&in, gva(arg))))
		return fail(-EFAULT);
	if (unlikely(in >= EVT_PER_PAGE))
		return send_other(v->domain, in);
	e = evt_near(v->domain, in);
	if (unlikely(!evt_trylock(e)))
		return send_other(v->domain, in);
	peer = e->peer;
	if (unlikely(!peer)) {
		evt_unlock(e);
		return send_other(v->domain, in);
	}
	what = evt_set_pending(peer->vcpu, peer->port);
	/* We run, so our own flags are looked at on the way out. */
	if (what == PV_UPCALL && peer->vcpu != v)
		return send_tell(e, peer, true);
	if (what != PV_OLD && unlikely(peer->vcpu->domain->evt.pollers))
		return send_tell(e, peer, what == PV_UPCALL);
	evt_unlock(e);
	return 0;
}

static noinline s64 op_event_rare(u32 cmd, u64 arg)
{
	switch (cmd) {
	case EVTCHNOP_alloc_unbound:
		return op_alloc_unbound(arg);
	case EVTCHNOP_bind_interdomain:
		return op_bind_interdomain(arg);
	case EVTCHNOP_bind_virq:
		return op_bind_virq(arg);
	case EVTCHNOP_bind_ipi:
		return op_bind_ipi(arg);
	case EVTCHNOP_bind_pirq:
		return op_bind_pirq(arg);
	case EVTCHNOP_bind_vcpu:
		return op_bind_vcpu(arg);
	case EVTCHNOP_close:
		return op_close(arg);
	case EVTCHNOP_status:
		return op_status(arg);
	case EVTCHNOP_reset:
		return op_reset(cmd, arg);
	case EVTCHNOP_init_control:
	case EVTCHNOP_expand_array:
	case EVTCHNOP_set_priority:
		return op_fifo(cmd, arg);
	default:
		return fail(-ENOSYS);
	}
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
