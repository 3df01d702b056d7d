/* SPDX-License-Identifier: MIT */
/*
 * version.h - hypercall xen_version(cmd, arg).
 */
#ifndef ABI_VERSION_H
#define ABI_VERSION_H

#include <abi/types.h>
#include <abi/features.h>

#define XENVER_version		0	/* returns major << 16 | minor */
#define XENVER_extraversion	1	/* arg: xen_extraversion_t */
#define XENVER_compile_info	2	/* arg: xen_compile_info */
#define XENVER_capabilities	3	/* arg: xen_capabilities_info_t */
#define XENVER_changeset	4	/* arg: xen_changeset_info_t */
#define XENVER_platform_parameters	5	/* arg: of that name */
#define XENVER_get_features	6	/* arg: xen_feature_info */
#define XENVER_pagesize		7	/* returns it; no arg */
#define XENVER_guest_handle	8	/* arg: xen_domain_handle_t */
#define XENVER_commandline	9	/* arg: xen_commandline_t */
#define XENVER_build_id		10	/* arg: xen_build_id; returns bytes */

#ifndef __ASSEMBLY__
typedef char xen_extraversion_t[16];
typedef char xen_capabilities_info_t[1024];	/* words, a blank between */
typedef char xen_changeset_info_t[64];
typedef char xen_commandline_t[1024];

#define XEN_EXTRAVERSION_LEN		16
#define XEN_CAPABILITIES_INFO_LEN	1024
#define XEN_CHANGESET_INFO_LEN		64

struct xen_compile_info {
	char compiler[64];
	char compile_by[16];
	char compile_domain[32];
	char compile_date[32];
};
ABI_SIZE(struct xen_compile_info, 144);

struct xen_platform_parameters {
	xen_ulong_t virt_start;		/* OUT: where our hole begins */
};
ABI_SIZE(struct xen_platform_parameters, 8);

struct xen_feature_info {
	uint32_t submap_idx;		/* IN: below XENFEAT_NR_SUBMAPS */
	uint32_t submap;		/* OUT: 1 << XENFEAT_ */
};
ABI_SIZE(struct xen_feature_info, 8);

struct xen_build_id {
	uint32_t len;			/* IN: room in buf */
	uint8_t buf[];			/* OUT */
};
ABI_SIZE(struct xen_build_id, 4);
#endif

#endif
