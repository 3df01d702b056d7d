/* SPDX-License-Identifier: MIT */
/*
 * cpuid.c - what a guest sees in CPUID when it asks with the prefix.
 *
 * The policy hides what a guest cannot use, so that it does not try.  It is no
 * protection: plain CPUID at CPL 3 tells the truth on most CPUs, and safety
 * rests on CR4, XCR0, the MSRs and the page tables alone.
 */
#include <abi/cpuid.h>
#include <abi/sluice.h>
#include <abi/xen.h>

#include <domain.h>
#include <insn.h>
#include <lib.h>
#include <timer.h>
#include <vcpu.h>

#include "emul.h"

#define LEAF_MAX	0xdu
#define LEAF_EXT	0x80000000u
#define LEAF_EXT_MAX	0x80000008u

/* Leaf 1.  Hidden: what needs CPL 0, an APIC, or virtualization. */
#define L1_ECX_HIDE	(1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | \
			 1u << 7 | 1u << 8 | 1u << 14 | 1u << 15 | 1u << 17 | \
			 1u << 18 | 1u << 21 | 1u << 24)
#define L1_ECX_HYPERVISOR	(1u << 31)
#define L1_ECX_OSXSAVE	(1u << 27)
#define L1_ECX_XSAVE	(7u << 26)	/* XSAVE, OSXSAVE, AVX */
/* VME PSE PGE MTRR PSE36 PSN DS ACPI TM PBE SEP */
#define L1_EDX_HIDE	(1u << 1 | 1u << 3 | 1u << 13 | 1u << 12 | 1u << 17 | \
			 1u << 18 | 1u << 21 | 1u << 22 | 1u << 29 | \
			 1u << 31 | 1u << 11)
/* Leaf 7.  Shown: what works at CPL 3 without help of ours. */
#define L7_EBX_SHOW	(1u << 0 | 1u << 3 | 1u << 5 | 1u << 8 | 1u << 9 | \
			 1u << 18 | 1u << 19 | 1u << 23 | 1u << 24 | 1u << 29)
#define L7_EBX_AVX512	0xdc230000u
#define L7_ECX_SHOW	(1u << 22 | 1u << 9 | 1u << 10)
/* Leaf 0x80000001.  Hidden: SVM, OSVW, IBS, SKINIT, NODEID, perf, 1G pages. */
#define E1_ECX_HIDE	(1u << 2 | 1u << 3 | 1u << 9 | 1u << 10 | 1u << 12 | \
			 1u << 13 | 1u << 15 | 1u << 19 | 1u << 22 | \
			 1u << 23 | 1u << 24 | 1u << 29)
#define E1_EDX_HIDE	(1u << 1 | 1u << 3 | 1u << 13 | 1u << 12 | 1u << 17 | \
			 1u << 25 | 1u << 26)

static void hypervisor_leaf(const struct vcpu *v, u32 leaf, u32 sub,
			    u32 out[4])
{
	const struct time_scale *scale = time_scale();

	switch (leaf) {
	case XEN_CPUID_LEAF(0):
		out[0] = XEN_CPUID_LEAF(XEN_CPUID_MAX_NUM_LEAVES);
		out[1] = XEN_CPUID_SIGNATURE_EBX;
		out[2] = XEN_CPUID_SIGNATURE_ECX;
		out[3] = XEN_CPUID_SIGNATURE_EDX;
		break;
	case XEN_CPUID_LEAF(1):
		out[0] = 4 << 16 | 17;
		break;
	case XEN_CPUID_LEAF(2):
		out[0] = 1;
		out[1] = 0x40000000;
		out[2] = XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD;
		break;
	case XEN_CPUID_LEAF(3):
		if (sub == 0) {
			out[2] = (u32)(time_tsc_hz() / 1000);
		} else if (sub == 1) {
			out[2] = scale->mul;
			out[3] = (u32)scale->shift;
		} else if (sub == 2) {
			out[0] = (u32)(time_tsc_hz() / 1000);
		}
		break;
	case SLUICE_CPUID_LEAF(0):
		out[0] = SLUICE_CPUID_LEAF(SLUICE_CPUID_MAX_NUM_LEAVES);
		out[1] = SLUICE_CPUID_SIGNATURE_EBX;
		out[2] = SLUICE_CPUID_SIGNATURE_ECX;
		out[3] = SLUICE_CPUID_SIGNATURE_EDX;
		break;
	case SLUICE_CPUID_LEAF(1):
		out[0] = SLUICE_ABI_VERSION;
		out[1] = __HYPERVISOR_sluice_op;
		break;
	}
	(void)v;
}

static void leaf_1(const struct vcpu *v, u32 out[4])
{
	out[1] = (out[1] & 0x00ffffff) | v->id * 2 << 24;
	out[2] = (out[2] & ~L1_ECX_HIDE) | L1_ECX_HYPERVISOR;
	if (!fpu_xcr0)
		out[2] &= ~(L1_ECX_XSAVE | 1u << 12 | 1u << 29);
	else
		out[2] |= L1_ECX_OSXSAVE;
	out[3] &= ~L1_EDX_HIDE;
	if (!v->domain->privileged)
		out[3] &= ~(1u << 9);	/* no APIC */
}

static void leaf_7(u32 sub, u32 out[4])
{
	u32 show = L7_EBX_SHOW;

	if (sub)
		out[0] = out[1] = out[2] = out[3] = 0;
	if ((fpu_xcr0 & 0xe0) == 0xe0)
		show |= L7_EBX_AVX512;
	out[0] = 0;
	out[1] &= show;
	out[2] &= L7_ECX_SHOW;
	out[3] = 0;
}

static void leaf_d(u32 sub, u32 out[4])
{
	if (sub == 0) {
		out[0] &= (u32)fpu_xcr0;
		out[3] = 0;
	} else if (sub == 1) {
		out[0] &= 1u;		/* XSAVEOPT; no XSAVES */
		out[1] = out[2] = out[3] = 0;
	} else if (sub >= 63 || !(fpu_xcr0 >> sub & 1)) {
		out[0] = out[1] = out[2] = out[3] = 0;
	}
}

void pv_cpuid(const struct vcpu *v, u32 out[4])
{
	u32 leaf = out[0], sub = out[2];

	if (leaf >> 16 == 0x4000) {
		out[0] = out[1] = out[2] = out[3] = 0;
		hypervisor_leaf(v, leaf, sub, out);
		return;
	}
	if (leaf > LEAF_MAX && leaf - LEAF_EXT > LEAF_EXT_MAX - LEAF_EXT) {
		out[0] = out[1] = out[2] = out[3] = 0;
		return;
	}
	cpuid_native(out);
	switch (leaf) {
	case 0:
		out[0] = MIN(out[0], LEAF_MAX);
		break;
	case LEAF_EXT:
		out[0] = MIN(out[0], LEAF_EXT_MAX);
		break;
	case 1:
		leaf_1(v, out);
		break;
	case 5:			/* MONITOR */
	case 6:			/* power and thermal */
	case 0xa:		/* performance counters */
	case 0xb:		/* topology */
		out[0] = out[1] = out[2] = out[3] = 0;
		break;
	case 7:
		leaf_7(sub, out);
		break;
	case 0xd:
		leaf_d(sub, out);
		break;
	case 0x80000001:
		out[2] &= ~E1_ECX_HIDE;
		out[3] &= ~E1_EDX_HIDE;
		break;
	case 0x80000007:
		out[3] &= 1u << 8;	/* invariant TSC */
		break;
	}
}
