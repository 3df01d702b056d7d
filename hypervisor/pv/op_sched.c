/* SPDX-License-Identifier: MIT */
/*
 * op_sched.c - hypercall sched_op: giving the CPU away, and stopping.
 *
 * Waiting takes effect on the way back to the guest, so a call that waits has
 * its result already.
 */
#include <abi/sched.h>
#include <abi/xen.h>

#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"

#define POLL_MAX	128

static s64 op_block(void)
{
	struct vcpu *v = current();

	WRITE_ONCE(v->pv.info->evtchn_upcall_mask, 0);
	if (pv_upcall_waits(v))
		return 0;
	sched_block(v);
	/* One that came in between has not seen us blocked: see sched_kick. */
	if (pv_upcall_waits(v))
		sched_unblock(v);
	return 0;
}

/* 1 when one of the ports is pending, 0 when none is, or an error. */
static int ports_pending(struct domain *d, const struct sched_poll *in)
{
	gva_t at = gva((u64)in->ports);
	u32 i;

	for (i = 0; i < in->nr_ports; i++) {
		port_t p;

		if (copy_from_guest(&p.n, gva_add(at, i * sizeof(p.n)),
				    sizeof(p.n)))
			return fail(-EFAULT);
		if (!evt_port_bound(d, p))
			return fail(-EINVAL);
		if (pv_evt_is_pending(d, p.n))
			return 1;
	}
	return 0;
}

static s64 op_poll(u64 arg)
{
	struct vcpu *v = current();
	struct sched_poll in;
	u32 only = EVT_POLL_ANY;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.nr_ports > POLL_MAX)
		return fail(-EINVAL);
	if (!guest_range_ok(gva((u64)in.ports),
			    MAX(in.nr_ports, 1) * sizeof(evtchn_port_t)))
		return fail(-EFAULT);
	if (in.nr_ports == 1 && guest_read_u32(&only, gva((u64)in.ports)))
		return fail(-EFAULT);

	if (timer_is_set(&v->sched.wake))
		timer_stop(&v->sched.wake);
	evt_poll_begin(v, only);
	sched_block(v);
	rc = pv_upcall_waits(v) ? 1 : ports_pending(v->domain, &in);
	if (rc) {
		sched_unblock(v);
		evt_poll_end(v);
		return rc < 0 ? rc : 0;
	}
	/* System times are signed: one before 0 has passed. */
	if (in.timeout)
		timer_set(&v->sched.wake, MAX((s64)in.timeout, 1));
	return 0;
}

static s64 op_shutdown(u64 arg)
{
	struct sched_shutdown in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	domain_shutdown(current()->domain, (u8)in.reason);
	return 0;
}

static s64 op_shutdown_code(u64 arg)
{
	struct sched_shutdown in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	domain_shutdown_code(current()->domain, (u8)in.reason);
	return 0;
}

static s64 op_remote_shutdown(u64 arg)
{
	struct sched_remote_shutdown in;
	struct domain *d;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	d = domain_get(in.domain_id);
	if (!d)
		return fail(-ESRCH);
	if (!current()->domain->privileged) {
		domain_put(d);
		return fail(-EPERM);
	}
	domain_shutdown(d, (u8)in.reason);
	domain_put(d);
	return 0;
}

static s64 op_watchdog(u64 arg)
{
	struct sched_watchdog in;
	int rc;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	rc = domain_watchdog(current()->domain, in.id, in.timeout);
	/* Guests are used to this one as an unsigned int. */
	return rc == -ENOSPC ? (s64)(u32)rc : (s64)rc;
}

/* A vCPU is never moved away from its CPU: pinning it there changes nothing. */
static s64 op_pin_override(u64 arg)
{
	struct vcpu *v = current();
	struct sched_pin_override in;

	if (!v->domain->privileged)
		return fail(-EPERM);
	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.pcpu < 0 ? !v->pinned : (u32)in.pcpu != v->cpu)
		return fail(-EINVAL);
	if (in.pcpu >= 0 && v->pinned)
		return fail(-EBUSY);
	v->pinned = in.pcpu >= 0;
	return 0;
}

s64 op_sched_op(u64 cmd, u64 arg)
{
	switch ((u32)cmd) {
	case SCHEDOP_yield:
		sched_yield();
		return 0;
	case SCHEDOP_block:
		return op_block();
	case SCHEDOP_poll:
		return op_poll(arg);
	case SCHEDOP_shutdown:
		return op_shutdown(arg);
	case SCHEDOP_shutdown_code:
		return op_shutdown_code(arg);
	case SCHEDOP_remote_shutdown:
		return op_remote_shutdown(arg);
	case SCHEDOP_watchdog:
		return op_watchdog(arg);
	case SCHEDOP_pin_override:
		return op_pin_override(arg);
	default:
		return fail(-ENOSYS);
	}
}
