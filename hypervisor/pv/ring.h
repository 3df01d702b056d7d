/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the deferred-call ring, for those who empty it (ring.c).
 */
#pragma once

#include <abi/sluice.h>

#include <domain.h>
#include <lib.h>

/* Of the calling vCPU: 0, -EINVAL, -EEXIST, -ENOENT or -ERESTART. */
int must_check ring_register(struct vcpu *v, u64 frame);
int must_check ring_unregister(struct vcpu *v);

/* The vCPU will not run again: what is in there is dropped. */
void ring_release(struct vcpu *v);

/* Has the guest put something in?  Only for a vCPU that has a ring. */
static always_inline bool ring_waits(const struct vcpu *v)
{
	return READ_ONCE(v->pv.ring->producer) != v->pv.ring_done;
}

/*
 * Makes the calls that wait, in the address space of the current vCPU's
 * kernel: there must be one.  True: other work comes first, and the rest is
 * still in there.
 */
bool ring_drain(struct vcpu *v);

/* The same, if any waits, but not for user mode; true when one succeeded. */
bool ring_drain_kernel(struct vcpu *v);

/*
 * An exception, before the guest hears of it.  True: the kernel had put off
 * calls, so what it tried may work now.
 */
static always_inline bool ring_trap(struct vcpu *v)
{
	return unlikely(v->pv.ring) && ring_drain_kernel(v);
}
