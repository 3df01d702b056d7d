/* SPDX-License-Identifier: MIT */
/*
 * stubs.c - a hypercall page that is asked for at run time.
 *
 * CPUID leaf 2 of the hypervisor's block tells how many pages of stubs there
 * are, and which MSR fills a frame with them.
 */
#include <abi/cpuid.h>
#include "test.h"

static uint8_t page[4096] __page;

SNIPPET(do_wrmsr, "wrmsr");

/* In and out: EAX EBX ECX EDX. */
static void cpuid_prefixed(uint32_t r[4])
{
	asm volatile(".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; cpuid"
		     : "+a" (r[0]), "=b" (r[1]), "+c" (r[2]), "=d" (r[3]));
}

static unsigned int wrmsr(uint32_t msr, uint64_t value)
{
	struct regs in, out;

	regs_kernel(&in, do_wrmsr);
	in.rcx = msr;
	in.rax = (uint32_t)value;
	in.rdx = value >> 32;
	enter(&in, &out);
	return out.vector;
}

SNIPPET(do_call, "call *%rbx");

/* XENVER_version by the stub of xen_version: RCX and R11 survive. */
static void test_use(void)
{
	struct regs in, out;

	regs_kernel(&in, do_call);
	in.rbx = PTR(page + 32 * __HYPERVISOR_xen_version);
	in.rdi = 0;
	enter(&in, &out);
	is(out.vector, 3, "a stub comes back");
	is(out.rip, PTR(do_call_end) + 1, "behind the call");
	is(out.rax >> 16, 4, "with Xen's version");
	is(out.rcx, in.rcx, "RCX has survived");
	is(out.r11, in.r11, "and R11");
}

void test_main(void)
{
	uint32_t r[4] = { XEN_CPUID_LEAF(2) };
	uint64_t frame = mfn_of(page) << 12;
	unsigned int i, same = 0;

	cpuid_prefixed(r);
	is(r[0], 1, "there is one page");
	is(wrmsr(r[1], frame), 3, "its MSR takes a frame");
	for (i = 0; i < sizeof(page); i++)
		same += page[i] == (uint8_t)hypercall_page[i];
	is(same, sizeof(page), "which is as the one that the builder made");
	test_use();
	is(wrmsr(r[1], frame | 1), 13, "there is no second page: #GP");
	is(wrmsr(r[1], mfn_of(kernel_l4()) << 12), 13, "a page table");
	is(wrmsr(r[1], 1ul << 51), 13, "no frame");
	is(wrmsr(r[1], ~0xffful), 13, "nor the last one");
	is(wrmsr(r[1], 0xfee00000), 13, "nor a device");
	is(wrmsr(r[1] + 1, frame), 13, "no MSR behind");
}
