/* SPDX-License-Identifier: MIT */
/*
 * cpuid.h - what a guest finds in CPUID about its hypervisor.
 *
 * Blocks of leaves begin at 0x40000000 and every 0x100 further on, each with a
 * maximum leaf in EAX and a signature in EBX, ECX, EDX.  The first block says
 * "XenVMMXenVMM" here as well as on Xen, since guests look for it; ours comes
 * second (sluice.h).  A PV guest asks with XEN_CPUID.
 */
#ifndef ABI_CPUID_H
#define ABI_CPUID_H

#define XEN_CPUID_FIRST_LEAF	0x40000000
#define XEN_CPUID_LEAF(i)	(XEN_CPUID_FIRST_LEAF + (i))

/* Leaf 0: EAX is the last leaf of the block. */
#define XEN_CPUID_SIGNATURE_EBX	0x566e6558	/* "XenV" */
#define XEN_CPUID_SIGNATURE_ECX	0x65584d4d	/* "MMXe" */
#define XEN_CPUID_SIGNATURE_EDX	0x4d4d566e	/* "nVMM" */

/* Leaf 1: EAX is the version, major << 16 | minor. */

/*
 * Leaf 2: EAX hypercall pages, EBX the MSR that fills one in (bits 0-11 of
 * what is written choose the page), ECX features.
 */
#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD	(1U << 0)

/*
 * Leaf 3, sub-leaf 0: EAX how the TSC is kept, EBX its mode, ECX its kHz;
 * sub-leaf 1: EAX:EBX offset, ECX multiplier, EDX shift; sub-leaf 2: EAX host
 * kHz.
 */

/* Leaf 5: EBX bits 0-7, width of a machine address. */
#define XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK	(0xffU << 0)

#define XEN_CPUID_MAX_NUM_LEAVES	5

#endif
