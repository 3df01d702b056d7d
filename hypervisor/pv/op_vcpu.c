/* SPDX-License-Identifier: MIT */
/*
 * op_vcpu.c - hypercall vcpu_op: a domain's vCPUs, and what belongs to each.
 */
#include <abi/vcpu.h>

#include <hypercall.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"
#include "shared_bits.h"
#include "sub_op.h"

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
	} else if (!cmpxchg(&v->init, &expected, INIT_BUSY)) {
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

static s64 op_up(struct vcpu *v, void *arg not_used)
{
	if (READ_ONCE(v->init) != INIT_DONE)
		return fail(-EINVAL);
	sched_start(v);
	return 0;
}

/*
 * The last one to go down takes the domain with it; of two at a time, both see
 * that nobody is left.
 */
static s64 op_down(struct vcpu *v, void *arg not_used)
{
	struct domain *d = v->domain;
	u32 i;

	sched_down(v);
	for (i = 0; i < d->nr_vcpus; i++)
		if (sched_is_up(d->vcpu[i]))
			return 0;
	domain_shutdown(d, SHUT_POWEROFF);
	return 0;
}

static s64 op_is_up(struct vcpu *v, void *arg not_used)
{
	return sched_is_up(v);
}

static s64 op_get_runstate_info(struct vcpu *v, void *arg)
{
	pv_runstate_read(v, arg);
	return 0;
}

static s64 op_register_runstate_memory_area(struct vcpu *v, void *arg)
{
	struct vcpu_register_runstate_memory_area *in = arg;
	struct vcpu_runstate_info now;

	if (!guest_range_ok(gva(in->addr.p), sizeof(now)))
		return fail(-EFAULT);
	WRITE_ONCE(v->pv.runstate_area, in->addr.p);
	pv_runstate_read(v, &now);
	/* One that can't be written now may be at a later switch. */
	if (in->addr.p && copy_to_guest(gva(in->addr.p), &now, sizeof(now)))
		return 0;
	return 0;
}

static s64 op_register_vcpu_time_memory_area(struct vcpu *v, void *arg)
{
	struct vcpu_register_time_memory_area *in = arg;

	if (!guest_range_ok(gva(in->addr.p), sizeof(struct vcpu_time_info)))
		return fail(-EFAULT);
	WRITE_ONCE(v->pv.time_area, in->addr.p);
	if (v == current())
		pv_update_time(v);
	return 0;
}

static s64 op_set_periodic_timer(struct vcpu *v, void *arg)
{
	struct vcpu_set_periodic_timer *in = arg;

	if (in->period_ns < PERIOD_MIN || in->period_ns > PERIOD_MAX)
		return fail(-EINVAL);
	sched_set_period(v, in->period_ns);
	return 0;
}

static s64 op_stop_periodic_timer(struct vcpu *v, void *arg not_used)
{
	sched_set_period(v, 0);
	return 0;
}

/*
 * System times are signed: one before 0 has passed.  One that has passed is an
 * event at once, also with VCPU_SSHOTTMR_future.
 */
static s64 op_set_singleshot_timer(struct vcpu *v, void *arg)
{
	struct vcpu_set_singleshot_timer *in = arg;

	pv_clock_refresh(v, in->timeout_abs_ns);
	timer_set(&v->timer, MAX((s64)in->timeout_abs_ns, 1));
	return 0;
}

static s64 op_stop_singleshot_timer(struct vcpu *v, void *arg not_used)
{
	timer_stop(&v->timer);
	return 0;
}

static s64 op_register_vcpu_info(struct vcpu *v, void *arg)
{
	struct vcpu_register_vcpu_info *in = arg;

	if (v != current() && sched_is_up(v))
		return fail(-EINVAL);
	return pv_vcpu_info_move(v, mfn(in->mfn), in->offset);
}

/* Only domain 0 is told, and only while there is nowhere to move to. */
static s64 op_get_physid(struct vcpu *v, void *arg)
{
	struct vcpu_get_physid *out = arg;

	if (!v->domain->privileged || nr_cpus > 1)
		return fail(-EINVAL);
	out->phys_id = cpus[v->cpu]->apic_id;
	return 0;
}

#define OP(name, type, back, own) \
	[VCPUOP_##name] = { op_##name, sizeof(struct type), back, own }

static const struct sub_op vcpu_ops[] = {
	[VCPUOP_up] = { .act = op_up },
	[VCPUOP_down] = { .act = op_down },
	[VCPUOP_is_up] = { .act = op_is_up },
	[VCPUOP_stop_periodic_timer] = { .act = op_stop_periodic_timer },
	[VCPUOP_stop_singleshot_timer] = {
		.act = op_stop_singleshot_timer, .own = true
	},
	OP(get_runstate_info, vcpu_runstate_info, true, false),
	OP(register_runstate_memory_area, vcpu_register_runstate_memory_area,
	   false, false),
	OP(register_vcpu_time_memory_area, vcpu_register_time_memory_area,
	   false, false),
	OP(set_periodic_timer, vcpu_set_periodic_timer, false, false),
	OP(set_singleshot_timer, vcpu_set_singleshot_timer, false, true),
	OP(register_vcpu_info, vcpu_register_vcpu_info, false, false),
	OP(get_physid, vcpu_get_physid, true, false),
};

s64 op_vcpu_op(u64 cmd, u64 id, u64 arg)
{
	struct vcpu *v = vcpu_of(current()->domain, id);

	if (!v)
		return fail(-ENOENT);
	if ((u32)cmd == VCPUOP_initialise)
		return op_initialise(v, arg);
	if ((u32)cmd == VCPUOP_send_nmi)
		return op_send_nmi(v, arg);
	return sub_op(vcpu_ops, ARRAY_SIZE(vcpu_ops), v, cmd, arg);
}
