/* SPDX-License-Identifier: MIT */
/*
 * segbase.c - the LDT, and the bases of FS and GS.
 *
 * LDT pages are looked at when they are first used: one that is not fit gives
 * a page fault at the address of the descriptor.  Bases are set by call or by
 * loading a selector; GS has one for the kernel and one for user mode, and
 * going between the two exchanges them.
 */
#include <abi/errno.h>
#include "test.h"

#define NOWHERE	0x700000000000ul

static uint64_t ldt[512] __page;
static uint64_t gdt[512] __page;
static uint64_t data[512] __page;

SNIPPET(do_ds, "mov %ebx, %ds; ud2");
SNIPPET(do_fs, "mov %fs:0, %rax; ud2");
SNIPPET(do_gs, "mov %gs:0, %rax; mov %gs, %ebx; ud2");
SNIPPET(do_fs_load, "mov %ebx, %fs; mov %fs:0, %rax; ud2");

static void go(const char *code, unsigned int sel, bool user, struct regs *out)
{
	struct regs in;

	(user ? regs_user : regs_kernel)(&in, code);
	in.rbx = sel;
	enter(&in, out);
}

static int set_ldt(uint64_t base, unsigned int entries)
{
	return mmuext(MMUEXT_SET_LDT, base, entries);
}

static void ldt_load(const char *name, unsigned int sel, unsigned int vector,
		     unsigned int error, uint64_t cr2)
{
	struct regs out;
	unsigned int user;

	for (user = 0; user < 2; user++) {
		vcpu_info->arch.cr2 = 0;
		go(do_ds, sel, user, &out);
		is(out.vector, vector, "LDT %s: vector", name);
		if (vector == 14) {
			is(out.cr2, cr2, "LDT %s: the address", name);
			is(out.error, error | (user ? 4 : 0),
			   "LDT %s: the code", name);
		} else {
			is(out.error, error, "LDT %s: the code", name);
		}
		is(out.rip, PTR(do_ds) + (vector == 6 ? 2 : 0),
		   "LDT %s: RIP", name);
	}
}

static void test_ldt(void)
{
	is(set_ldt(PTR(ldt) + 8, 512), -XEN_EINVAL, "LDT not aligned");
	is(set_ldt(PTR(ldt), 8193), -XEN_EINVAL, "LDT of 8193 entries");
	is(set_ldt(PTR(ldt), 8192), 0, "LDT of 8192 entries");
	is(set_ldt(0x800000000000, 512), -XEN_EINVAL, "LDT not canonical");
	is(set_ldt(0xffff830000000000, 512), -XEN_EINVAL,
	   "LDT in the hypervisor");
	is(set_ldt(NOWHERE, 512), 0, "LDT nowhere");
	ldt_load("nowhere", 0xf, 14, 0, NOWHERE + 8);
	is(set_ldt(PTR(ldt), 512), 0, "LDT in a writable page");
	ldt[1] = 0x00cff2000000ffff;
	ldt_load("writable", 0xf, 14, 0, PTR(&ldt[1]));
	is(page_readonly(ldt), 0, "LDT page made read-only");
	ldt_load("read-only", 0xf, 6, 0, 0);
	is(page_writable(ldt), -XEN_EBUSY, "LDT page in use");
	ldt_load("past its end", 0x1007, 13, 0x1004, 0);
	is(set_ldt(0, 0), 0, "no LDT");
	ldt_load("none", 0xf, 13, 0xc, 0);
	is(page_writable(ldt), 0, "LDT page not in use");
	ldt[2] = 0x0000ee00e0330000;
	is(set_ldt(PTR(ldt), 512), 0, "LDT with a gate in it");
	is(page_readonly(ldt), 0, "made read-only");
	ldt_load("with a gate", 0xf, 14, 0, PTR(&ldt[1]));
	is(set_ldt(0, 0), 0, "no LDT again");
}

static int base(unsigned int which, uint64_t b)
{
	return hc2(__HYPERVISOR_set_segment_base, which, b);
}

static void test_bases(void)
{
	static const uint64_t bad[] = {
		0x800000000000, 0x8000000000000000, 0xffff7fffffffffff,
	};
	unsigned int i, which, user;
	struct regs out;

	data[0] = 0x1111;
	data[1] = 0x2222;
	data[2] = 0x3333;
	is(base(SEGBASE_FS, PTR(&data[0])), 0, "set FS");
	is(base(SEGBASE_GS_USER, PTR(&data[1])), 0, "set user GS");
	is(base(SEGBASE_GS_KERNEL, PTR(&data[2])), 0, "set kernel GS");
	for (i = 0; i < 2; i++)
		for (user = 0; user < 2; user++) {
			go(do_fs, 0, user, &out);
			is(out.rax, 0x1111, "FS in %s mode",
			   user ? "user" : "kernel");
			go(do_gs, 0, user, &out);
			is(out.rax, user ? 0x2222 : 0x3333, "GS in %s mode",
			   user ? "user" : "kernel");
		}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		for (which = 0; which < 3; which++)
			is(base(which, bad[i]), -XEN_EINVAL,
			   "base %u not canonical", which);
	is(base(4, 0), -XEN_EINVAL, "no such base: 4");
	is(base(0xffffffff, 0), -XEN_EINVAL, "no such base: 2^32 - 1");
	go(do_fs, 0, false, &out);
	is(out.rax, 0x1111, "FS has not changed");
	is(base(SEGBASE_FS, 0xffff830000000000), 0,
	   "a base in the hypervisor may be set");
	go(do_fs, 0, false, &out);
	is(out.vector, 14, "and can't be used");
}

/* What user mode's GS is after SEGBASE_GS_USER_SEL; the kernel's stays. */
static void user_gs(uint64_t sel, unsigned int loaded, uint64_t value)
{
	struct regs out;

	is(base(SEGBASE_GS_USER_SEL, sel), 0, "user GS selector 0x%lx", sel);
	go(do_gs, 0, true, &out);
	is(out.rbx, loaded, "user GS is 0x%x", loaded);
	is(out.rax, value, "with its base");
	go(do_gs, 0, false, &out);
	is(out.rax, 0x3333, "the kernel's GS has its own");
}

static void test_selectors(void)
{
	uint64_t *zero = (uint64_t *)0, value;
	uint64_t frames[16] = { mfn_of(gdt) };
	struct regs out;
	unsigned int user;

	asm("mov (%1), %0" : "=r" (value) : "r" (zero));
	gdt[1] = 0x00cff2000000ffff | (PTR(&data[2]) & 0xffffff) << 16;
	gdt[2] = 0x00cf72000000ffff | (PTR(&data[2]) & 0xffffff) << 16;
	is(page_readonly(gdt), 0, "a GDT");
	is(hc2(__HYPERVISOR_set_gdt, PTR(frames), 512), 0, "is set");
	user_gs(0xb, 0xb, 0x3333);
	user_gs(0x1000b, 0xb, 0x3333);
	user_gs(0xe02b, 0xe02b, value);
	/* Null and what can't be loaded leave it null. */
	user_gs(0, 0, value);
	user_gs(0x13, 0, value);
	user_gs(0x5553, 0, value);
	for (user = 0; user < 2; user++) {
		go(do_fs_load, 0xb, user, &out);
		is(out.rax, 0x3333, "loading FS loads its base");
	}
}

void test_main(void)
{
	user_tables();
	test_ldt();
	test_bases();
	test_selectors();
}
