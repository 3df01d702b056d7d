/* SPDX-License-Identifier: MIT */
/*
 * ptwrite.c - plain writes to L1 tables, which are emulated.
 *
 * A kernel writes its L1 tables, mapped read-only, with ordinary
 * instructions; each is checked as an mmu_update would be, and done.  All the
 * instructions that kernels use are tried, with their flags and results; what
 * may not be written faults as it would without emulation.
 */
#include <abi/errno.h>
#include "test.h"

#define STOP	"; ud2"
#define CF	0x01ul
#define PF	0x04ul
#define ZF	0x40ul
/* MFN, P, RW, NX and the bits that are the guest's: what a read shows. */
#define COMPARE	(0x800ffffffffffe03ul)

SNIPPET(i_mov, "mov %rax, (%rbx)" STOP);
SNIPPET(i_mov_index, "mov %rax, -8(%rbx,%rcx,8)" STOP);
SNIPPET(i_mov_r8, "mov %r8, (%rbx)" STOP);
SNIPPET(i_movl, "mov %eax, (%rbx)" STOP);
SNIPPET(i_movb, "mov %al, (%rbx)" STOP);
SNIPPET(i_mov_imm, "movq $0, (%rbx)" STOP);
SNIPPET(i_movl_imm, "movl $0, (%rbx)" STOP);
SNIPPET(i_movb_imm, "movb $0x60, (%rbx)" STOP);
SNIPPET(i_xchg, "xchg %rax, (%rbx)" STOP);
SNIPPET(i_cmpxchg, "lock cmpxchg %rcx, (%rbx)" STOP);
SNIPPET(i_cmpxchg_plain, "cmpxchg %rcx, (%rbx)" STOP);
SNIPPET(i_and, "and %rax, (%rbx)" STOP);
SNIPPET(i_lock_and, "lock and %rax, (%rbx)" STOP);
SNIPPET(i_andb, "lock andb $0xfd, (%rbx)" STOP);
SNIPPET(i_or, "or %rax, (%rbx)" STOP);
SNIPPET(i_lock_orb, "lock orb $0x60, (%rbx)" STOP);
SNIPPET(i_btr, "btrq $1, (%rbx)" STOP);
SNIPPET(i_lock_btr, "lock btrq $1, (%rbx)" STOP);
SNIPPET(i_bts, "btsq $1, (%rbx)" STOP);
SNIPPET(i_lock_bts, "lock btsl $1, (%rbx)" STOP);

static char a[4096] __page;
static uint64_t *l1;
static struct regs in, out;

/* Run CODE with the registers that the snippets use. */
static void run(const char *code, const void *at, uint64_t rax, uint64_t rcx,
		bool user)
{
	(user ? regs_user : regs_kernel)(&in, code);
	in.rax = rax;
	in.rbx = PTR(at);
	in.rcx = rcx;
	in.r8 = rax;
	enter(&in, &out);
}

struct row {
	const char *name, *code;
	uint64_t rax, rcx;	/* low bits, to be or'ed to the frame */
	uint64_t want;		/* low bits of the entry then; ~0: all 0 */
	uint64_t flags;		/* that are set then, of those compared */
	uint64_t compare;
};

/* The entry is present and writable before each, with A and D clear. */
static const struct row rows[] = {
	{ "mov", i_mov, 5, 0, 5, 0, ~0ul },
	{ "mov, indexed", i_mov_index, 5, 1, 5, 0, ~0ul },
	{ "mov of R8", i_mov_r8, 5, 0, 5, 0, ~0ul },
	{ "mov, 4 bytes", i_movl, 5, 0, 5, 0, ~0ul },
	{ "mov, 1 byte", i_movb, 5, 0, 5, 0, ~0ul },
	{ "mov of 0", i_mov_imm, 5, 0, ~0ul, 0, ~0ul },
	{ "mov of 0, 4 bytes", i_movl_imm, 5, 0, ~0ul, 0, ~0ul },
	{ "mov of a byte", i_movb_imm, 5, 0, 0x60, 0, ~0ul },
	{ "and", i_and, 5, 0, 5, PF, CF | ZF | PF },
	{ "lock and", i_lock_and, 5, 0, 5, PF, CF | ZF | PF },
	{ "lock and, 1 byte", i_andb, 5, 0, 5, PF, CF | ZF | PF },
	{ "or", i_or, 5, 0, 7, 0, CF | ZF | PF },
	{ "lock or, 1 byte", i_lock_orb, 5, 0, 0x67, 0, CF | ZF },
	{ "btr", i_btr, 5, 0, 5, CF, CF },
	{ "lock btr", i_lock_btr, 5, 0, 5, CF, CF },
	{ "bts", i_bts, 5, 0, 7, CF, CF },
	{ "lock bts, 4 bytes", i_lock_bts, 5, 0, 7, CF, CF },
};

static void reset(void)
{
	if (pte_write(&l1[0], maddr_of(a) | 7) ||
	    pte_write(&l1[1], maddr_of(a) | 7))
		bail("can't write entries");
}

