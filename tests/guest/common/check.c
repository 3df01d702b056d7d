/* SPDX-License-Identifier: MIT */
/*
 * check.c - what every trap has in common, whatever raised it.
 */
#include "test.h"

#define RFLAGS_TF	0x00100ul
#define RFLAGS_IOPL	0x03000ul
#define RFLAGS_NT	0x04000ul
#define RFLAGS_RF	0x10000ul
#define RFLAGS_VM	0x20000ul
#define RFLAGS_AC	0x40000ul

bool regs_same(const struct regs *a, const struct regs *b)
{
	static const char names[][4] = {
		"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9",
		"r10", "r11", "r12", "r13", "r14", "r15",
	};
	const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;
	bool same = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (x[i] == y[i])
			continue;
		note("%s: 0x%lx, 0x%lx", names[i], x[i], y[i]);
		same = false;
	}
	return same;
}

static bool field(const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		note("%s: got 0x%lx, wanted 0x%lx", what, got, want);
	return got == want;
}

/*
 * RF is what the CPU makes it.  IF is the opposite of the mask that the frame
 * holds in bits 32 to 39 of CS.
 */
bool frame_good(const struct regs *in, const struct regs *out, uint64_t rip)
{
	bool user = in->how == HOW_IRET && (in->cs & 3) == 3;
	uint64_t mask = out->cs >> 32, flags;
	bool good;

	flags = (in->rflags & ~RFLAGS_IF) | (mask & 1 ? 0 : RFLAGS_IF);
	good = field("rip", out->rip, rip);
	good &= field("cs", out->cs & 0xffffffff, user ? in->cs & 0xffff :
		      KERNEL_CS);
	good &= field("saved mask", mask & ~1ul, 0);
	good &= field("rflags", out->rflags & ~RFLAGS_RF, flags & ~RFLAGS_RF);
	good &= field("rsp", out->rsp, in->rsp);
	good &= field("ss", out->ss, SS64);
	good &= field("live cs", out->live_cs, CS64);
	good &= field("live ss", out->live_ss, SS64);
	good &= field("live TF, NT, RF, VM, AC, IOPL",
		      out->live_rflags & (RFLAGS_TF | RFLAGS_NT | RFLAGS_RF |
		      RFLAGS_VM | RFLAGS_AC | RFLAGS_IOPL), 0);
	return good;
}

void check_trap(const char *name, const struct regs *in,
		const struct regs *out, const struct expect *e)
{
	bool user = in->how == HOW_IRET && (in->cs & 3) == 3;
	const char *mode = user ? "user" : "kernel";

	is(out->vector, e->vector, "%s: %s: vector", mode, name);
	is(out->has_error, e->has_error, "%s: %s: %s error code", mode, name,
	   e->has_error ? "an" : "no");
	if (e->has_error)
		is(out->error, e->error, "%s: %s: its value", mode, name);
	ok(frame_good(in, out, e->rip), "%s: %s: frame", mode, name);
	if (!e->regs_change)
		ok(regs_same(in, out), "%s: %s: registers", mode, name);
}
