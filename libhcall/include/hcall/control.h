/* SPDX-License-Identifier: MIT */
/*
 * control.h - what Sluice tells of domains (abi/doc/sluice_op.md).
 *
 * -XEN_ENOSYS on another hypervisor, or where it was left out.
 */
#ifndef HCALL_CONTROL_H
#define HCALL_CONTROL_H

#include <abi/sluice.h>
#include <hcall/hypercall.h>

/* What a domain has asked for so far: DOMID_SELF, or in domain 0 any. */
static inline long hc_counters(domid_t domid, struct sluice_counters *to)
{
	return hc_sluice_op(SLUICEOP_counters, hc_addr(to), domid);
}

/* How often it entered the hypervisor. */
static inline uint64_t hc_counted_entries(const struct sluice_counters *c)
{
	uint64_t sum = c->restarts + c->syscalls + c->traps;
	unsigned int i;

	for (i = 0; i < SLUICE_COUNTED_CALLS; i++)
		sum += c->calls[i];
	return sum;
}

#endif
