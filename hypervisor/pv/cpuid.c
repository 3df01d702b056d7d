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
#include <vcpu.h>

#include "emul.h"

#define LEAF_MAX	0xdu
#define LEAF_EXT	0x80000000u
#define LEAF_EXT_MAX	0x80000008u

#define L1_ECX_XSAVE	(1u << 26 | 1u << 27 | 1u << 28 | 1u << 12 | 1u << 29)
#define L1_ECX_OSXSAVE	(1u << 27)
#define L1_ECX_HYPERVISOR (1u << 31)
#define L1_EDX_APIC	(1u << 9)
#define L7_EBX_AVX512	0xdc230000u

/*
 * What is left of each register.  Leaf 1 loses what needs CPL 0, an APIC or
 * virtualization; leaf 7 shows what works at CPL 3 without help of ours; power
 * (5, 6), performance counters (0xa) and topology (0xb) are not the guest's.
 */
static const struct {
	u32 leaf, mask[4];
} policy[] = {
	{ 1, { ~0u, ~0u, 0x7ed93e03, 0x5f99c7f5 } },
	{ 5, { 0 } },
	{ 6, { 0 } },
	{ 7, { 0, 0x218c0329 | L7_EBX_AVX512, 0x00400600, 0 } },
	{ 0xa, { 0 } },
	{ 0xb, { 0 } },
	{ 0x80000001, { ~0u, ~0u, 0xde3749e3, 0xf9fdcff5 } },
	{ 0x80000007, { 0, 0, 0, 1u << 8 } },	/* invariant TSC */
};

static void set(u32 out[4], u32 eax, u32 ebx, u32 ecx, u32 edx)
{
	memcpy(out, (const u32[]){ eax, ebx, ecx, edx }, 4 * sizeof(*out));
}

static void hypervisor_leaf(u32 leaf, u32 sub, u32 out[4])
{
	u32 khz = time_tsc_hz / 1000;

	set(out, 0, 0, 0, 0);
	if (leaf == XEN_CPUID_LEAF(0))
		set(out, XEN_CPUID_LEAF(XEN_CPUID_MAX_NUM_LEAVES),
		    XEN_CPUID_SIGNATURE_EBX, XEN_CPUID_SIGNATURE_ECX,
		    XEN_CPUID_SIGNATURE_EDX);
	else if (leaf == XEN_CPUID_LEAF(1))
		out[0] = 4 << 16 | 17;
	else if (leaf == XEN_CPUID_LEAF(2))
		set(out, 1, XEN_CPUID_FIRST_LEAF,
		    XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD, 0);
	else if (leaf == XEN_CPUID_LEAF(3) && sub == 0)
		out[2] = khz;
	else if (leaf == XEN_CPUID_LEAF(3) && sub == 1)
		set(out, 0, 0, time_scale.mul, (u32)time_scale.shift);
	else if (leaf == XEN_CPUID_LEAF(3) && sub == 2)
		out[0] = khz;
	else if (leaf == XEN_CPUID_LEAF(5) && sub == 0)
		out[1] = 64 - __builtin_clzl(frame_table_nr * PAGE_SIZE - 1);
	else if (leaf == SLUICE_CPUID_LEAF(0))
		set(out, SLUICE_CPUID_LEAF(SLUICE_CPUID_MAX_NUM_LEAVES),
		    SLUICE_CPUID_SIGNATURE_EBX, SLUICE_CPUID_SIGNATURE_ECX,
		    SLUICE_CPUID_SIGNATURE_EDX);
	else if (leaf == SLUICE_CPUID_LEAF(1))
		set(out, SLUICE_ABI_VERSION, __HYPERVISOR_sluice_op,
		    SLUICE_FEATURE_zeroed, 0);
}

static void leaf_1(const struct vcpu *v, u32 out[4])
{
	out[1] = (out[1] & 0x00ffffff) | v->id * 2 << 24;
	out[2] |= L1_ECX_HYPERVISOR;
	if (fpu_xcr0)
		out[2] |= L1_ECX_OSXSAVE;
	else
		out[2] &= ~L1_ECX_XSAVE;
	if (!v->domain->privileged)
		out[3] &= ~L1_EDX_APIC;
}

/* The size of the save area is right already: XCR0 is the guest's. */
static void leaf_d(u32 sub, u32 out[4])
{
	if (sub == 0)
		set(out, out[0] & (u32)fpu_xcr0, out[1], out[2], 0);
	else if (sub == 1)
		/* XSAVEOPT, XGETBV of what is in use; no XSAVEC, no XSAVES. */
		set(out, out[0] & 5, 0, 0, 0);
	else if (sub >= 63 || !(fpu_xcr0 >> sub & 1))
		set(out, 0, 0, 0, 0);
}

void pv_cpuid(const struct vcpu *v, u32 out[4])
{
	u32 leaf = out[0], sub = out[2], i, j;

	if (leaf >> 16 == XEN_CPUID_FIRST_LEAF >> 16) {
		hypervisor_leaf(leaf, sub, out);
		return;
	}
	if ((leaf > LEAF_MAX && leaf - LEAF_EXT > LEAF_EXT_MAX - LEAF_EXT) ||
	    (leaf == 7 && sub)) {
		set(out, 0, 0, 0, 0);
		return;
	}
	cpuid_native(out);
	for (i = 0; i < ARRAY_SIZE(policy); i++)
		for (j = 0; j < 4 && policy[i].leaf == leaf; j++)
			out[j] &= policy[i].mask[j];
	if (leaf == 0)
		out[0] = MIN(out[0], LEAF_MAX);
	else if (leaf == LEAF_EXT)
		out[0] = MIN(out[0], LEAF_EXT_MAX);
	else if (leaf == 1)
		leaf_1(v, out);
	else if (leaf == 7 && (fpu_xcr0 & XCR0_AVX512) != XCR0_AVX512)
		out[1] &= ~L7_EBX_AVX512;
	else if (leaf == 0xd)
		leaf_d(sub, out);
}
