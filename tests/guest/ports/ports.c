/* SPDX-License-Identifier: MIT */
/*
 * ports.c - ports, the virtual IOPL, and the other privileged instructions.
 *
 * IN, OUT, CLI and STI depend on the I/O privilege level that the guest has
 * asked for (its kernel counts as level 1, user mode as 3) or on its bitmap;
 * what remains is a fault, or done, or harmless.  Ports: 0x80 (a diagnostic
 * latch) is domain 0's, 0x20 (the interrupt controller) nobody's.
 */
#include <abi/errno.h>
#include <abi/physdev.h>
#include "test.h"

#define STOP	"; ud2"

SNIPPET(i_cli, "cli" STOP);
SNIPPET(i_sti, "sti" STOP);
SNIPPET(i_in8, "in %dx, %al" STOP);
SNIPPET(i_in16, "in %dx, %ax" STOP);
SNIPPET(i_in32, "in %dx, %eax" STOP);
SNIPPET(i_in_imm, "in $0x80, %al" STOP);
SNIPPET(i_out8, "out %al, %dx" STOP);
SNIPPET(i_out_imm, "out %al, $0x80" STOP);
SNIPPET(i_insb, "insb" STOP);
SNIPPET(i_outsb, "outsb" STOP);
SNIPPET(i_rep_outsb, "rep outsb" STOP);
SNIPPET(i_rep_insb, "rep insb" STOP);
SNIPPET(i_invlpg, "invlpg (%rsp)" STOP);
SNIPPET(i_wbinvd, "wbinvd" STOP);
SNIPPET(i_invd, "invd" STOP);
SNIPPET(i_hlt, "hlt" STOP);
SNIPPET(i_rdpmc, "rdpmc" STOP);
SNIPPET(i_swapgs, "swapgs" STOP);
SNIPPET(i_sysret, "sysretq" STOP);
SNIPPET(i_lldt, "lldt %ax" STOP);
SNIPPET(i_ltr, "ltr %ax" STOP);
SNIPPET(i_lidt, "lidt (%rsp)" STOP);
SNIPPET(i_sysenter, "sysenter" STOP);
SNIPPET(i_vmcall, "vmcall" STOP);
SNIPPET(i_vmmcall, "vmmcall" STOP);
SNIPPET(i_vmlaunch, "vmlaunch" STOP);
SNIPPET(i_clac, "clac" STOP);
SNIPPET(i_stac, "stac" STOP);
SNIPPET(i_monitor, "monitor" STOP);
SNIPPET(i_rdpkru, "rdpkru" STOP);
SNIPPET(i_sgdt, "sgdt -64(%rsp)" STOP);
SNIPPET(i_sidt, "sidt -64(%rsp)" STOP);
SNIPPET(i_sldt, "sldt %rax" STOP);
SNIPPET(i_smsw, "smsw %rax" STOP);

static char buffer[64];
static uint8_t bitmap[8192];
static struct regs in, out;

static bool run(const char *code, uint64_t port, bool user)
{
	(user ? regs_user : regs_kernel)(&in, code);
	in.rax = 0;
	in.rcx = 5;
	in.rdx = port;
	in.rsi = in.rdi = PTR(buffer);
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

static int set_iopl(uint32_t iopl)
{
	struct physdev_set_iopl arg = { .iopl = iopl };

	return hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl, PTR(&arg));
}

static int set_iobitmap(uint8_t *map, uint32_t ports)
{
	struct physdev_set_iobitmap arg = { .bitmap = map, .nr_ports = ports };

	return hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iobitmap, PTR(&arg));
}

static void test_iopl(void)
{
	static const char *const code[] = {
		i_in8, i_out8, i_in_imm, i_out_imm, i_cli, i_sti,
	};
	unsigned int iopl, i, user;

	for (iopl = 0; iopl < 4; iopl++) {
		is(set_iopl(iopl), 0, "IOPL %u", iopl);
		for (user = 0; user < 2; user++) {
			bool may = iopl >= (user ? 3 : 1), good = true;

			for (i = 0; i < ARRAY_SIZE(code); i++)
				good &= run(code[i], 0x80, user) ? may :
					!may && raised(13, code[i]);
			ok(good, "IOPL %u: %s mode %s", iopl,
			   user ? "user" : "kernel", may ? "may" : "may not");
		}
	}
	is(set_iopl(4), -XEN_EINVAL, "no IOPL 4");
}