static void check_row(const struct row *r)
{
	uint64_t m = maddr_of(a);

	reset();
	run(r->code, l1, m | r->rax, r->rcx, false);
	is(out.vector, 6, "%s", r->name);
	ok(out.rip > PTR(r->code), "%s: is done", r->name);
	if (r->want == ~0ul)
		is(l1[0], 0, "%s: the entry", r->name);
	else
		is(l1[0] & (COMPARE | 0x60), ((m | r->want) & (COMPARE | 0x60)),
		   "%s: the entry", r->name);
	is(l1[1] & COMPARE, (m | 7) & COMPARE, "%s: the next", r->name);
	ok(regs_same(&in, &out), "%s: registers", r->name);
	if (r->compare != ~0ul)
		is(out.rflags & r->compare, r->flags, "%s: flags", r->name);
	else
		is(out.rflags & ~0x10000ul, in.rflags, "%s: flags", r->name);
}

/* Those that change RAX. */
static void test_exchange(void)
{
	uint64_t m = maddr_of(a), old;
	const char *code[] = { i_cmpxchg, i_cmpxchg_plain };
	unsigned int i;

	reset();
	old = l1[0];
	run(i_xchg, l1, m | 5, 0, false);
	is(out.vector, 6, "xchg");
	is(l1[0] & COMPARE, m | 1, "xchg: the entry");
	is(out.rax, old, "xchg: what was there");
	for (i = 0; i < 2; i++) {
		reset();
		run(code[i], l1, old, m | 5, false);
		is(out.vector, 6, "cmpxchg of what is there");
		is(l1[0] & COMPARE, m | 1, "the entry");
		is(out.rax, old, "RAX");
		is(out.rflags & ZF, ZF, "ZF");
		reset();
		run(code[i], l1, 0x1234, m | 5, false);
		is(out.vector, 6, "cmpxchg of something else");
		is(l1[0], old, "the entry stays");
		is(out.rax, old, "RAX has it");
		is(out.rflags & ZF, 0, "no ZF");
	}
}

static void faults(const char *name, uint64_t at, uint64_t error)
{
	is(out.vector, 14, "%s: a fault", name);
	is(out.error, error, "%s: its code", name);
	is(out.cr2, at, "%s: its address", name);
	ok(frame_good(&in, &out, in.rip), "%s: frame", name);
}

static void test_refused(void)
{
	uint64_t m = maddr_of(a), old;

	reset();
	old = l1[0];
	run(i_mov, l1, maddr_of(l1) | 7, 0, false);
	faults("itself, writable", PTR(l1), 3);
	run(i_mov, l1, maddr_of(kernel_l4()) | 7, 0, false);
	faults("the L4, writable", PTR(l1), 3);
	run(i_xchg, l1, maddr_of(l1) | 7, 0, false);
	faults("by xchg", PTR(l1), 3);
	run(i_cmpxchg, l1, old, maddr_of(l1) | 7, false);
	faults("by cmpxchg", PTR(l1), 3);
	run(i_mov, l1, 0xfffffffff007, 0, false);
	faults("no frame", PTR(l1), 3);
	run(i_mov, (char *)l1 + 4, m, 0, false);
	faults("not aligned", PTR(l1) + 4, 3);
	run(i_mov, l1, m | 5, 0, true);
	faults("in user mode", PTR(l1), 7);
	run(i_mov, kernel_l4(), m | 5, 0, false);
	faults("in an L4", PTR(kernel_l4()), 3);
	is(l1[0], old, "nothing has changed");
	run(i_mov, l1, 0xfffffffff006, 0, false);
	is(out.vector, 6, "not present: anything goes");
	is(l1[0], 0xfffffffff006, "and is there");
}

/* A page that is read-only and no table stays as it is. */
static void test_plain(void)
{
	uint64_t *plain = page_alloc();

	if (page_readonly(plain))
		bail("can't make a page read-only");
	run(i_mov, plain, 5, 0, false);
	faults("a plain page", PTR(plain), 3);
	is(*plain, 0, "is not written");
}

/* Domain 0 has it at once, whatever vm_assist says. */
static void test_assist(void)
{
	uint64_t m = maddr_of(a);
	unsigned int type;

	for (type = 0; type < 6; type++) {
		is(hc2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, type), 0,
		   "enable assist %u", type);
		is(hc2(__HYPERVISOR_vm_assist, VMASST_CMD_disable, type), 0,
		   "disable assist %u", type);
	}
	reset();
	run(i_mov, l1, m | 5, 0, false);
	is(out.vector, 6, "with the assist disabled");
	is(hc2(__HYPERVISOR_vm_assist, VMASST_CMD_enable,
	       VMASST_TYPE_writable_pagetables), 0, "enable it again");
	run(i_mov, l1, m | 7, 0, false);
	is(out.vector, 6, "and with the assist");
	is(hc2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, 6), -XEN_EINVAL,
	   "no assist 6");
	is(hc2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, 1000), -XEN_EINVAL,
	   "no assist 1000");
	is(hc2(__HYPERVISOR_vm_assist, 2, 2), -XEN_ENOSYS, "no command 2");
}

void test_main(void)
{
	unsigned int i;

	user_tables();
	l1 = table_alloc();
	is(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(l1), 0), 0, "an L1 table");
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
	test_exchange();
	test_refused();
	test_plain();
	test_assist();
}
