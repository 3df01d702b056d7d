/* SPDX-License-Identifier: MIT */
/*
 * compat.c - 32-bit code in user mode.
 *
 * A 64-bit guest may run 32-bit programs, by the flat code segment that the
 * GDT has for it: traps of their own (INTO, BOUND) and the ways into the
 * kernel that 32-bit programs use, with and without a callback.
 */
#include <abi/callback.h>
#include "test.h"

#define CODE32(text)	".code32; " text "; .code64"

SNIPPET(do_ud, CODE32("ud2"));
SNIPPET(do_syscall, CODE32("syscall; nop"));
SNIPPET(do_sysenter, CODE32("sysenter; nop"));
SNIPPET(do_int80, CODE32("int $0x80"));
SNIPPET(do_int3, CODE32("int3"));
SNIPPET(do_into, CODE32("into"));
SNIPPET(do_bound, CODE32("bound %eax, (%ebx)"));
SNIPPET(do_read, CODE32("mov (%ebx), %eax"));
SNIPPET(do_write, CODE32("mov %eax, (%ebx)"));
SNIPPET(do_gp, CODE32("mov %ebx, %es"));
SNIPPET(do_hlt, CODE32("hlt"));

static int bounds[2] = { 1, 2 };
static struct regs in, out;

static void run(const char *code, uint64_t rbx)
{
	regs_user(&in, code);
	in.cs = FLAT_RING3_CS32;
	in.rbx = rbx;
	enter(&in, &out);
}

static void test_traps(void)
{
	static const struct {
		const char *name, *code;
		unsigned int vector, length;
		int error;
		uint64_t rbx;
	} rows[] = {
		{ "ud2", do_ud, 6, 0, -1, 0 },
		{ "int $0x80", do_int80, 128, 2, -1, 0 },
		{ "int3", do_int3, 3, 1, -1, 0 },
		{ "into", do_into, 4, 1, -1, 0 },
		{ "bound", do_bound, 5, 0, -1, PTR(bounds) },
		{ "read of nothing", do_read, 14, 0, 4, 0xf0000000 },
		{ "write of nothing", do_write, 14, 0, 6, 0xf0000000 },
		{ "selector past the GDT", do_gp, 13, 0, 0x1234, 0x1234 },
		{ "hlt", do_hlt, 13, 0, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct expect e = {
			.vector = rows[i].vector,
			.rip = PTR(rows[i].code) + rows[i].length,
			.has_error = rows[i].error >= 0,
			.error = rows[i].error,
		};

		regs_user(&in, rows[i].code);
		in.cs = FLAT_RING3_CS32;
		in.rbx = rows[i].rbx;
		in.rflags |= 0x800;
		enter(&in, &out);
		check_trap(rows[i].name, &in, &out, &e);
	}
}

static int callback(unsigned int type, unsigned int came)
{
	struct callback_register cb = {
		.type = type, .flags = CALLBACKF_mask_events,
		.address = trap_stub(came),
	};

	return hc2(__HYPERVISOR_callback_op, CALLBACKOP_register, PTR(&cb));
}

static void test_calls(void)
{
	struct expect e = { .vector = 6, .rip = PTR(do_syscall) };

	run(do_syscall, 0);
	in.rcx = out.rcx;
	in.r11 = out.r11;
	check_trap("syscall without a callback", &in, &out, &e);
	run(do_sysenter, 0);
	is(out.vector, 13, "sysenter without a callback");
	is(out.error, 0, "its code");
	is(out.rip, PTR(do_sysenter), "its RIP");

	is(callback(CALLBACKTYPE_syscall32, CAME_SYSCALL32), 0, "a callback");
	run(do_syscall, 0);
	in.rcx = out.rcx;
	in.r11 = out.r11;
	e.vector = CAME_SYSCALL32;
	e.rip += 2;
	check_trap("syscall", &in, &out, &e);

	/* Only Intel's CPUs have SYSENTER where others are in long mode. */
	is(callback(CALLBACKTYPE_sysenter, CAME_SYSENTER), 0, "another");
	run(do_sysenter, 0);
	ok(out.vector == 13 || out.vector == CAME_SYSENTER, "sysenter");
}

void test_main(void)
{
	user_tables();
	trap_set(128, 7);
	trap_set(5, 4);
	test_traps();
	test_calls();
}
