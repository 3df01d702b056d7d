/* SPDX-License-Identifier: MIT */
/*
 * emul.c - privileged instructions that are done for the guest's kernel.
 *
 * CPUID with its prefix, control registers, MSRs, XCR0: each from the guest's
 * kernel and from user mode (where all but CPUID are a #GP), with the result,
 * the registers that change, and a fault where the value is refused.
 */
#include <abi/cpuid.h>
#include <abi/memory.h>
#include "test.h"

#define PREFIX	".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; "
#define STOP	"; ud2"

SNIPPET(i_cpuid, PREFIX "cpuid" STOP);
SNIPPET(i_prefix_rdtsc, PREFIX "rdtsc" STOP);
SNIPPET(i_half_prefix, ".byte 0x0f, 0x0b, 0x78, 0x65, 0x6f; cpuid" STOP);
SNIPPET(i_get_cr0, "mov %cr0, %rax" STOP);
SNIPPET(i_get_cr2, "mov %cr2, %rax" STOP);
SNIPPET(i_get_cr3, "mov %cr3, %rax" STOP);
SNIPPET(i_get_cr4, "mov %cr4, %rax" STOP);
SNIPPET(i_get_cr8, "mov %cr8, %rax" STOP);
SNIPPET(i_set_cr0, "mov %rax, %cr0" STOP);
SNIPPET(i_set_cr2, "mov %rax, %cr2" STOP);
SNIPPET(i_set_cr3, "mov %rax, %cr3" STOP);
SNIPPET(i_set_cr4, "mov %rax, %cr4" STOP);
SNIPPET(i_set_cr8, "mov %rax, %cr8" STOP);
SNIPPET(i_clts, "clts" STOP);
SNIPPET(i_lmsw, "lmsw %ax" STOP);
SNIPPET(i_too_long, ".fill 13, 1, 0x66; mov %cr0, %rax" STOP);
SNIPPET(i_rdmsr, "rdmsr" STOP);
SNIPPET(i_wrmsr, "wrmsr" STOP);
SNIPPET(i_xgetbv, "xgetbv" STOP);
SNIPPET(i_xsetbv, "xsetbv" STOP);
SNIPPET(i_rdfsbase, "rdfsbase %rax" STOP);
SNIPPET(i_rdtsc, "rdtsc" STOP);

#define EFER		0xc0000080
#define MCG_CAP		0x179
#define MCG_STATUS	0x17a
#define FS_BASE		0xc0000100
#define GS_BASE		0xc0000101
#define KERNEL_GS	0xc0000102
#define TSC_AUX		0xc0000103
#define PAT		0x277

#define CR4_TSD		(1ul << 2)
#define CR4_DE		(1ul << 3)
#define CR4_FSGSBASE	(1ul << 16)
#define CR4_OSXSAVE	(1ul << 18)
#define CR4_FIXED	0x620ul		/* PAE, OSFXSR, OSXMMEXCPT */

#define CR0		0x80050033ul
#define CR0_TS		8ul

static struct regs out;

/* Run CODE; true if it got to its ud2, else OUT tells what was raised. */
static bool run(const char *code, uint64_t rax, uint64_t rcx, uint64_t rdx,
		bool user)
{
	struct regs in;

	(user ? regs_user : regs_kernel)(&in, code);
	in.rax = rax;
	in.rcx = rcx;
	in.rdx = rdx;
	enter(&in, &out);
	return out.vector == 6 && out.rip > PTR(code);
}

static bool raised(unsigned int vector, const char *code)
{
	if (out.vector != vector || out.rip != PTR(code) || out.error)
		note("vector %lu, error 0x%lx, RIP %ld past it", out.vector,
		     out.error, (long)(out.rip - PTR(code)));
	return out.vector == vector && out.rip == PTR(code) && !out.error;
}

static uint64_t get(const char *code)
{
	ok(run(code, 0, 0, 0, false), "a read");
	return out.rax;
}

static bool set(const char *code, uint64_t value)
{
	return run(code, value, 0, 0, false);
}

static void refused(const char *name, const char *code, uint64_t value)
{
	set(code, value);
	ok(raised(13, code), "%s: 0x%lx is a #GP", name, value);
}

