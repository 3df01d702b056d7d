/* SPDX-License-Identifier: MIT */
/*
 * traps.c - each exception that code can raise, from both modes.
 *
 * A guest's handlers see vector, error code and frame as Xen lays them out,
 * whatever the CPU pushed: so each is raised in the guest's kernel and in its
 * user mode, with a value of its own in every register, and all of what the
 * handler finds is compared.
 */
#include "test.h"

#define NOWHERE		0x700000000000ul	/* in no slot of the L4 */
#define NONCANON	0x800000000000ul

SNIPPET_AT(do_de, "mov $0, %edx; mov $0, %ecx", "div %ecx");
SNIPPET_AT(do_bp, "int3", "nop");
SNIPPET_AT(do_ud, "nop", "ud2");
SNIPPET_AT(do_ud_lock, "nop", ".byte 0xf0, 0x90");
SNIPPET_AT(do_gp_addr, "nop", "mov (%rbx), %rax");
SNIPPET_AT(do_gp_ds, "mov $0x1237, %eax", "mov %eax, %ds");
SNIPPET_AT(do_gp_ldt, "mov $0x0007, %eax", "mov %eax, %es");
SNIPPET_AT(do_gp_hlt, "nop", "hlt");
SNIPPET_AT(do_gp_cli, "nop", "cli");
SNIPPET_AT(do_gp_sti, "nop", "sti");
SNIPPET_AT(do_gp_in, "nop", "in $0x70, %al");
SNIPPET_AT(do_gp_rdmsr, "mov $0x1b, %ecx", "rdmsr");
SNIPPET_AT(do_gp_lgdt, "nop", "lgdt (%rsp)");
SNIPPET_AT(do_gp_invd, "nop", "invd");
SNIPPET_AT(do_pf_read, "nop", "mov (%rbx), %rax");
SNIPPET_AT(do_pf_write, "nop", "mov %rax, (%rbx)");
SNIPPET_AT(do_pf_exec, "nop", "jmp *%rbx");
SNIPPET_AT(do_pf_push, "nop", "push %rax");
SNIPPET_AT(do_lret, "nop", "lretq");
SNIPPET_AT(do_int4, "int $4", "nop");
SNIPPET_AT(do_mf, "fninit; push $0x340; fldcw (%rsp); pop %rcx; fldz; fld1; "
	   "fdiv %st(1), %st", "fwait");

static char page[4096] __page;

struct row {
	const char *name;
	const char *code, *at;
	unsigned int vector;
	int error;		/* -1: none */
	uint64_t rbx;
	bool regs_change;
};

#define CODE(x)	x, x##_at

static const struct row rows[] = {
	{ "divide by zero", CODE(do_de), 0, -1, 0, true },
	{ "int3", CODE(do_bp), 3, -1, 0, false },
	{ "int $4", CODE(do_int4), 4, -1, 0, false },
	{ "ud2", CODE(do_ud), 6, -1, 0, false },
	{ "lock nop", CODE(do_ud_lock), 6, -1, 0, false },
	{ "non-canonical address", CODE(do_gp_addr), 13, 0, NONCANON, false },
	{ "DS past the GDT", CODE(do_gp_ds), 13, 0x1234, 0, true },
	{ "ES in an empty LDT", CODE(do_gp_ldt), 13, 4, 0, true },
	{ "hlt", CODE(do_gp_hlt), 13, 0, 0, false },
	{ "lgdt", CODE(do_gp_lgdt), 13, 0, 0, false },
	{ "invd", CODE(do_gp_invd), 13, 0, 0, false },
	{ "x87 error", CODE(do_mf), 16, -1, 0, true },
};

/* Those that the guest's kernel may execute, by emulation or truly. */
static const struct row user_rows[] = {
	{ "cli", CODE(do_gp_cli), 13, 0, 0, false },
	{ "sti", CODE(do_gp_sti), 13, 0, 0, false },
	{ "in", CODE(do_gp_in), 13, 0, 0, false },
	{ "rdmsr", CODE(do_gp_rdmsr), 13, 0, 0, true },
};

