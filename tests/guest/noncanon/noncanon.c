/* SPDX-License-Identifier: MIT */
/*
 * noncanon.c - returns to addresses that are not canonical.
 *
 * SYSRET to such an address faults in the hypervisor, on the guest's stack:
 * a hole that several systems had.  What the guest gets instead is a #GP (or
 * the failsafe callback) of its own, at the address that it asked for.
 */
#include "test.h"

static const uint64_t addresses[] = {
	0x800000000000, 0x8000000000000000, 0xffff7fffffffffff,
	0xdeadbeefcafebabe,
};

#define EDGE		0x800000000000ul

static void return_to(uint64_t rip, bool fast, unsigned int rpl)
{
	struct expect e = { .vector = 13, .rip = rip, .has_error = true };
	struct regs in, out;

	regs_user(&in, (void *)rip);
	in.vgcf = fast ? VGCF_in_syscall : 0;
	in.cs = (CS64 & ~3ul) | rpl;
	enter(&in, &out);
	if (fast) {
		in.rcx = rip;
		in.r11 = in.rflags;
	}
	check_trap(fast ? "fast return" : "return", &in, &out, &e);
	is(out.mask, 1, "events are masked");
}

/* The instruction behind the last of the lower half is at no address. */
static void test_edge(void)
{
	struct expect e = { .vector = CAME_SYSCALL, .rip = EDGE };
	unsigned char *page = page_alloc();
	struct regs in, out;

	page[4094] = 0x0f;
	page[4095] = 0x05;
	map_at(kernel_l4(), EDGE - PAGE_SIZE,
	       maddr_of(page) | PTE_P | PTE_U);
	regs_user(&in, (void *)(EDGE - 2));
	enter(&in, &out);
	in.rcx = EDGE;
	in.r11 = in.rflags;
	check_trap("syscall at the edge", &in, &out, &e);

	in = out;
	in.how = HOW_IRET;
	in.vgcf = VGCF_in_syscall;
	enter(&in, &out);
	e.vector = 13;
	e.has_error = true;
	check_trap("and the return from it", &in, &out, &e);

	/* In the kernel it is a hypercall, which comes back there, too. */
	regs_kernel(&in, (void *)(EDGE - 2));
	in.rax = __HYPERVISOR_xen_version;
	in.rdi = 0;
	enter(&in, &out);
	is(out.vector, 13, "a hypercall at the edge");
	is(out.rip, EDGE, "comes back to a #GP there");
	is(out.error, 0, "with code 0");
	is(out.cs & 3, 0, "in the kernel");
	is(out.rax, 4 << 16 | 17, "with the hypercall's result");
}

void test_main(void)
{
	unsigned int i, fast, rpl;

	user_tables();
	for (i = 0; i < ARRAY_SIZE(addresses); i++)
		for (fast = 0; fast < 2; fast++)
			for (rpl = 0; rpl < 4; rpl += 3)
				return_to(addresses[i], fast, rpl);
	test_edge();
}
