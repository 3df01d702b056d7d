/* SPDX-License-Identifier: MIT */
/*
 * op_vcpu.c - hypercall vcpu_op: a domain's vCPUs, and what belongs to each.
 */
#include <abi/vcpu.h>
#include <abi/xen.h>

#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"
#include "shared_bits.h"
#include "vcpu_init.h"

#define PERIOD_MIN	1000000UL		/* 1 ms */
#define PERIOD_MAX	(~0UL >> 2)

/*
 * Only one of the domain's other vCPUs gives a vCPU its state.  No lock can be
 * held meanwhile, since it may take long and go on in a later call.
 */
static s64 op_initialise(struct vcpu *v, u64 arg)
{
	struct vcpu_guest_context *in = page_alloc(1);
	u32 expected = INIT_NONE;
	s64 rc;

	if (!in)
		return fail(-ENOMEM);
	if (copy_from_guest(in, gva(arg), sizeof(*in))) {
		rc = fail(-EFAULT);
	} else if (!__atomic_compare_exchange_n(&v->init, &expected, INIT_BUSY,
						false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST)) {
		rc = fail(-EEXIST);
	} else {
		rc = pv_vcpu_initialise(v, in);
		__atomic_store_n(&v->init, rc ? INIT_NONE : INIT_DONE,
				 __ATOMIC_SEQ_CST);
	}
	page_free(in, 1);
	if (rc == -ERESTART)
		return hypercall_continue(VCPUOP_initialise, v->id, arg, 0);
	return rc;
}

static s64 op_up(struct vcpu *v)
{
	if (READ_ONCE(v->init) != INIT_DONE)
		return fail(-EINVAL);
	sched_start(v);
	return 0;
}

/* The last one to go down takes the domain with it. */
static s64 op_down(struct vcpu *v)
{
	struct domain *d = v->domain;
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++)
		if (i != v->id && sched_is_up(d->vcpu[i]))
			break;
	if (i == d->nr_vcpus)
		domain_shutdown(d, SHUT_POWEROFF);
	else
		sched_down(v);
	return 0;
}

static s64 op_get_runstate_info(struct vcpu *v, u64 arg)
{
	struct vcpu_runstate_info out;

	pv_runstate_read(v, &out);
	if (copy_to_guest(gva(arg), &out, sizeof(out)))
		return fail(-EFAULT);
	return 0;
}

static s64 op_register_runstate(struct vcpu *v, u64 arg)
{
	struct vcpu_register_runstate_memory_area in;
	struct vcpu_runstate_info now;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (!guest_range_ok(gva(in.addr.p), sizeof(now)))
		return fail(-EFAULT);
	WRITE_ONCE(v->pv.runstate_area, in.addr.p);
	pv_runstate_read(v, &now);
	/* One that can't be written now may be at a later switch. */
	if (in.addr.p && copy_to_guest(gva(in.addr.p), &now, sizeof(now)))
		return 0;
	return 0;
}

static s64 op_register_time(struct vcpu *v, u64 arg)
{
	struct vcpu_register_time_memory_area in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (!guest_range_ok(gva(in.addr.p), sizeof(struct vcpu_time_info)))
		return fail(-EFAULT);
	WRITE_ONCE(v->pv.time_area, in.addr.p);
	if (v == current())
		pv_update_time(v);
	return 0;
}

static s64 op_set_periodic(struct vcpu *v, u64 arg)
{
	struct vcpu_set_periodic_timer in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.period_ns < PERIOD_MIN || in.period_ns > PERIOD_MAX)
		return fail(-EINVAL);
	sched_set_period(v, in.period_ns);
	return 0;
}

static s64 op_stop_periodic(struct vcpu *v)
{
	sched_set_period(v, 0);
	return 0;
}

static s64 op_set_singleshot(struct vcpu *v, u64 arg)
{
	struct vcpu_set_singleshot_timer in;

	if (v != current())
		return fail(-EINVAL);
	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	/*
	 * System times are signed: one before 0 has passed.  One that has
	 * passed is an event at once, also with VCPU_SSHOTTMR_future.
	 */
	timer_set(&v->timer, MAX((s64)in.timeout_abs_ns, 1));
	return 0;
}

static s64 op_stop_singleshot(struct vcpu *v)
{
	if (v != current())
		return fail(-EINVAL);
	timer_stop(&v->timer);
	return 0;
}

static s64 op_register_vcpu_info(struct vcpu *v, u64 arg)
{
	struct vcpu_register_vcpu_info in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (v != current() && sched_is_up(v))
		return fail(-EINVAL);
	return pv_vcpu_info_move(v, mfn(in.mfn), in.offset);
}

static s64 op_send_nmi(struct vcpu *v, u64 arg)
{
	if (arg)
		return fail(-EINVAL);
	WRITE_ONCE(v->pv.nmi_pending, true);
	sched_kick(v);
	if (v == current())
		cpu_kick(this_cpu(), WORK_RESCHED);
	return 0;
}

/* Only domain 0 is told, and only while there is nowhere to move to. */
static s64 op_get_physid(struct vcpu *v, u64 arg)
{
	struct vcpu_get_physid out;

	if (!v->domain->privileged || nr_cpus > 1)
		return fail(-EINVAL);
	out.phys_id = cpus[v->cpu]->apic_id;
	if (copy_to_guest(gva(arg), &out, sizeof(out)))
		return fail(-EFAULT);
	return 0;
}

static s64 op_rare(u32 cmd, struct vcpu *v, u64 arg)
{
	switch (cmd) {
	case VCPUOP_initialise:
		return op_initialise(v, arg);
	case VCPUOP_up:
		return op_up(v);
	case VCPUOP_down:
		return op_down(v);
	case VCPUOP_get_runstate_info:
		return op_get_runstate_info(v, arg);
	case VCPUOP_register_runstate_memory_area:
		return op_register_runstate(v, arg);
	case VCPUOP_set_periodic_timer:
		return op_set_periodic(v, arg);
	case VCPUOP_stop_periodic_timer:
		return op_stop_periodic(v);
	case VCPUOP_register_vcpu_info:
		return op_register_vcpu_info(v, arg);
	case VCPUOP_send_nmi:
		return op_send_nmi(v, arg);
	case VCPUOP_get_physid:
		return op_get_physid(v, arg);
	case VCPUOP_register_vcpu_time_memory_area:
		return op_register_time(v, arg);
	default:
		return fail(-ENOSYS);
	}
}

s64 op_vcpu_op(u64 cmd, u64 id, u64 arg)
{
	struct vcpu *v = vcpu_of(current()->domain, id);

	if (unlikely(!v))
		return fail(-ENOENT);
	switch ((u32)cmd) {
	case VCPUOP_set_singleshot_timer:
		return op_set_singleshot(v, arg);
	case VCPUOP_stop_singleshot_timer:
		return op_stop_singleshot(v);
	case VCPUOP_is_up:
		return sched_is_up(v);
	default:
		return op_rare(cmd, v, arg);
	}
}
