/* SPDX-License-Identifier: MIT */
/*
 * grant_table.h - hypercall grant_table_op(cmd, args, count): lending pages.
 *
 * Version 1 of the table only; set_version answers -ENOSYS.  args is an array
 * of count structures, each with a status of its own (GNTST_).
 *
 * Key letters: see xen.h.  Fields: IN is read by the hypervisor, OUT written.
 */
#ifndef ABI_GRANT_TABLE_H
#define ABI_GRANT_TABLE_H

#include <abi/types.h>

#define GNTTABOP_map_grant_ref		0
#define GNTTABOP_unmap_grant_ref	1
#define GNTTABOP_setup_table		2
#define GNTTABOP_dump_table		3
#define GNTTABOP_transfer		4
#define GNTTABOP_copy			5
#define GNTTABOP_query_size		6
#define GNTTABOP_unmap_and_replace	7
#define GNTTABOP_set_version		8	/* answers -ENOSYS */
#define GNTTABOP_get_status_frames	9	/* answers -ENOSYS */
#define GNTTABOP_get_version		10
#define GNTTABOP_swap_grant_ref		11
#define GNTTABOP_cache_flush		12

/* Entries that the builder fills. */
#define GNTTAB_NR_RESERVED_ENTRIES	8
#define GNTTAB_RESERVED_CONSOLE		0
#define GNTTAB_RESERVED_XENSTORE	1

/* grant_entry_v1.flags: the type, in bits 0-1 ... */
#define GTF_invalid		(0U << 0)
#define GTF_permit_access	(1U << 0)
#define GTF_accept_transfer	(2U << 0)
#define GTF_transitive		(3U << 0)
#define GTF_type_mask		(3U << 0)
/* ... of a permit_access entry ... */
#define GTF_readonly		(1U << 2)	/* [gst] */
#define GTF_reading		(1U << 3)	/* [hv] mapped */
#define GTF_writing		(1U << 4)	/* [hv] mapped writable */
#define GTF_PWT			(1U << 5)	/* [gst] */
#define GTF_PCD			(1U << 6)	/* [gst] */
#define GTF_PAT			(1U << 7)	/* [gst] */
#define GTF_sub_page		(1U << 8)	/* version 2 only */
/* ... and of an accept_transfer entry. */
#define GTF_transfer_committed	(1U << 2)	/* [hv] */
#define GTF_transfer_completed	(1U << 3)	/* [hv] frame is valid */

/* Flags of map_grant_ref and unmap_grant_ref. */
#define GNTMAP_device_map	(1 << 0)
#define GNTMAP_host_map		(1 << 1)
#define GNTMAP_readonly		(1 << 2)
#define GNTMAP_application_map	(1 << 3)	/* user mode may use it */
#define GNTMAP_contains_pte	(1 << 4)	/* host_addr is a PTE.s */
#define _GNTMAP_guest_avail0	16
#define GNTMAP_guest_avail_mask	(0xffffffff << _GNTMAP_guest_avail0)

/* gnttab_copy.flags */
#define GNTCOPY_source_gref	(1 << 0)
#define GNTCOPY_dest_gref	(1 << 1)

#define GNTST_okay		0
#define GNTST_general_error	(-1)
#define GNTST_bad_domain	(-2)
#define GNTST_bad_gntref	(-3)
#define GNTST_bad_handle	(-4)
#define GNTST_bad_virt_addr	(-5)
#define GNTST_bad_dev_addr	(-6)
#define GNTST_no_device_space	(-7)
#define GNTST_permission_denied	(-8)
#define GNTST_bad_page		(-9)
#define GNTST_bad_copy_arg	(-10)
#define GNTST_address_too_big	(-11)
#define GNTST_eagain		(-12)
#define GNTST_no_space		(-13)

#ifndef __ASSEMBLY__
typedef uint32_t grant_ref_t;
typedef uint32_t grant_handle_t;

/*
 * One entry of the shared table.  To grant: write frame and domid, barrier,
 * then flags.  To end a grant: cmpxchg flags to 0, which fails as long as
 * GTF_reading or GTF_writing is set.
 */