static void cpuid(uint32_t leaf, uint32_t sub, bool user)
{
	ok(run(i_cpuid, leaf, sub, 0, user), "CPUID 0x%x", leaf);
}

static void test_leaves(void)
{
	cpuid(XEN_CPUID_LEAF(0), 0, false);
	ok(out.rbx == XEN_CPUID_SIGNATURE_EBX &&
	   out.rcx == XEN_CPUID_SIGNATURE_ECX &&
	   out.rdx == XEN_CPUID_SIGNATURE_EDX, "the hypervisor's signature");
	ok(out.rax >= XEN_CPUID_LEAF(2), "it has leaves");
	cpuid(XEN_CPUID_LEAF(1), 0, false);
	is(out.rax, 4 << 16 | 17, "and version 4.17");
	cpuid(XEN_CPUID_LEAF(2), 0, false);
	is(out.rax, 1, "there is one hypercall page");
	is(out.rcx & 1, XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD,
	   "PRESERVE_AD is there");

	cpuid(XEN_CPUID_LEAF(5), 0, false);
	is(1ul << (out.rbx & 0xff) > PTR(hc2(__HYPERVISOR_memory_op,
		XENMEM_maximum_ram_page, 0) - 1) << 12, 1,
	   "a machine address has so many bits");
	ok((out.rbx & 0xff) <= 52, "and not too many");
	cpuid(XEN_CPUID_LEAF(5), 1, false);
	is(out.rbx, 0, "once");
}

static void test_cpuid(void)
{
	unsigned int user;
	uint32_t a, b, c, d;

	for (user = 0; user < 2; user++) {
		cpuid(0, 0, user);
		asm("cpuid" : "=a" (a), "=b" (b), "=c" (c), "=d" (d)
		    : "0" (0), "2" (0));
		ok(out.rbx == b && out.rcx == c && out.rdx == d,
		   "the vendor is the CPU's");
		is(out.rip, PTR(i_cpuid) + 7, "the prefix belongs to it");
	}
	test_leaves();
	cpuid(1, 0, false);
	is(out.rcx >> 31 & 1, 1, "CPUID 1 says there is a hypervisor");
	is(out.rcx & (1 << 3 | 1 << 5 | 1 << 21), 0,
	   "no MONITOR, VMX, x2APIC");
	is(out.rdx & (1 << 3 | 1 << 17), 0, "no PSE, PSE36");
	is(out.rdx >> 13 & 1, 0, "no global pages");
	cpuid(7, 0, false);
	is(out.rbx & (1 << 7 | 1 << 10 | 1 << 20), 0,
	   "no SMEP, SMAP, INVPCID");
	is(out.rcx & (1 << 2 | 1 << 3), 0, "no UMIP, PKU");
	cpuid(0x80000001, 0, false);
	is(out.rcx & (1 << 2 | 1 << 4), 0, "no SVM, no MOV to CR8");
	is(out.rdx & (1 << 26 | 1 << 13 | 1 << 17), 0,
	   "no 1 GiB pages, global pages, PSE36");
	is(out.rdx & (1 << 20 | 1 << 29 | 1 << 11), 1 << 20 | 1 << 29 | 1 << 11,
	   "but NX, long mode, SYSCALL");
	cpuid(0xd, 1, false);
	asm("cpuid" : "=a" (a), "=b" (b), "=c" (c), "=d" (d)
	    : "0" (0xd), "2" (1));
	is(out.rax & 5, a & 5, "XSAVEOPT and XGETBV 1, if there are");
	is(out.rax & 8, 0, "no XSAVES");
	cpuid(0x7fffffff, 0, false);
	is(out.rax | out.rbx | out.rcx | out.rdx, 0, "no such leaf: zeroes");

	for (user = 0; user < 2; user++) {
		run(i_prefix_rdtsc, 0, 0, 0, user);
		ok(raised(6, i_prefix_rdtsc), "the prefix is CPUID's alone");
		run(i_half_prefix, 0, 0, 0, user);
		ok(raised(6, i_half_prefix), "half a prefix is none");
	}
}