static void run_row(const struct row *r, bool user)
{
	struct expect e = {
		.vector = r->vector,
		.rip = PTR(r->at),
		.has_error = r->error >= 0,
		.error = r->error,
		.regs_change = r->regs_change,
	};
	struct regs in, out;

	(user ? regs_user : regs_kernel)(&in, r->code);
	in.rbx = r->rbx;
	enter(&in, &out);
	check_trap(r->name, &in, &out, &e);
	is(out.mask, 1, "%s: events are masked", r->name);
}

struct pf {
	const char *name;
	const char *code, *at;
	uint64_t rbx;
	unsigned int error;	/* from the kernel; from user mode 4 more */
};

static void run_pf(const struct pf *p, bool user)
{
	struct expect e = {
		.vector = 14,
		.rip = PTR(p->at),
		.has_error = true,
		.error = p->error | (user ? 4 : 0),
	};
	struct regs in, out;

	(user ? regs_user : regs_kernel)(&in, p->code);
	in.rbx = p->rbx;
	vcpu_info->arch.cr2 = 0x5555;
	enter(&in, &out);
	check_trap(p->name, &in, &out, &e);
	is(out.cr2, p->rbx, "%s: the address", p->name);
}

/*
 * A page fault's code tells present, write and fetch as the CPU does, and user
 * mode by the guest's own notion: its kernel is not user mode.
 */
static void test_page_faults(void)
{
	uint64_t pte = *pte_of(page), ro = PTR(page) + 0x123;
	const struct pf pfs[] = {
		{ "read of nothing", CODE(do_pf_read), NOWHERE, 0 },
		{ "write of nothing", CODE(do_pf_write), NOWHERE, 2 },
		{ "fetch of nothing", do_pf_exec, (char *)NOWHERE, NOWHERE,
		  0x10 },
		{ "write to read-only", CODE(do_pf_write), ro, 3 },
		{ "fetch from no-exec", do_pf_exec, (char *)ro, ro, 0x11 },
		{ "write to the L4", CODE(do_pf_write), PTR(kernel_l4()), 3 },
	};
	unsigned int i, user;

	is(va_map(page, (pte & ~PTE_W) | PTE_NX), 0, "a read-only page");
	for (user = 0; user < 2; user++)
		for (i = 0; i < ARRAY_SIZE(pfs); i++)
			run_pf(&pfs[i], user);
	is(va_map(page, pte), 0, "writable again");
}

/*
 * A fault on the stack itself: the guest's user mode gets it as any other.
 * (Where the CPU raises #SS for a bad stack, QEMU may raise #GP.)
 */
static void test_user_stack(void)
{
	struct expect e = {
		.vector = 14, .rip = PTR(do_pf_push_at), .has_error = true,
		.error = 6,
	};
	struct regs in, out;

	regs_user(&in, do_pf_push);
	in.rsp = NOWHERE + 8;
	enter(&in, &out);
	check_trap("push on nothing", &in, &out, &e);
	is(out.cr2, NOWHERE, "push on nothing: the address");

	/* QEMU 7.2 reads this one as the supervisor, and its code says so. */
	regs_user(&in, do_lret);
	in.rsp = NOWHERE;
	e.rip = PTR(do_lret_at);
	e.error = 4;
	enter(&in, &out);
	check_trap("far return from nothing", &in, &out, &e);

	regs_user(&in, do_pf_push);
	in.rsp = NONCANON + 64;
	enter(&in, &out);
	ok(out.vector == 12 || out.vector == 13, "a stack not canonical");
	is(out.error, 0, "a stack not canonical: code");
	ok(frame_good(&in, &out, PTR(do_pf_push_at)),
	   "a stack not canonical: frame");
}

void test_main(void)
{
	unsigned int i, user;

	user_tables();
	for (user = 0; user < 2; user++)
		for (i = 0; i < ARRAY_SIZE(rows); i++)
			run_row(&rows[i], user);
	for (i = 0; i < ARRAY_SIZE(user_rows); i++)
		run_row(&user_rows[i], true);
	test_page_faults();
	test_user_stack();
}
