/* SPDX-License-Identifier: MIT */
/*
 * counters.c - what a domain has asked for, shown to it and to domain 0.
 *
 * The words of all vCPUs are added up as they are; what is not counted because
 * it follows from the rest is filled in here.  No lock: see counters.h.
 */
#include <abi/sluice.h>

#include <lib.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"

_Static_assert(sizeof(struct sluice_counters) == sizeof(struct counters) &&
	       offsetof(struct sluice_counters, batch) ==
	       offsetof(struct counters, batch), "counters are words");

/* The calls with a list, and all that is known of their number. */
static void fill_singles(struct sluice_counters *c)
{
	static const u8 op[] = {
		[BATCH_MMU_UPDATE] = __HYPERVISOR_mmu_update,
		[BATCH_MMUEXT] = __HYPERVISOR_mmuext_op,
		[BATCH_MULTICALL] = __HYPERVISOR_multicall,
		[BATCH_MEMORY] = __HYPERVISOR_memory_op,
		[BATCH_GRANT] = __HYPERVISOR_grant_table_op,
	};
	u32 i, size;
	u64 single;

	for (i = 0; i < ARRAY_SIZE(op); i++) {
		single = c->calls[op[i]] + c->multi[op[i]];
		for (size = 0; size < SLUICE_BATCH_SIZES; size++)
			single -= c->batch[i].sizes[size];
		c->batch[i].sizes[1] += single;
		c->batch[i].items += single;
	}
}

/* A system call and the way back change CR3, and so do most traps. */
static void counters_read(struct domain *d, struct sluice_counters *out)
{
	u64 *sum = (u64 *)out;
	const u64 *one;
	u32 i, n;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < d->nr_vcpus; i++) {
		one = (const u64 *)&d->vcpu[i]->counters;
		for (n = 0; n < sizeof(*out) / sizeof(u64); n++)
			sum[n] += READ_ONCE(one[n]);
	}
	out->cr3_writes += 2 * (out->syscalls + out->mode_changes) +
			   out->tlb_flushes;
	fill_singles(out);
}

s64 op_counters(u64 arg, u32 domid)
{
	struct sluice_counters out;
	struct domain *d;
	int rc = domid_target(domid, &d);

	if (rc)
		return rc;
	counters_read(d, &out);
	domain_put(d);
	return copy_to_guest(gva(arg), &out, sizeof(out)) ? fail(-EFAULT) : 0;
}
