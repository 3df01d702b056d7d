/* SPDX-License-Identifier: MIT */
/*
 * memory.h - which frames the domain owns.
 *
 * A frame that is still mapped when it is given back stays, and counts, until
 * the last mapping goes.  Lists are read, and written, during the call alone.
 */
#ifndef HCALL_MEMORY_H
#define HCALL_MEMORY_H

#include <abi/memory.h>
#include <hcall/hypercall.h>

/*
 * Give back N frames, named by MFN; returns how many were taken, from the first
 * on: fewer than N, if one is not the domain's or the list can't be read.
 */
static inline long hc_memory_decrease(xen_pfn_t *mfns, uint64_t n)
{
	struct xen_memory_reservation r = {
		.extent_start = mfns,
		.nr_extents = n,
		.domid = DOMID_SELF,
	};

	return hc_memory_op(XENMEM_decrease_reservation, hc_addr(&r));
}

/*
 * Get N frames for the page numbers in PFNS, whose entries become MFNs.
 * Returns how many there were: fewer than N, if there is no memory or the
 * domain has all that it may have.  The M2P knows them; the p2m list is the
 * guest's own to update.
 */
static inline long hc_memory_populate(xen_pfn_t *pfns, uint64_t n)
{
	struct xen_memory_reservation r = {
		.extent_start = pfns,
		.nr_extents = n,
		.domid = DOMID_SELF,
	};

	return hc_memory_op(XENMEM_populate_physmap, hc_addr(&r));
}

/* Pages the domain has, may have, and the machine's highest frame. */
static inline long hc_memory_current(void)
{
	domid_t self = DOMID_SELF;

	return hc_memory_op(XENMEM_current_reservation, hc_addr(&self));
}

static inline long hc_memory_maximum(void)
{
	domid_t self = DOMID_SELF;

	return hc_memory_op(XENMEM_maximum_reservation, hc_addr(&self));
}

static inline long hc_memory_highest_mfn(void)
{
	return hc_memory_op(XENMEM_maximum_ram_page, 0);
}

/*
 * The domain's memory map; returns how many entries were written to MAP, which
 * has ROOM for so many.  -XEN_ENOSYS: it has none, as domain 0 at first;
 * -XEN_EFAULT.
 */
static inline long hc_memory_map(struct e820entry *map, unsigned int room)
{
	struct xen_memory_map m = { .nr_entries = room, .buffer = map };
	long ret = hc_memory_op(XENMEM_memory_map, hc_addr(&m));

	return ret ? ret : m.nr_entries;
}

#endif
