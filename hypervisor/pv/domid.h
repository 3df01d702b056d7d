/* SPDX-License-Identifier: MIT */
/*
 * domid.h - the domain and the vCPU that a number in an argument stands for.
 */
#pragma once

#include <abi/xen.h>

#include <domain.h>
#include <lib.h>
#include <machine.h>

/* DOMID_SELF is the caller's own number. */
static inline u32 domid_number(domid_t id)
{
	return id == DOMID_SELF ? current()->domain->id : id;
}

/*
 * The domain that the caller wants to act for, with a reference: itself, or
 * any if it is privileged.  0, -ESRCH, -EPERM.
 */
static inline int must_check domid_target_number(u32 id, struct domain **out)
{
	struct domain *self = current()->domain;
	struct domain *d = domain_get(id);

	if (!d)
		return fail(-ESRCH);
	if (d != self && !self->privileged) {
		domain_put(d);
		return fail(-EPERM);
	}
	*out = d;
	return 0;
}

static inline int must_check domid_target(domid_t id, struct domain **out)
{
	return domid_target_number(domid_number(id), out);
}

/* NULL when the domain has no such vCPU. */
static inline struct vcpu *vcpu_of(struct domain *d, u32 id)
{
	return id < d->nr_vcpus ? d->vcpu[id % CONFIG_MAX_VCPUS] : NULL;
}
