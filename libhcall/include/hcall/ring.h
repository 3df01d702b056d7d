/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the deferred-call ring of Sluice (abi/doc/ring.md).
 *
 * A vCPU that has one can put off small changes until it enters the hypervisor
 * for another reason.  Batches use it in mode HC_BATCH_RING (<hcall/mmu.h>),
 * and do without where there is none, so a guest need only register one.
 */
#ifndef HCALL_RING_H
#define HCALL_RING_H

#include <abi/sluice.h>

/*
 * Make PAGE the ring of this vCPU: a page of its own, in the linear mapping,
 * which it does not touch from then on.  0; -XEN_ENOSYS where there are no
 * rings; else the call's error.  Batches that were initialised before do not
 * use it.
 */
long hc_ring_register(void *page);

/* No batch that uses it may be left.  0; -XEN_ENOENT: there is none. */
long hc_ring_unregister(void);

/* What batch.c needs: the guest's side of one ring. */
struct hc_ring {
	struct sluice_ring *page;	/* NULL: none */
	struct multicall_entry *next;
};

/* This vCPU's, or NULL. */
struct hc_ring *hc_ring_here(void);

#endif
