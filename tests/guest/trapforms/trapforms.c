/* SPDX-License-Identifier: MIT */
/*
 * trapforms.c - what the trap table, the stack and the flags make of a trap.
 *
 * The same exception (#UD) in all forms: upcalls masked on entry or not, the
 * saved mask and IF, stacks that are not aligned, flags that must be saved but
 * not live; then INT n for every vector, with each privilege in the table.
 */
#include "test.h"

#define RFLAGS_CF	0x00001ul
#define RFLAGS_TF	0x00100ul
#define RFLAGS_DF	0x00400ul
#define RFLAGS_IOPL	0x03000ul
#define RFLAGS_NT	0x04000ul
#define RFLAGS_RF	0x10000ul
#define RFLAGS_AC	0x40000ul
#define RFLAGS_ID	0x200000ul

SNIPPET(do_ud, "ud2");
SNIPPET(do_int, "int $0");

static void test_masks(void)
{
	unsigned int flags, mask, user;
	struct regs in, out;

	for (flags = 0; flags <= 4; flags += 4)
	for (mask = 0; mask < 2; mask++)
	for (user = 0; user < 2; user++) {
		const char *mode = user ? "user" : "kernel";

		trap_set(6, flags);
		(user ? regs_user : regs_kernel)(&in, do_ud);
		if (user && mask)
			in.rflags &= ~RFLAGS_IF;
		vcpu_info->evtchn_upcall_mask = mask;
		enter(&in, &out);
		is(out.mask, mask || flags, "%s: flags %u, mask %u: the mask",
		   mode, flags, mask);
		is(out.cs >> 32, mask, "%s: flags %u, mask %u: as saved",
		   mode, flags, mask);
		is(!(out.rflags & RFLAGS_IF), mask,
		   "%s: flags %u, mask %u: IF as saved", mode, flags, mask);
	}
	trap_set(6, 4);
}

static void test_alignment(void)
{
	unsigned int i, bad = 0;
	struct regs in, out;

	for (i = 0; i < 16; i++) {
		regs_kernel(&in, do_ud);
		in.rsp += i;
		enter(&in, &out);
		bad += out.rsp != in.rsp ||
		       out.frame != (in.rsp & ~15ul) - 7 * 8;
	}
	is(bad, 0, "kernel: a frame is 16-byte aligned");
	for (i = 0, bad = 0; i < 16; i++) {
		trap_stack(trap_stack_top - i);
		regs_user(&in, do_ud);
		enter(&in, &out);
		bad += out.rsp != in.rsp || out.frame !=
		       (PTR(trap_stack_top - i) & ~15ul) - 7 * 8;
	}
	is(bad, 0, "user: so it is on the stack of stack_switch");
	trap_stack(trap_stack_top);
}

static void test_flags(void)
{
	static const uint64_t kept[] = {
		0, RFLAGS_CF, 0x8d5, RFLAGS_DF, RFLAGS_NT, RFLAGS_AC,
		RFLAGS_ID, RFLAGS_NT | RFLAGS_AC | RFLAGS_DF | RFLAGS_CF,
	};
	unsigned int i, user;
	struct regs in, out;

	for (user = 0; user < 2; user++)
		for (i = 0; i < ARRAY_SIZE(kept); i++) {
			(user ? regs_user : regs_kernel)(&in, do_ud);
			in.rflags |= kept[i];
			enter(&in, &out);
			ok(frame_good(&in, &out, PTR(do_ud)),
			   "%s: flags 0x%lx are saved, and not live",
			   user ? "user" : "kernel", kept[i]);
		}
	regs_user(&in, do_ud);
	in.rflags |= RFLAGS_IOPL;
	enter(&in, &out);
	is(out.rflags & RFLAGS_IOPL, 0, "user: iret drops IOPL");
	regs_user(&in, do_ud);
	in.rflags = 0;
	enter(&in, &out);
	is(out.rflags, RFLAGS_RSVD, "user: iret sets the bit that is always 1");
}

/* One step of a trap flag that iret sets, and one that popf sets. */
SNIPPET(do_step, "nop; nop; nop");
SNIPPET_AT(do_popf, "pushfq; orl $0x100, (%rsp); popfq; nop", "nop");

static void test_single_step(void)
{
	struct expect e = { .vector = 1, .rip = PTR(do_step) + 1 };
	struct regs in, out;

	regs_user(&in, do_step);
	in.rflags |= RFLAGS_TF;
	enter(&in, &out);
	check_trap("trap flag", &in, &out, &e);
	in = out;
	in.how = HOW_IRET;
	e.rip = PTR(do_step) + 2;
	enter(&in, &out);
	check_trap("its next step", &in, &out, &e);

	regs_kernel(&in, do_popf);
	enter(&in, &out);
	e.rip = PTR(do_popf_at);
	in.rflags |= RFLAGS_TF;
	check_trap("trap flag", &in, &out, &e);
}

/*
 * QEMU before 8.0 gives Xen an error code of 16 * n + 2 for a refused INT n,
 * so that Xen takes it for another vector; 3, 4 and 128 are not concerned.
 */
static bool qemu_doubles(void)
{
	struct regs in, out;

	trap_set(7, 0);
	do_int[1] = 7;
	regs_user(&in, do_int);
	enter(&in, &out);
	return out.vector == 13 && out.error == 7 * 16 + 2;
}

/* Xen asks for no privilege in the table of these. */
static bool free_for_all(unsigned int n)
{
	return n == 3 || n == 4 || n == 128;
}

static bool int_n_good(unsigned int n, unsigned int dpl, bool user)
{
	bool allowed = dpl >= (user ? 3 : 1) || free_for_all(n);
	struct regs in, out;
	bool good;

	if (trap_set(n, dpl | 4))
		return false;
	do_int[1] = n;
	(user ? regs_user : regs_kernel)(&in, do_int);
	enter(&in, &out);
	if (allowed)
		good = out.vector == n && !out.has_error &&
		       frame_good(&in, &out, PTR(do_int) + 2);
	else
		good = out.vector == 13 && out.has_error &&
		       out.error == (n << 3 | 2) &&
		       frame_good(&in, &out, PTR(do_int));
	good = good && regs_same(&in, &out);
	if (!good)
		note("int %u: vector %lu, error %lu 0x%lx", n, out.vector,
		     out.has_error, out.error);
	return good;
}

static void test_int_n(void)
{
	bool doubles = qemu_doubles();
	unsigned int n, dpl, user;

	for (dpl = 0; dpl < 4; dpl++)
		for (user = 0; user < 2; user++) {
			unsigned int bad = 0;

			for (n = 0; n < 256; n++)
				if (!doubles || free_for_all(n))
					bad += !int_n_good(n, dpl, user);
			is(bad, 0, "%s: INT n, allowed to level %u and up",
			   user ? "user" : "kernel", dpl);
		}
	if (doubles)
		skip("this QEMU tells Xen the wrong vector",
		     "INT n of other vectors than 3, 4 and 128");
}

void test_main(void)
{
	user_tables();
	test_masks();
	test_alignment();
	test_flags();
	test_single_step();
	test_int_n();
}