static void test_cr(void)
{
	uint64_t cr3 = mfn_of(kernel_l4()) << 12;

	is(get(i_get_cr0), CR0, "CR0");
	ok(set(i_set_cr0, CR0 | CR0_TS), "setting CR0.TS");
	is(get(i_get_cr0), CR0 | CR0_TS, "CR0 has it");
	ok(set(i_clts, 0), "clts");
	is(get(i_get_cr0), CR0, "CR0 has not");
	refused("CR0", i_set_cr0, CR0 & ~0x10000ul);
	refused("CR0", i_set_cr0, 0);
	refused("lmsw", i_lmsw, CR0_TS);
	refused("an instruction of 16 bytes", i_too_long, 0);

	ok(set(i_set_cr2, 0x1234567), "setting CR2");
	is(get(i_get_cr2), 0x1234567, "CR2");
	is(vcpu_info->arch.cr2, 0x1234567, "which is in vcpu_info");

	is(get(i_get_cr3), cr3, "CR3 is the L4's address");
	ok(set(i_set_cr3, cr3), "setting it to the same");
	ok(set(i_set_cr3, cr3 | 0x18), "with cache bits");
	refused("CR3", i_set_cr3, 0);
	refused("CR3", i_set_cr3, maddr_of(stack_top) & ~4095ul);
	is(get(i_get_cr3), cr3, "CR3 has not changed");

	refused("CR8", i_get_cr8, 0);
	refused("CR8", i_set_cr8, 0);
}

static bool has_xsave(void)
{
	run(i_cpuid, 1, 0, 0, false);
	return out.rcx >> 26 & 1;
}

static bool has_fsgsbase(void)
{
	run(i_cpuid, 7, 0, 0, false);
	return out.rbx & 1;
}

static void test_cr4(void)
{
	const bool fsgsbase = has_fsgsbase();
	const uint64_t all = CR4_TSD | CR4_DE |
			     (fsgsbase ? CR4_FSGSBASE : 0) |
			     (has_xsave() ? CR4_OSXSAVE : 0);
	uint64_t cr4 = get(i_get_cr4);

	is(cr4 & CR4_FIXED, CR4_FIXED, "CR4 has PAE, OSFXSR, OSXMMEXCPT");
	is(cr4 & all, 0, "and none of what the guest chooses");
	ok(set(i_set_cr4, cr4 | all), "it chooses all");
	is(get(i_get_cr4), cr4 | all, "and has them");
	if (fsgsbase)
		ok(run(i_rdfsbase, 1, 0, 0, true), "RDFSBASE in user mode");
	else
		skip("this CPU has none", "RDFSBASE in user mode");
	run(i_rdtsc, 0, 0, 0, true);
	ok(raised(13, i_rdtsc), "no RDTSC there, by CR4.TSD");
	ok(run(i_rdtsc, 0, 0, 0, false), "but in the kernel");
	ok(set(i_set_cr4, ~0ul), "more than all");
	is(get(i_get_cr4) & ~0x40ul, (cr4 | all) & ~0x40ul,
	   "is not given");
	ok(set(i_set_cr4, 0), "nothing at all");
	is(get(i_get_cr4), cr4, "leaves the rest");
	run(i_rdfsbase, 0, 0, 0, true);
	ok(raised(6, i_rdfsbase), "no RDFSBASE in user mode");
	run(i_rdfsbase, 0, 0, 0, false);
	ok(raised(6, i_rdfsbase), "nor in the kernel");
	ok(run(i_rdtsc, 0, 0, 0, true), "but RDTSC");
	ok(set(i_set_cr4, CR4_OSXSAVE), "OSXSAVE for the others");
}

static void msr(const char *name, uint32_t nr, uint64_t want)
{
	ok(run(i_rdmsr, ~0ul, nr, ~0ul, false), "RDMSR %s", name);
	is(out.rax | out.rdx << 32, want, "is 0x%lx", want);
}

static bool wrmsr(uint32_t nr, uint64_t val)
{
	return run(i_wrmsr, (uint32_t)val, nr, val >> 32, false);
}

