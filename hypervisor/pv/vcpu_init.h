/* SPDX-License-Identifier: MIT */
#ifndef VCPU_INIT_H
#define VCPU_INIT_H

#include <types.h>

struct vcpu;
struct vcpu_guest_context;

/*
 * Gives a vCPU that is down its first state; c is ours, not the guest's
 * memory.  0, -EINVAL, or -ERESTART: call it again.
 */
int must_check pv_vcpu_initialise(struct vcpu *v,
				  const struct vcpu_guest_context *c);

#endif
