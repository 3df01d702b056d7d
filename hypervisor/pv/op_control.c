/* SPDX-License-Identifier: MIT */
/*
 * op_control.c - of sluice_op, what domain 0 may do to others, and what it
 * wishes them to do.
 *
 * Every command names the domain by its number and takes one argument.  Nobody
 * else may use any of them, nor domain 0 on itself.  What is wished
 * is a word that the domain reads when it is told so; nothing here waits for
 * it.  No lock but those of the functions that act.
 */
#include <abi/sluice.h>

#include <bootline.h>
#include <build.h>
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"

static u32 flags_of(struct domain *d)
{
	u32 flags = READ_ONCE(d->build) ? SLUICE_DOM_building :
		SLUICE_DOM_exists;

	if (READ_ONCE(d->paused) != PAUSE_OFF)
		flags |= SLUICE_DOM_paused;
	if (READ_ONCE(d->stopped))
		flags |= SLUICE_DOM_stopped;
	if (READ_ONCE(d->dying))
		flags |= SLUICE_DOM_dying;
	return flags;
}

static u64 cpu_time(struct domain *d)
{
	struct runstate_times t;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++) {
		sched_times(d->vcpu[i], &t);
		sum += t.in_state[RUN_RUNNING];
	}
	return sum;
}

static void info_fill(struct domain *d, struct sluice_domain *out)
{
	*out = (struct sluice_domain){
		.domid = d->id, .flags = flags_of(d), .vcpus = d->nr_vcpus,
		.reason = READ_ONCE(d->shutdown),
		.pages = READ_ONCE(d->nr_pages),
		.max_pages = READ_ONCE(d->max_pages),
		.target_pages = READ_ONCE(d->target),
		.cpu_time = cpu_time(d),
		.weight = READ_ONCE(d->sched.share.weight),
		.cap = READ_ONCE(d->sched.share.cap),
		.cpus = READ_ONCE(d->sched.share.cpus),
	};
	strcopy(out->name, d->name, sizeof(out->name));
	spin_lock(&d->lock);
	strcopy(out->why, d->why, sizeof(out->why));
	spin_unlock(&d->lock);
}

/* Also of a domain that is not there but could be started. */
static s64 op_info(u64 arg, u32 domid)
{
	struct sluice_domain out = { .domid = domid };
	struct domain *d = domain_find(domid);
	struct boot_domain dom;

	if (d) {
		info_fill(d, &out);
		domain_put(d);
	} else if (domain_described(domid, &dom) == NO_MODULE) {
		return fail(-ESRCH);
	} else {
		strcopy(out.name, dom.name, sizeof(out.name));
	}
	return copy_to_guest(gva(arg), &out, sizeof(out)) ? fail(-EFAULT) : 0;
}

static s64 op_machine(u64 arg, u32 domid not_used)
{
	struct sluice_machine out = {
		.frames = frame_table_nr, .free = frames_free(),
		.cpus = nr_cpus, .domains = domains_count(),
	};

	return copy_to_guest(gva(arg), &out, sizeof(out)) ? fail(-EFAULT) : 0;
}

static int op_pause(struct domain *d, u64 arg not_used)
{
	return domain_pause(d, true);
}

static int op_unpause(struct domain *d, u64 arg not_used)
{
	return domain_pause(d, false);
}

static int op_destroy(struct domain *d, u64 arg not_used)
{
	return domain_destroy(d);
}

static int op_wish_target(struct domain *d, u64 arg)
{
	if (arg > d->max_pages)
		return fail(-EINVAL);
	WRITE_ONCE(d->target, arg);
	evt_raise_virq(d->vcpu[0], VIRQ_SLUICE_WISH);
	return 0;
}

static int op_wish_end(struct domain *d, u64 arg)
{
	if (arg > SHUT_REBOOT)
		return fail(-EINVAL);
	WRITE_ONCE(d->wish, arg + 1);
	evt_raise_virq(d->vcpu[0], VIRQ_SLUICE_WISH);
	return 0;
}

static int op_input(struct domain *d, u64 arg)
{
	return pv_console_put(d, (char)arg);
}

static int op_focus(struct domain *d, u64 arg)
{
	WRITE_ONCE(d->console.raw, arg & 1);
	return 0;
}

#define AT(cmd)	[SLUICEOP_##cmd - SLUICEOP_CONTROL]

static s64 (*const plain[])(u64 arg, u32 domid) = {
	AT(info) = op_info, AT(machine) = op_machine,
	AT(start) = op_domain_start,
};

static int (*const on_domain[])(struct domain *d, u64 arg) = {
	AT(pause) = op_pause, AT(unpause) = op_unpause,
	AT(destroy) = op_destroy, AT(wish_target) = op_wish_target,
	AT(wish_end) = op_wish_end, AT(console_put) = op_input,
	AT(console_raw) = op_focus, AT(weight) = sched_set_weight,
	AT(cap) = sched_set_cap, AT(cpus) = sched_set_affinity,
};

s64 op_control(u32 nr, u64 arg, u32 domid)
{
	struct domain *d;
	s64 ret;

	if (nr < ARRAY_SIZE(plain) && plain[nr])
		return current()->domain->privileged ? plain[nr](arg, domid) :
			fail(-EPERM);
	if (nr >= ARRAY_SIZE(on_domain) || !on_domain[nr])
		return fail(-ENOSYS);
	if (!current()->domain->privileged)
		return fail(-EPERM);
	d = domain_find(domid);
	if (!d)
		return fail(-ESRCH);
	if (d->privileged)
		ret = fail(-EINVAL);
	else if (READ_ONCE(d->build) && on_domain[nr] != op_destroy)
		ret = fail(-EBUSY);
	else
		ret = on_domain[nr](d, arg);
	domain_put(d);
	return ret;
}

/* The one command here that is for everybody. */
s64 op_wishes(u64 arg, u32 count not_used)
{
	const struct domain *d = current()->domain;
	struct sluice_wishes out = {
		.target_pages = READ_ONCE(d->target),
		.end = READ_ONCE(d->wish),
	};

	return copy_to_guest(gva(arg), &out, sizeof(out)) ? fail(-EFAULT) : 0;
}
