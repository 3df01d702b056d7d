/* SPDX-License-Identifier: MIT */
/*
 * ring.c - which vCPU has a deferred-call ring.
 *
 * Each vCPU changes its own place in the array alone, so there is no lock.
 */
#include <abi/errno.h>
#include <hcall/mmu.h>
#include <hcall/ring.h>
#include "internal.h"

#define VERSION_WITH_RINGS	2

static struct hc_ring rings[HC_MAX_VCPUS];

struct hc_ring *hc_ring_here(void)
{
	struct hc_ring *r = &rings[hc_this_vcpu()];

	return r->page ? r : NULL;
}

long hc_ring_register(void *page)
{
	struct hc_ring *r = &rings[hc_this_vcpu()];
	long ret;

	if (hc_sluice_version() < VERSION_WITH_RINGS)
		return -XEN_ENOSYS;
	ret = hc_sluice_op(SLUICEOP_ring_register, hc_virt_to_mfn(page), 0);
	if (ret)
		return ret;
	r->page = page;
	r->next = r->page->entry;
	return 0;
}

long hc_ring_unregister(void)
{
	rings[hc_this_vcpu()].page = NULL;
	return hc_sluice_op(SLUICEOP_ring_unregister, 0, 0);
}
