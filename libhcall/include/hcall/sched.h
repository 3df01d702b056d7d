/* SPDX-License-Identifier: MIT */
/*
 * sched.h - giving the CPU away; other vCPUs; the end.
 */
#ifndef HCALL_SCHED_H
#define HCALL_SCHED_H

#include <abi/sched.h>
#include <abi/vcpu.h>
#include <hcall/hypercall.h>

/* Let others run.  May return at once. */
static inline void hc_yield(void)
{
	hc_sched_op(SCHEDOP_yield, 0);
}

/*
 * Sleep until an event is pending.  Unmasks upcalls as it goes to sleep, in
 * one step, so that none is missed; they are unmasked when it returns.
 */
static inline void hc_block(void)
{
	hc_sched_op(SCHEDOP_block, 0);
}

/*
 * Sleep until one of N ports is pending, or until system time TIMEOUT (ns; 0
 * means forever).  Upcalls must be masked; the ports may be, too.  Returns 0,
 * or -XEN_EINVAL for a bad port, -XEN_EFAULT for a bad pointer.
 */
static inline long hc_poll(evtchn_port_t *ports, unsigned int n,
			   uint64_t timeout)
{
	struct sched_poll poll = {
		.ports = ports,
		.nr_ports = n,
		.timeout = timeout,
	};

	return hc_sched_op(SCHEDOP_poll, hc_addr(&poll));
}

/*
 * Sleep until an event is pending, as hc_block(), or until system time
 * DEADLINE (ns; 0: forever).  One entry on Sluice; elsewhere the deadline
 * raises VIRQ_TIMER, which must be bound and not masked, and replaces what
 * hc_timer_set() set.
 */
void hc_idle(uint64_t deadline);

/*
 * Send on PORT and let the vCPU run that is notified; on other hypervisors than
 * Sluice, let others run.  One entry.  Returns what the send returned.
 */
long hc_send_yield(evtchn_port_t port);

/* End the domain.  REASON is SHUTDOWN_poweroff, _reboot or _crash. */
void hc_shutdown(unsigned int reason) __attribute__((noreturn));

/*
 * Give a vCPU that is down its state, once; CTX is copied.  0, or
 *  -XEN_ENOENT  there is none of that number
 *  -XEN_EEXIST  it has a state
 *  -XEN_EINVAL  an address, a table or a frame of the state is refused; its
 *               page tables also by -XEN_EBUSY or -XEN_EPERM
 *  -XEN_ENOMEM, -XEN_EFAULT
 */
static inline long hc_vcpu_initialise(unsigned int vcpu,
				      struct vcpu_guest_context *ctx)
{
	return hc_vcpu_op(VCPUOP_initialise, vcpu, hc_addr(ctx));
}

/* Start it, or let it go on.  0; -XEN_ENOENT; -XEN_EINVAL: it has no state. */
static inline long hc_vcpu_up(unsigned int vcpu)
{
	return hc_vcpu_op(VCPUOP_up, vcpu, 0);
}

/* Stop it; if it is the caller, this returns when it is up again.  As above. */
static inline long hc_vcpu_down(unsigned int vcpu)
{
	return hc_vcpu_op(VCPUOP_down, vcpu, 0);
}

/* 1 if it runs, 0 if not, -XEN_ENOENT if there is none of that number. */
static inline long hc_vcpu_is_up(unsigned int vcpu)
{
	return hc_vcpu_op(VCPUOP_is_up, vcpu, 0);
}

#endif
