/* SPDX-License-Identifier: MIT */
/*
 * op_sched.c - hypercall sched_op: giving the CPU away, and stopping.
 *
 * Waiting takes effect on the way back to the guest, so a call that waits has
 * its result already.
 */
#include <abi/sched.h>
#include <abi/sluice.h>

#include <uaccess.h>

#include "domid.h"
#include "ops.h"
#include "shared_bits.h"
#include "sub_op.h"

#define POLL_MAX	128

static s64 op_yield(struct vcpu *v not_used, void *arg not_used)
{
	sched_yield();
	return 0;
}

/* True when it blocks, or has done so and an event ended it already. */
static bool block(struct vcpu *v)
{
	WRITE_ONCE(v->pv.info->evtchn_upcall_mask, 0);
	if (pv_upcall_waits(v))
		return false;
	sched_block(v);
	/* One that came in between has not seen us blocked: see sched_kick. */
	if (!pv_upcall_waits(v))
		return true;
	sched_unblock(v);
	return false;
}

static s64 op_block(struct vcpu *v, void *arg not_used)
{
	(void)block(v);
	return 0;
}

s64 op_idle(u64 deadline, u32 count)
{
	struct vcpu *v = current();

	if (count)
		return fail(-EINVAL);
	if (!deadline) {
		(void)block(v);
		return 0;
	}
	/* What is left of an earlier wait would end this one too early. */
	if (timer_is_set(&v->sched.wake))
		timer_stop(&v->sched.wake);
	WRITE_ONCE(v->evt.poll_port, EVT_POLL_NONE);
	if (!block(v)) {
		WRITE_ONCE(v->evt.poll_port, 0);
		return 0;
	}
	pv_clock_refresh(v, deadline);
	/* System times are signed: one before 0 has passed. */
	timer_set(&v->sched.wake, MAX((s64)deadline, 1));
	return 0;
}

s64 op_yield_to(u64 port_number, u32 count)
{
	struct domain *d = current()->domain;
	int rc = 0;

	if (count > SLUICE_YIELD_SEND || port_number >> 32)
		return fail(-EINVAL);
	if (count)
		rc = evt_send(d, port(port_number));
	return rc ? rc : evt_yield_to(d, port(port_number));
}

/* 1 when one of the ports is pending, 0 when none is, or an error. */
static int ports_pending(struct domain *d, const struct sched_poll *in)
{
	gva_t at = gva((u64)in->ports);
	u32 i, number;

	for (i = 0; i < in->nr_ports; i++) {
		if (guest_read_u32(&number, gva_add(at, i * sizeof(number))))
			return fail(-EFAULT);
		if (!evt_port_bound(d, port(number)))
			return fail(-EINVAL);
		if (pv_evt_is_pending(d, number))
			return 1;
	}
	return 0;
}

static s64 op_poll(struct vcpu *v, void *arg)
{
	struct sched_poll *in = arg;
	u32 only = EVT_POLL_ANY;
	int rc;

	if (in->nr_ports > POLL_MAX)
		return fail(-EINVAL);
	if (!guest_range_ok(gva((u64)in->ports),
			    MAX(in->nr_ports, 1) * sizeof(evtchn_port_t)))
		return fail(-EFAULT);
	if (in->nr_ports == 1 && guest_read_u32(&only, gva((u64)in->ports)))
		return fail(-EFAULT);

	if (timer_is_set(&v->sched.wake))
		timer_stop(&v->sched.wake);
	evt_poll_begin(v, only);
	sched_block(v);
	rc = pv_upcall_waits(v) ? 1 : ports_pending(v->domain, in);
	if (rc) {
		sched_unblock(v);
		evt_poll_end(v);
		return rc < 0 ? rc : 0;
	}
	/* System times are signed: one before 0 has passed. */
	if (in->timeout)
		timer_set(&v->sched.wake, MAX((s64)in->timeout, 1));
	return 0;
}

static s64 op_shutdown(struct vcpu *v, void *arg)
{
	struct sched_shutdown *in = arg;

	domain_shutdown(v->domain, (u8)in->reason);
	return 0;
}

static s64 op_shutdown_code(struct vcpu *v, void *arg)
{
	struct sched_shutdown *in = arg;

	domain_shutdown_code(v->domain, (u8)in->reason);
	return 0;
}

static s64 op_remote_shutdown(struct vcpu *v, void *arg)
{
	struct sched_remote_shutdown *in = arg;
	struct domain *d = domain_get(in->domain_id);
	bool may = v->domain->privileged;

	if (!d)
		return fail(-ESRCH);
	if (may)
		domain_shutdown(d, (u8)in->reason);
	domain_put(d);
	return may ? 0 : fail(-EPERM);
}

static s64 op_watchdog(struct vcpu *v, void *arg)
{
	struct sched_watchdog *in = arg;
	int rc = domain_watchdog(v->domain, in->id, in->timeout);

	/* Guests are used to this one as an unsigned int. */
	return rc == -ENOSPC ? (s64)(u32)rc : (s64)rc;
}

static s64 op_pin_override(struct vcpu *v, void *arg)
{
	struct sched_pin_override *in = arg;

	if (!v->domain->privileged)
		return fail(-EPERM);
	if (in->pcpu < 0 ? !v->sched.only : (u32)in->pcpu >= nr_cpus)
		return fail(-EINVAL);
	if (in->pcpu >= 0 && v->sched.only)
		return fail(-EBUSY);
	sched_pin(v, in->pcpu < 0 ? 0 : 1UL << in->pcpu);
	return 0;
}

#define OP(name) \
	[SCHEDOP_##name] = { op_##name, sizeof(struct sched_##name), 0, 0 }

static const struct sub_op sched_ops[] = {
	[SCHEDOP_yield] = { .act = op_yield },
	[SCHEDOP_block] = { .act = op_block },
	OP(poll),
	OP(shutdown),
	[SCHEDOP_shutdown_code] = {
		.act = op_shutdown_code, .size = sizeof(struct sched_shutdown)
	},
	OP(remote_shutdown),
	OP(watchdog),
	OP(pin_override),
};

s64 op_sched_op(u64 cmd, u64 arg)
{
	return sub_op(sched_ops, ARRAY_SIZE(sched_ops), current(), cmd, arg);
}
