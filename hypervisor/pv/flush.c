/* SPDX-License-Identifier: MIT */
/*
 * flush.c - flushes that a guest asks for.
 *
 * A vCPU that does not run has nothing in a TLB that could survive: it writes
 * CR3 when it next runs, unless its CPU has kept it loaded while idle, and then
 * that CPU is in the domain's mask.  No lock: a vCPU that moves to another CPU
 * meanwhile writes CR3 there.
 */
#include <abi/xen.h>

#include <lib.h>
#include <tlb.h>
#include <uaccess.h>

#include "flush.h"

int vcpumask_cpus(const struct domain *d, gva_t mask, u64 *where)
{
	u64 in, bits = 0;
	u32 i;

	if (guest_read_u64s(&in, mask, 1))
		return fail(-EFAULT);
	for (i = 0; i < d->nr_vcpus; i++)
		if (in >> i & 1 && d->vcpu[i])
			bits |= 1UL << READ_ONCE(d->vcpu[i]->cpu);
	*where = bits & READ_ONCE(d->tlb_cpus);
	return 0;
}

int guest_flush_va(struct vcpu *v, u64 va, u64 flags)
{
	u64 where = flags & ~(u64)UVMF_FLUSHTYPE_MASK, mask;
	u64 what = flags & UVMF_FLUSHTYPE_MASK;
	int ret;

	if (what != UVMF_TLB_FLUSH && what != UVMF_INVLPG)
		return 0;
	if (likely(where == UVMF_LOCAL)) {
		if (what == UVMF_TLB_FLUSH) {
			tlb_flush_local();
			return 0;
		}
		count_one(v, invlpgs);
		invlpg(va);
		return 0;
	}
	mask = READ_ONCE(v->domain->tlb_cpus);
	if (where != UVMF_ALL) {
		ret = vcpumask_cpus(v->domain, gva(where), &mask);
		if (ret)
			return ret;
	}
	if (what == UVMF_TLB_FLUSH)
		tlb_flush_cpus(mask);
	else
		tlb_invlpg_cpus(mask, va);
	return 0;
}
