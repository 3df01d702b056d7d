/* SPDX-License-Identifier: MIT */
/*
 * event.c - event channels: who handles a port, and the upcall's scan.
 *
 * The pending and mask bits are shared with the hypervisor and changed by
 * locked operations alone.  The table below is written with the port masked,
 * and read only by the upcall of a port that is not.
 */
#include <hcall/event.h>
#include "internal.h"

static struct {
	hc_event_fn fn;
	void *arg;
} ports[EVTCHN_2L_NR_CHANNELS];

/* Which vCPU serves it: a vCPU's word may show other vCPUs' ports. */
static uint8_t port_vcpu[EVTCHN_2L_NR_CHANNELS];

void hc_event_init(void)
{
	struct shared_info *s = hc_shared_info();
	unsigned int i;

	for (i = 0; i < 64; i++)
		s->evtchn_mask[i] = ~0ULL;
	hc_trap_set(HC_VEC_EVENT, hc_event_upcall);
}

void hc_event_handle(evtchn_port_t port, unsigned int vcpu, hc_event_fn fn,
		     void *arg)
{
	hc_event_mask(port);
	ports[port].fn = fn;
	ports[port].arg = arg;
	port_vcpu[port] = vcpu;
	if (fn)
		hc_event_unmask(port);
}

static long bound(long ret, evtchn_port_t port, unsigned int vcpu,
		  hc_event_fn fn, void *arg)
{
	if (ret)
		return ret;
	hc_event_handle(port, vcpu, fn, arg);
	return port;
}

long hc_event_bind_virq(unsigned int virq, unsigned int vcpu, hc_event_fn fn,
			void *arg)
{
	struct evtchn_bind_virq b = { .virq = virq, .vcpu = vcpu };
	long ret = hc_event_channel_op(EVTCHNOP_bind_virq, hc_addr(&b));

	return bound(ret, b.port, vcpu, fn, arg);
}

long hc_event_bind_ipi(unsigned int vcpu, hc_event_fn fn, void *arg)
{
	struct evtchn_bind_ipi b = { .vcpu = vcpu };
	long ret = hc_event_channel_op(EVTCHNOP_bind_ipi, hc_addr(&b));

	return bound(ret, b.port, vcpu, fn, arg);
}

long hc_event_alloc_unbound(domid_t remote, hc_event_fn fn, void *arg)
{
	struct evtchn_alloc_unbound a = {
		.dom = DOMID_SELF,
		.remote_dom = remote,
	};
	long ret = hc_event_channel_op(EVTCHNOP_alloc_unbound, hc_addr(&a));

	return bound(ret, a.port, 0, fn, arg);
}

long hc_event_bind_interdomain(domid_t remote, evtchn_port_t remote_port,
			       hc_event_fn fn, void *arg)
{
	struct evtchn_bind_interdomain b = {
		.remote_dom = remote,
		.remote_port = remote_port,
	};
	long ret = hc_event_channel_op(EVTCHNOP_bind_interdomain, hc_addr(&b));

	return bound(ret, b.local_port, 0, fn, arg);
}

long hc_event_close(evtchn_port_t port)
{
	struct evtchn_close c = { .port = port };

	hc_event_mask(port);
	ports[port].fn = NULL;
	return hc_event_channel_op(EVTCHNOP_close, hc_addr(&c));
}

long hc_event_move(evtchn_port_t port, unsigned int vcpu)
{
	struct evtchn_bind_vcpu b = { .port = port, .vcpu = vcpu };
	bool masked = hc_set_bit(hc_shared_info()->evtchn_mask, port);
	long ret = hc_event_channel_op(EVTCHNOP_bind_vcpu, hc_addr(&b));

	if (!ret)
		port_vcpu[port] = vcpu;
	if (!masked)
		hc_event_unmask(port);
	return ret;
}

/*
 * Clear the mask bit here when nothing is pending: no call is needed then.  If
 * it is pending after that, either the hypervisor saw the mask clear and made
 * the upcall, or it did not; to be sure, mask again and let it look.
 */
void hc_event_unmask(evtchn_port_t port)
{
	struct evtchn_unmask u = { .port = port };

	if (!hc_event_pending(port)) {
		hc_clear_bit(hc_shared_info()->evtchn_mask, port);
		if (!hc_event_pending(port))
			return;
		hc_event_mask(port);
	}
	hc_event_channel_op(EVTCHNOP_unmask, hc_addr(&u));
}

/*
 * Unmask, then look: an event that came in between has found the mask clear or
 * is seen here.  Any hypercall delivers it on the way out; this one does
 * nothing else.
 */
void hc_upcalls_unmask(void)
{
	struct vcpu_info *vi = hc_vcpu_info(hc_this_vcpu());

	hc_barrier();
	vi->evtchn_upcall_mask = 0;
	hc_mb();
	if (*(volatile uint8_t *)&vi->evtchn_upcall_pending)
		hc_xen_version(0, 0);
}

/* The ports of one word; those that come meanwhile raise a new upcall. */
static void scan_word(unsigned int word, unsigned int vcpu,
		      struct hc_regs *regs)
{
	struct shared_info *s = hc_shared_info();
	uint64_t bits = *(volatile uint64_t *)&s->evtchn_pending[word] &
			~*(volatile uint64_t *)&s->evtchn_mask[word];
	evtchn_port_t port;

	for (; bits; bits &= bits - 1) {
		port = word * 64 + __builtin_ctzll(bits);
		if (port_vcpu[port] != vcpu)
			continue;
		/* Before the call: what is sent during it must not be lost. */
		hc_event_clear(port);
		if (ports[port].fn)
			ports[port].fn(port, regs, ports[port].arg);
	}
}

/*
 * The order is the contract: first the flag, then the selector by an exchange,
 * then the words.  The hypervisor sets them the other way round.
 */
void hc_event_upcall(struct hc_regs *regs)
{
	unsigned int vcpu = hc_this_vcpu();
	struct vcpu_info *vi = hc_vcpu_info(vcpu);
	volatile uint8_t *pending = &vi->evtchn_upcall_pending;
	uint64_t sel;

	do {
		*pending = 0;
		sel = hc_xchg(&vi->evtchn_pending_sel, 0);
		for (; sel; sel &= sel - 1)
			scan_word(__builtin_ctzll(sel), vcpu, regs);
	} while (*pending);
}
