/* SPDX-License-Identifier: MIT */
/*
 * pg_owner.h - what the page-table calls have in common: whose frames they are
 * about, and how they say how much they did.
 */
#pragma once

#include <abi/xen.h>

#include <uaccess.h>

#include "domid.h"

/*
 * The domain that a number stands for, with a reference unless it is the
 * caller: its own number is refused, so that it says DOMID_SELF.  DOMID_IO is
 * the caller too: what it may map of device memory depends on that alone.
 * 0, -ESRCH, -EPERM.
 */
static inline int must_check pg_owner_get(u64 arg, struct domain **out)
{
	struct domain *self = current()->domain;
	domid_t id = (domid_t)arg;

	*out = self;
	if (id == DOMID_SELF)
		return 0;
	if (id == DOMID_IO)
		return self->privileged ? 0 : fail(-EPERM);
	return id == self->id ? fail(-ESRCH) : domid_target_number(id, out);
}

static inline void pg_owner_put(struct domain *d)
{
	if (d != current()->domain)
		domain_put(d);
}

/* In a count: the call goes on, so its *done counts from before. */
#define MMU_PREEMPTED	0x80000000u

/* Tells the guest how many requests were made.  -EFAULT. */
static inline int must_check done_add(gva_t done, u32 n, bool again)
{
	u32 before = 0;

	if (again && copy_from_guest(&before, done, sizeof(before)))
		return fail(-EFAULT);
	before += n;
	return copy_to_guest(done, &before, sizeof(before));
}
