/* SPDX-License-Identifier: MIT */
/*
 * event.h - event channels: binding, sending, masking, and the upcall.
 *
 * A port's function is called with upcalls masked, on the vCPU that the port
 * is bound to, its pending bit already cleared.  Binding, closing and the
 * table of functions take no lock: a guest with several vCPUs serializes them.
 * All ports start masked; binding one with a function unmasks it.
 */
#ifndef HCALL_EVENT_H
#define HCALL_EVENT_H

#include <stdbool.h>
#include <abi/event_channel.h>
#include <hcall/atomic.h>
#include <hcall/hypercall.h>
#include <hcall/start.h>
#include <hcall/trap.h>

/* REGS: what the upcall interrupted. */
typedef void (*hc_event_fn)(evtchn_port_t port, struct hc_regs *regs,
			    void *arg);

/* Mask all ports.  Once, after hc_init(). */
void hc_event_init(void);

/*
 * Each returns the new port, or a negated error:
 *  -XEN_EINVAL  no such virtual interrupt, or the domain's and not for vCPU 0;
 *               the other end's port does not wait for this domain
 *  -XEN_ENOENT  no such vCPU
 *  -XEN_EEXIST  the virtual interrupt is bound already
 *  -XEN_ESRCH   no such domain
 *  -XEN_ENOSPC  no port is left
 *  -XEN_ENOMEM  the hypervisor has no memory for more ports
 * A port that is bound to another domain comes up pending.  FN may be NULL: the
 * port then stays masked, for hc_poll() or for hc_event_handle() later.
 */
long hc_event_bind_virq(unsigned int virq, unsigned int vcpu, hc_event_fn fn,
			void *arg);
long hc_event_bind_ipi(unsigned int vcpu, hc_event_fn fn, void *arg);
long hc_event_alloc_unbound(domid_t remote, hc_event_fn fn, void *arg);
long hc_event_bind_interdomain(domid_t remote, evtchn_port_t remote_port,
			       hc_event_fn fn, void *arg);

/* Give PORT, bound to VCPU, a function; unmask it. */
void hc_event_handle(evtchn_port_t port, unsigned int vcpu, hc_event_fn fn,
		     void *arg);

/* Mask it and give it back: 0, or -XEN_EINVAL, it is not the guest's. */
long hc_event_close(evtchn_port_t port);

/*
 * Let another vCPU get the port's upcalls.  0, -XEN_ENOENT: no such vCPU, or
 * -XEN_EINVAL: no such port, an IPI's or a VIRQ's that each vCPU has.
 */
long hc_event_move(evtchn_port_t port, unsigned int vcpu);

/* Tell the other end, if there is one.  0, or -XEN_EINVAL: a port without. */
static inline long hc_event_send(evtchn_port_t port)
{
	struct evtchn_send send = { .port = port };

	return hc_event_channel_op(EVTCHNOP_send, hc_addr(&send));
}

/* A masked port gets pending, but makes no upcall. */
static inline void hc_event_mask(evtchn_port_t port)
{
	hc_set_bit(hc_shared_info()->evtchn_mask, port);
}

/* What came while it was masked makes its upcall now. */
void hc_event_unmask(evtchn_port_t port);

static inline bool hc_event_pending(evtchn_port_t port)
{
	return hc_test_bit(hc_shared_info()->evtchn_pending, port);
}

/* Returns whether it was pending. */
static inline bool hc_event_clear(evtchn_port_t port)
{
	return hc_clear_bit(hc_shared_info()->evtchn_pending, port);
}

/* Upcalls of this vCPU, as CLI and STI do it for interrupts. */
static inline void hc_upcalls_mask(void)
{
	hc_vcpu_info(hc_this_vcpu())->evtchn_upcall_mask = 1;
	hc_barrier();
}

void hc_upcalls_unmask(void);

/* Mask, and say how it was; put it back so. */
static inline bool hc_upcalls_save(void)
{
	struct vcpu_info *vi = hc_vcpu_info(hc_this_vcpu());
	bool was = vi->evtchn_upcall_mask;

	vi->evtchn_upcall_mask = 1;
	hc_barrier();
	return was;
}

static inline void hc_upcalls_restore(bool masked)
{
	if (!masked)
		hc_upcalls_unmask();
}

/* Serve all that is pending for this vCPU: the handler of HC_VEC_EVENT. */
void hc_event_upcall(struct hc_regs *regs);

#endif
