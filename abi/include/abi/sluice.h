/* SPDX-License-Identifier: MIT */
/*
 * sluice.h - what Sluice has and Xen has not.
 *
 * A guest asks for it and does without where it is missing: block 0x40000100
 * of CPUID (read with XEN_CPUID) then has no such signature, and hypercall
 * sluice_op, number 55, answers -ENOSYS.
 */
#ifndef ABI_SLUICE_H
#define ABI_SLUICE_H

#define SLUICE_CPUID_FIRST_LEAF	0x40000100
#define SLUICE_CPUID_LEAF(i)	(SLUICE_CPUID_FIRST_LEAF + (i))

/* Leaf 0: EAX is the last leaf of the block. */
#define SLUICE_CPUID_SIGNATURE_EBX	0x69756c53	/* "Slui" */
#define SLUICE_CPUID_SIGNATURE_ECX	0x6c536563	/* "ceSl" */
#define SLUICE_CPUID_SIGNATURE_EDX	0x65636975	/* "uice" */

/*
 * Leaf 1: EAX is SLUICE_ABI_VERSION, EBX the number of hypercall sluice_op,
 * ECX and EDX are 0.
 */
#define SLUICE_CPUID_MAX_NUM_LEAVES	1

/* Raised when a command is added; a command never changes. */
#define SLUICE_ABI_VERSION	1

/* sluice_op(cmd, arg, count); every other command answers -ENOSYS. */
#define SLUICEOP_version	0	/* returns SLUICE_ABI_VERSION */

#endif