static void test_msrs(void)
{
	static const uint32_t none[] = {
		0xdeadbeef, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084,
		0x174, 0x175, 0x176, 0x48, 0x3a, 0x10a,
	};
	unsigned int i;

	msr("EFER", EFER, 0xd01);
	msr("PAT", PAT, 0x50100070406);
	ok(run(i_rdmsr, 0, 0x8b, 0, false), "RDMSR microcode level");
	ok(run(i_rdmsr, 0, MCG_CAP, 0, false), "RDMSR machine-check banks");
	msr("machine-check status", MCG_STATUS, 0);
	ok(run(i_rdmsr, 0, 0x10, 0, false), "RDMSR TSC");
	for (i = 0; i < ARRAY_SIZE(none); i++) {
		run(i_rdmsr, 0, none[i], 0, false);
		ok(raised(13, i_rdmsr), "RDMSR 0x%x is a #GP", none[i]);
		wrmsr(none[i], 0);
		ok(raised(13, i_wrmsr), "WRMSR 0x%x is a #GP", none[i]);
	}
	for (i = 0; i < 3; i++) {
		ok(wrmsr(FS_BASE + i, 0x7654321000 + i), "WRMSR base %u", i);
		msr("base", FS_BASE + i, 0x7654321000 + i);
		wrmsr(FS_BASE + i, 0x800000000000);
		ok(raised(13, i_wrmsr), "not canonical: #GP");
		msr("still", FS_BASE + i, 0x7654321000 + i);
		ok(wrmsr(FS_BASE + i, 0), "WRMSR base %u", i);
	}
	ok(wrmsr(EFER, 0xd01), "WRMSR EFER as it is");
	wrmsr(EFER, 0);
	ok(raised(13, i_wrmsr), "EFER 0 is a #GP");
	wrmsr(PAT, 0x0007040600070406);
	ok(raised(13, i_wrmsr), "WRMSR PAT is a #GP");
	run(i_cpuid, 0x80000001, 0, 0, false);
	if (out.rdx >> 27 & 1)
		ok(wrmsr(TSC_AUX, 0), "WRMSR TSC_AUX");
	else
		skip("this CPU has no RDTSCP", "WRMSR TSC_AUX");
}

static void test_xcr0(void)
{
	if (!has_xsave()) {
		run(i_xsetbv, 7, 0, 0, false);
		ok(raised(6, i_xsetbv), "no XSETBV on this CPU");
		skip("this CPU has none", "XCR0");
		return;
	}
	is(get(i_xgetbv) & 3, 3, "XCR0 has x87 and SSE");
	ok(run(i_xsetbv, 7, 0, 0, false), "XSETBV with AVX");
	is(get(i_xgetbv), 7, "is done");
	ok(run(i_xsetbv, 3, 0, 0, false), "XSETBV without");
	is(get(i_xgetbv), 3, "is done, too");
	ok(run(i_xsetbv, 1, 0, 0, false), "XSETBV with x87 alone");
	refused("XCR0", i_xsetbv, 0);
	refused("XCR0", i_xsetbv, 2);
	refused("XCR0", i_xsetbv, 5);
	refused("XCR0", i_xsetbv, 0x207);
	refused("XCR0", i_xsetbv, 0x80000007);
	run(i_xsetbv, 7, 1, 0, false);
	ok(raised(13, i_xsetbv), "no XCR1");
	run(i_xsetbv, 7, 0, 1, false);
	ok(raised(13, i_xsetbv), "bits of EDX count");
	ok(run(i_xsetbv, 7, 0, 0, false), "XSETBV with all again");
}

/* Nothing of this is for user mode. */
static void test_user(void)
{
	static const char *const code[] = {
		i_get_cr0, i_get_cr2, i_get_cr3, i_get_cr4, i_get_cr8,
		i_set_cr0, i_set_cr2, i_set_cr3, i_set_cr4, i_set_cr8,
		i_clts, i_lmsw, i_rdmsr, i_wrmsr, i_xsetbv,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(code); i++) {
		if (code[i] == i_xsetbv && !has_xsave())
			continue;
		run(code[i], 7, code[i] == i_xsetbv ? 0 : FS_BASE, 0, true);
		ok(raised(13, code[i]), "user mode: #GP");
	}
}

void test_main(void)
{
	user_tables();
	test_cpuid();
	test_cr();
	test_cr4();
	test_msrs();
	test_xcr0();
	test_user();
}