struct grant_entry_v1 {
	uint16_t flags;			/* [both] GTF_ */
	domid_t domid;			/* [gst] who may use it */
	uint32_t frame;			/* [gst]; [hv] after a transfer */
};
ABI_SIZE(struct grant_entry_v1, 8);

struct gnttab_map_grant_ref {
	uint64_t host_addr;		/* IN: linear, or of a PTE */
	uint32_t flags;			/* IN: GNTMAP_ */
	grant_ref_t ref;		/* IN */
	domid_t dom;			/* IN: whose */
	int16_t status;			/* OUT: GNTST_ */
	grant_handle_t handle;		/* OUT: names the mapping */
	uint64_t dev_bus_addr;		/* OUT */
};
ABI_SIZE(struct gnttab_map_grant_ref, 32);

struct gnttab_unmap_grant_ref {
	uint64_t host_addr;		/* IN: as it was mapped; 0: leave it */
	uint64_t dev_bus_addr;		/* IN: likewise */
	grant_handle_t handle;		/* IN */
	int16_t status;			/* OUT: GNTST_ */
};
ABI_SIZE(struct gnttab_unmap_grant_ref, 24);

/* Make the table this large at least, and say where it is. */
struct gnttab_setup_table {
	domid_t dom;			/* IN: DOMID_SELF, or privileged */
	uint32_t nr_frames;		/* IN */
	int16_t status;			/* OUT: GNTST_ */
	xen_pfn_t *frame_list;		/* OUT: machine frames */
};
ABI_SIZE(struct gnttab_setup_table, 24);

struct gnttab_transfer {
	xen_pfn_t mfn;			/* IN: to give away */
	domid_t domid;			/* IN: to whom */
	grant_ref_t ref;		/* IN: his accept_transfer entry */
	int16_t status;			/* OUT: GNTST_ */
};
ABI_SIZE(struct gnttab_transfer, 24);

/* Copies within one page on either side. */
struct gnttab_copy {
	struct gnttab_copy_ptr {
		union {
			grant_ref_t ref;	/* IN: GNTCOPY_..._gref */
			xen_pfn_t gmfn;		/* IN: else a frame */
		} u;
		domid_t domid;		/* IN: whose */
		uint16_t offset;	/* IN: bytes */
	} source, dest;
	uint16_t len;			/* IN: bytes */
	uint16_t flags;			/* IN: GNTCOPY_ */
	int16_t status;			/* OUT: GNTST_ */
};
ABI_SIZE(struct gnttab_copy_ptr, 16);
ABI_SIZE(struct gnttab_copy, 40);

struct gnttab_query_size {
	domid_t dom;			/* IN: DOMID_SELF, or privileged */
	uint32_t nr_frames;		/* OUT */
	uint32_t max_nr_frames;		/* OUT */
	int16_t status;			/* OUT: GNTST_ */
};
ABI_SIZE(struct gnttab_query_size, 16);

struct gnttab_unmap_and_replace {
	uint64_t host_addr;		/* IN */
	uint64_t new_addr;		/* IN: whose mapping moves here */
	grant_handle_t handle;		/* IN */
	int16_t status;			/* OUT: GNTST_ */
};
ABI_SIZE(struct gnttab_unmap_and_replace, 24);

struct gnttab_set_version {
	uint32_t version;		/* IN, OUT */
};
ABI_SIZE(struct gnttab_set_version, 4);

struct gnttab_get_version {
	domid_t dom;			/* IN */
	uint16_t pad;
	uint32_t version;		/* OUT: 1 */
};
ABI_SIZE(struct gnttab_get_version, 8);

struct gnttab_swap_grant_ref {
	grant_ref_t ref_a;		/* IN */
	grant_ref_t ref_b;		/* IN */
	int16_t status;			/* OUT: GNTST_ */
};
ABI_SIZE(struct gnttab_swap_grant_ref, 12);
#endif

#endif
