/* SPDX-License-Identifier: MIT */
/*
 * killed.c - what a guest can't be told about, so that it is killed for it.
 *
 * Each boot does one such thing, which the command line names: a frame that
 * can't be written or read, a handler that is not there.  The domain must be
 * gone at once, with a message, and nothing else must happen.
 */
#include "test.h"

#define NOWHERE		0x700000000000ul
#define HYPERVISOR	0xffff830000000000ul

SNIPPET(do_ud, "ud2");
SNIPPET(do_hypercall, "syscall; ud2");
SNIPPET(do_int1, "int3");

static void run(struct regs *in)
{
	struct regs out;

	enter(in, &out);
	bail("still here: vector %lu, rax %ld", out.vector, (long)out.rax);
}

/* iret with its frame at RSP. */
static void iret_at(uint64_t rsp)
{
	struct regs in;

	regs_kernel(&in, do_hypercall);
	in.rax = __HYPERVISOR_iret;
	in.rsp = rsp;
	run(&in);
}

static void user_fault(void)
{
	struct regs in;

	user_tables();
	regs_user(&in, do_ud);
	run(&in);
}

static void kernel_fault_at(uint64_t rsp)
{
	struct regs in;

	regs_kernel(&in, do_ud);
	in.rsp = rsp;
	run(&in);
}

static void iret_nowhere(void)
{
	iret_at(NOWHERE);
}

static void iret_noncanonical(void)
{
	iret_at(0x800000000000ul);
}

static void iret_hypervisor(void)
{
	iret_at(HYPERVISOR);
}

/* The frame's first word is readable and its last is not. */
static void iret_half(void)
{
	char *page = page_alloc();

	map_at(kernel_l4(), NOWHERE, maddr_of(page) | PTE_P | PTE_W | PTE_U);
	iret_at(NOWHERE + 4096 - 64);
}

static void iret_no_tables(void)
{
	struct regs in;

	regs_user(&in, do_ud);
	run(&in);
}

static void stack_nowhere(void)
{
	kernel_fault_at(NOWHERE);
}

static void stack_hypervisor(void)
{
	kernel_fault_at(HYPERVISOR + 0x1000);
}

static void stack_readonly(void)
{
	void *page = table_alloc();

	kernel_fault_at(PTR(page) + 4096);
}

static void stack_table(void)
{
	kernel_fault_at(PTR(kernel_l4()) + 4096);
}

static void stack_user(void)
{
	trap_stack((void *)NOWHERE);
	user_fault();
}

static void stack_wraps(void)
{
	kernel_fault_at(8);
}

static void no_handler(void)
{
	struct trap_info none = { 6, 4, CS64, 0 };

	note("%ld", hc1(__HYPERVISOR_set_trap_table, 0));
	note("%ld", hc1(__HYPERVISOR_set_trap_table, PTR(&none)));
	kernel_fault_at(PTR(stack_top));
}

static void crash(void)
{
	uint32_t reason = 3;

	hc2(__HYPERVISOR_sched_op, 2, PTR(&reason));
	bail("still here");
}

static void int_no_handler(void)
{
	struct regs in;

	hc1(__HYPERVISOR_set_trap_table, 0);
	regs_kernel(&in, do_int1);
	run(&in);
}

static const struct {
	const char *name;
	void (*act)(void);
} acts[] = {
	{ "iret-nowhere", iret_nowhere },
	{ "iret-noncanonical", iret_noncanonical },
	{ "iret-hypervisor", iret_hypervisor },
	{ "iret-half", iret_half },
	{ "iret-no-tables", iret_no_tables },
	{ "stack-nowhere", stack_nowhere },
	{ "stack-hypervisor", stack_hypervisor },
	{ "stack-readonly", stack_readonly },
	{ "stack-table", stack_table },
	{ "stack-user", stack_user },
	{ "stack-wraps", stack_wraps },
	{ "no-handler", no_handler },
	{ "int-no-handler", int_no_handler },
	{ "crash", crash },
};

void test_main(void)
{
	const char *act = option("act");
	unsigned int i;

	for (i = 0; act && i < ARRAY_SIZE(acts); i++)
		if (!strcmp(act, acts[i].name)) {
			expect_kill(act);
			acts[i].act();
		}
	bail("act=%s is unknown", act ? act : "");
}
