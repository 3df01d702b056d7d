/* SPDX-License-Identifier: MIT */
/*
 * seg.h - descriptor tables and segment bases.
 *
 * The flat segments FLAT_* of <abi/xen.h> are in every GDT by themselves: a
 * guest needs one of its own only for 32-bit or odd segments.
 */
#ifndef HCALL_SEG_H
#define HCALL_SEG_H

#include <hcall/hypercall.h>

/*
 * Make the page-aligned table GDT, of ENTRIES descriptors (at most 7168), this
 * vCPU's.  Its pages become read-only: hc_descriptor() changes entries.
 * -XEN_EINVAL: a descriptor or a frame is not acceptable.
 */
int hc_gdt_set(void *gdt, unsigned int entries);

/* Likewise for the LDT, of at most 8192; 0 entries: none. */
int hc_ldt_set(void *ldt, unsigned int entries);

/* Change an entry of a table in use, by its address.  -XEN_EINVAL: refused. */
long hc_descriptor(const void *entry, uint64_t descriptor);

/*
 * The base of FS, of the kernel's GS or of user mode's, without the help of
 * FSGSBASE: WHICH is SEGBASE_FS, _GS_USER or _GS_KERNEL.  The live GS is the
 * kernel's while the kernel runs.  -XEN_EINVAL if BASE is not canonical.
 */
static inline long hc_segment_base(unsigned int which, uint64_t base)
{
	return hc_set_segment_base(which, base);
}

#endif
