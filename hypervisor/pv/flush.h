/* SPDX-License-Identifier: MIT */
/*
 * flush.h - flushes that a guest asks for.
 */
#pragma once

#include <domain.h>
#include <types.h>

/*
 * The CPUs on which the vCPUs of a mask in guest memory ran last; bits without
 * a vCPU are ignored.  -EFAULT.
 */
int must_check vcpumask_cpus(const struct domain *d, gva_t mask, u64 *where);

/*
 * update_va_mapping's: what and where flags say.  0, -EFAULT.  The entry was
 * changed already, whatever this returns.
 */
int must_check guest_flush_va(struct vcpu *v, u64 va, u64 flags);
