/* SPDX-License-Identifier: MIT */
/*
 * memory.h - hypercall memory_op(cmd, arg): which frames a domain owns.
 *
 * A call over many extents returns how many it did; it stops at the first that
 * it cannot do.  Beside each command stands what arg points to.  Fields: IN is
 * read by the hypervisor, OUT written.
 */
#ifndef ABI_MEMORY_H
#define ABI_MEMORY_H

#include <abi/types.h>

#define XENMEM_increase_reservation	0	/* xen_memory_reservation */
#define XENMEM_decrease_reservation	1	/* xen_memory_reservation */
#define XENMEM_maximum_ram_page		2	/* returns the highest MFN */
#define XENMEM_current_reservation	3	/* domid_t; returns pages */
#define XENMEM_maximum_reservation	4	/* domid_t; returns pages */
#define XENMEM_machphys_mfn_list	5	/* xen_machphys_mfn_list */
#define XENMEM_populate_physmap		6	/* xen_memory_reservation */
#define XENMEM_add_to_physmap		7	/* only for translated guests */
#define XENMEM_memory_map		9	/* xen_memory_map */
#define XENMEM_machine_memory_map	10	/* xen_memory_map; domain 0 */
#define XENMEM_exchange			11	/* xen_memory_exchange */
#define XENMEM_machphys_mapping		12	/* xen_machphys_mapping */
#define XENMEM_set_memory_map		13	/* xen_foreign_memory_map */
#define XENMEM_maximum_gpfn		14	/* arg: domid_t */
#define XENMEM_remove_from_physmap	15	/* only for translated guests */

/* xen_memory_reservation.mem_flags */
#define XENMEMF_address_bits(x)		(x)	/* below 2^x bytes; 0: any */
#define XENMEMF_get_address_bits(x)	((x) & 0xffU)
#define XENMEMF_node(x)			(((x) + 1) << 8)
#define XENMEMF_get_node(x)		((((x) >> 8) - 1) & 0xffU)
#define XENMEMF_populate_on_demand	(1 << 16)
#define XENMEMF_exact_node_request	(1 << 17)
#define XENMEMF_exact_node(n)	(XENMEMF_node(n) | XENMEMF_exact_node_request)
#define XENMEMF_vnode			(1 << 18)

/* xen_memory_map.buffer: types of the entries, as the BIOS gives them. */
#define E820_RAM		1
#define E820_RESERVED		2
#define E820_ACPI		3
#define E820_NVS		4
#define E820_UNUSABLE		5

#ifndef __ASSEMBLY__
/*
 * Extents of 2^extent_order pages.  The list holds, for increase: OUT the
 * frames; for decrease: IN the frames; for populate: IN the page numbers they
 * shall have, OUT the frames.
 */
struct xen_memory_reservation {
	xen_pfn_t *extent_start;	/* IN, OUT: see above; may be 0 */
	xen_ulong_t nr_extents;		/* IN */
	uint32_t extent_order;		/* IN */
	uint32_t mem_flags;		/* IN: XENMEMF_ */
	domid_t domid;			/* IN: DOMID_SELF, or privileged */
};
ABI_SIZE(struct xen_memory_reservation, 32);

/* Give frames back and get as much memory, all or nothing for each extent. */
struct xen_memory_exchange {
	struct xen_memory_reservation in;	/* frames to give */
	struct xen_memory_reservation out;	/* page numbers; frames got */
	xen_ulong_t nr_exchanged;	/* IN: 0; OUT: extents of in */
};
ABI_SIZE(struct xen_memory_exchange, 72);

/* Machine frames that hold the M2P, one for each 2 MiB of it. */
struct xen_machphys_mfn_list {
	uint32_t max_extents;		/* IN: room in the list */
	xen_pfn_t *extent_start;	/* OUT */
	uint32_t nr_extents;		/* OUT */
};
ABI_SIZE(struct xen_machphys_mfn_list, 24);

/* Where the M2P is. */
struct xen_machphys_mapping {
	xen_ulong_t v_start;		/* OUT: linear address */
	xen_ulong_t v_end;		/* OUT: first byte after it */
	xen_ulong_t max_mfn;		/* OUT: highest index */
};
ABI_SIZE(struct xen_machphys_mapping, 24);

/* The memory map, in entries of 20 bytes: struct e820entry. */
struct xen_memory_map {
	uint32_t nr_entries;		/* IN: room; OUT: entries */
	void *buffer;			/* OUT: struct e820entry */
};
ABI_SIZE(struct xen_memory_map, 16);

struct xen_foreign_memory_map {
	domid_t domid;			/* IN */
	struct xen_memory_map map;	/* IN */
};
ABI_SIZE(struct xen_foreign_memory_map, 24);

struct e820entry {
	uint64_t addr;			/* machine or pseudo-physical */
	uint64_t size;			/* bytes */
	uint32_t type;			/* E820_ */
} __attribute__((packed));
ABI_SIZE(struct e820entry, 20);

/* Of translated guests, which are left out: abi/doc/scope.md. */
struct xen_add_to_physmap {
	domid_t domid;
	uint16_t size;
	uint32_t space;
	xen_ulong_t idx;
	xen_pfn_t gpfn;
};
ABI_SIZE(struct xen_add_to_physmap, 24);

/* Likewise. */
struct xen_remove_from_physmap {
	domid_t domid;
	xen_pfn_t gpfn;
};
ABI_SIZE(struct xen_remove_from_physmap, 16);
#endif

#endif