static void test_ports(void)
{
	set_iopl(1);
	ok(run(i_in8, 0x80, false), "IN of a byte");
	is(out.rax & ~0xfful, 0, "changes AL alone");
	ok(run(i_in8, 0x20, false), "IN of nobody's port");
	is(out.rax, 0xff, "reads ones");
	ok(run(i_in16, 0x20, false), "two bytes of it");
	is(out.rax, 0xffff, "read ones");
	ok(run(i_in32, 0x20, false), "four bytes of it");
	is(out.rax, 0xffffffff, "read ones");
	ok(run(i_out8, 0x20, false), "OUT to it is nothing");
	ok(run(i_in8, 0x3f8, false), "IN of the hypervisor's serial port");
	is(out.rax, 0xff, "reads ones");

	memset(buffer, 'x', sizeof(buffer));
	ok(run(i_insb, 0x20, false), "INSB");
	is(buffer[0] & 0xff, 0xff, "stores what it reads");
	is(out.rdi, PTR(buffer) + 1, "and counts");
	ok(run(i_outsb, 0x80, false), "OUTSB");
	is(out.rsi, PTR(buffer) + 1, "counts");
	ok(run(i_rep_outsb, 0x80, false), "REP OUTSB");
	is(out.rsi, PTR(buffer) + 5, "counts to its end");
	is(out.rcx, 0, "and RCX down");
	ok(run(i_rep_insb, 0x20, false), "REP INSB");
	ok(buffer[4] == -1 && buffer[5] == 'x', "stores as many as RCX says");
	set_iopl(0);
}

static void test_bitmap(void)
{
	unsigned int user;

	is(set_iobitmap(bitmap, 65537), -XEN_EINVAL, "a bitmap too long");
	memset(bitmap, 0xff, sizeof(bitmap));
	bitmap[0x80 / 8] = 0xfe;
	is(set_iobitmap(bitmap, 65536), 0, "a bitmap");
	for (user = 0; user < 2; user++) {
		ok(run(i_in8, 0x80, user), "lets IN of its port");
		run(i_in16, 0x80, user);
		ok(raised(13, i_in16), "not of two, with the next not free");
		run(i_in8, 0x81, user);
		ok(raised(13, i_in8), "nor of the next");
	}
	is(set_iobitmap(bitmap, 0x80), 0, "a bitmap that ends before");
	run(i_in8, 0x80, true);
	ok(raised(13, i_in8), "a port past its end: #GP");
	is(set_iobitmap(0, 0), 0, "no bitmap");
}

static void test_others(void)
{
	static const struct {
		const char *name, *code;
		unsigned int kernel, user;	/* a vector; 0: it is done */
	} rows[] = {
		{ "wbinvd", i_wbinvd, 0, 13 },
		{ "invd", i_invd, 13, 13 },
		{ "invlpg", i_invlpg, 13, 13 },
		{ "hlt", i_hlt, 13, 13 },
		{ "rdpmc", i_rdpmc, 13, 13 },
		{ "swapgs", i_swapgs, 13, 13 },
		{ "sysret", i_sysret, 13, 13 },
		{ "lldt", i_lldt, 13, 13 },
		{ "ltr", i_ltr, 13, 13 },
		{ "lidt", i_lidt, 13, 13 },
		{ "sysenter", i_sysenter, 6, 6 },
		{ "vmcall", i_vmcall, 6, 6 },
		{ "vmmcall", i_vmmcall, 6, 6 },
		{ "vmlaunch", i_vmlaunch, 6, 6 },
		{ "clac", i_clac, 6, 6 },
		{ "stac", i_stac, 6, 6 },
		{ "monitor", i_monitor, 6, 6 },
		{ "rdpkru", i_rdpkru, 6, 6 },
		{ "sgdt", i_sgdt, 0, 0 },
		{ "sidt", i_sidt, 0, 0 },
		{ "sldt", i_sldt, 0, 0 },
		{ "smsw", i_smsw, 0, 0 },
	};
	unsigned int i, user;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (user = 0; user < 2; user++) {
			unsigned int v = user ? rows[i].user : rows[i].kernel;
			bool done = run(rows[i].code, 0, user);

			ok(v ? !done && raised(v, rows[i].code) : done,
			   "%s mode: %s", user ? "user" : "kernel",
			   rows[i].name);
		}
}

void test_main(void)
{
	user_tables();
	test_iopl();
	test_ports();
	test_bitmap();
	test_others();
}
