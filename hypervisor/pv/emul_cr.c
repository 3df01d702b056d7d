/* SPDX-License-Identifier: MIT */
/*
 * emul_cr.c - control registers, XCR0 and MSRs as a guest's kernel sees them.
 *
 * Reads give the guest's own value where it has one and the machine's where it
 * does not matter.  Writes change what is the vCPU's alone; anything else is
 * the guest's #GP.
 */
#include <abi/cpuid.h>
#include <abi/xen.h>

#include <domain.h>
#include <insn.h>
#include <lib.h>
#include <mmu.h>
#include <pte.h>
#include <vcpu.h>

#include "emul.h"

#define CR0_TS		(1UL << 3)
#define CR4_OSXSAVE	(1UL << 18)

#define XCR0_X87	1UL
#define XCR0_SSE	2UL
#define XCR0_AVX	4UL

int emul_cr_read(const struct vcpu *v, unsigned int nr, u64 *value)
{
	const u64 cr[] = {
		[0] = (cr0_read() & ~CR0_TS) | (v->pv.ts ? CR0_TS : 0),
		[2] = v->pv.info->arch.cr2,
		[3] = v->pv.cr3_kernel & PTE_ADDR,
		[4] = v->pv.cr4,
	};

	if (nr >= ARRAY_SIZE(cr) || nr == 1)
		return -EINVAL;
	*value = cr[nr];
	return 0;
}

int emul_cr_write(struct vcpu *v, unsigned int nr, u64 value)
{
	int err;

	switch (nr) {
	case 0:
		if ((value ^ cr0_read()) & ~CR0_TS)
			return -EINVAL;
		v->pv.ts = value & CR0_TS;
		vcpu_load_ts(v);
		return 0;
	case 2:
		v->pv.info->arch.cr2 = value;
		return 0;
	case 3:
		err = pt_switch_kernel(v, maddr_to_mfn(maddr(value)));
		return err ? err : mmu_work(v->domain);
	case 4:
		if (!(value & CR4_DE) && dr7_has_io(v->pv.dr[7]))
			return -EINVAL;
		/* The rest is ours: a change is ignored, as on Xen. */
		v->pv.cr4 = PV_CR4_FIXED | (value & cr4_usable());
		vcpu_load_cr4(v);
		return 0;
	}
	return -EINVAL;
}

/* SDM vol. 1, 13.3: which combinations XSETBV takes. */
static bool xcr0_ok(u64 value)
{
	u64 top = value & XCR0_AVX512;

	return !(value & ~fpu_xcr0) && value & XCR0_X87 &&
	       (!(value & XCR0_AVX) || value & XCR0_SSE) &&
	       (!top || (top == XCR0_AVX512 && value & XCR0_AVX));
}

int emul_xsetbv(struct vcpu *v, struct regs *r)
{
	u64 value = (u32)r->rax | r->rdx << 32;

	if (!(v->pv.cr4 & CR4_OSXSAVE))
		return -ENODEV;
	if ((u32)r->rcx != 0 || !xcr0_ok(value))
		return -EINVAL;
	v->pv.xcr0 = value;
	xcr0_write(v->pv.xcr0);
	return 0;
}

#define MSR_FS_BASE	0xc0000100u	/* and GS, and GS of the other mode */
#define MSR_LAST_BASE	0xc0000102u

/* Those that only tell something, and the same to all. */
static const struct {
	u32 msr;
	u64 value;
} msr_fixed[] = {
	{ 0xc0000080, 0xd01 },			/* EFER: SCE LME LMA NXE */
	{ 0x277, 0x0000050100070406 },		/* PAT */
	{ 0x01b, 0 }, { 0x08b, 0 }, { 0x1a0, 0 },	/* APIC, ucode, misc */
	{ 0x179, 0 }, { 0x17a, 0 },		/* machine check: no banks */
	{ 0xc0000103, 0 },			/* TSC_AUX */
};

static int msr_read(u32 msr, u64 *value)
{
	u32 i;

	if (msr >= MSR_FS_BASE && msr <= MSR_LAST_BASE) {
		*value = seg_base_read(BASE_FS + (msr - MSR_FS_BASE));
		return 0;
	}
	if (msr == MSR_TSC) {
		*value = rdtsc();
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(msr_fixed); i++) {
		if (msr_fixed[i].msr == msr) {
			*value = msr_fixed[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

int emul_rdmsr(struct regs *r, u32 msr)
{
	u64 value;
	int err = msr_read(msr, &value);

	if (err)
		return err;
	r->rax = (u32)value;
	r->rdx = value >> 32;
	return 0;
}

int emul_wrmsr(struct regs *r, u32 msr)
{
	u64 value = (u32)r->rax | r->rdx << 32, old;

	if (msr >= MSR_FS_BASE && msr <= MSR_LAST_BASE) {
		if (!is_canonical(value))
			return -EINVAL;
		seg_base_write(BASE_FS + (msr - MSR_FS_BASE), value);
		return 0;
	}
	if (msr == XEN_CPUID_FIRST_LEAF)
		return stubs_write(current()->domain, value);
	/* Writing back what was read changes nothing and is allowed. */
	return !msr_read(msr, &old) && old == value ? 0 : -EINVAL;
}
