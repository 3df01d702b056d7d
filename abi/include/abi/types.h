/* SPDX-License-Identifier: MIT */
/*
 * types.h - the types and asserts that every ABI header is built on.
 *
 * A guest handle of the ABI is a plain pointer, always 8 bytes: there is no
 * 32-bit guest.  All structures have the natural layout of x86-64.  Numbers and
 * layouts are those of Xen 4.17's public headers, with which scripts/check-abi
 * compares them; sluice.h alone is ours.
 */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

/* gcc and clang define __ASSEMBLER__ by themselves for a .S file. */
#if defined(__ASSEMBLER__) && !defined(__ASSEMBLY__)
#define __ASSEMBLY__
#endif

#ifndef __ASSEMBLY__
#include <stddef.h>
#include <stdint.h>

typedef uint16_t domid_t;	/* a domain's number, or a DOMID_ constant */
typedef uint64_t xen_pfn_t;	/* a frame number: which space, the user says */
typedef uint64_t xen_ulong_t;	/* one machine word */
typedef uint64_t xen_callback_t;	/* address of a guest's entry point */

/* Layouts are promises to binaries that we never see: each has its assert. */
#define ABI_SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), "size of " #type)
#define ABI_OFFSET(type, field, offset) \
	_Static_assert(offsetof(type, field) == (offset), \
		       "offset of " #type "." #field)
#endif

#endif
