/* SPDX-License-Identifier: MIT */
/*
 * entries.c - which entries empty the ring, and which do not.
 *
 * What: hypercalls (multicall, iret, wrong numbers), exceptions from the
 * kernel, page faults that are tried again; nothing from user mode.
 * Why: a change that the kernel has put off must be there when the kernel,
 * its handler or its user mode looks; and user mode has other page tables.
 * How: code that itself raises producer and goes on; the call is prepared.
 */
#include "ring.h"

/* RDI: producer; RSI: what to read. */
#define PRODUCE	"lock incq (%rdi); "

SNIPPET_AT(read_it, PRODUCE, "mov (%rsi), %rax; ud2");
SNIPPET(read_twice, PRODUCE "mov (%rsi), %rax;" PRODUCE
	"movq $0, (%rdx); ud2");
SNIPPET(undefined, PRODUCE "ud2");
SNIPPET(breakpoint, PRODUCE "int3");
SNIPPET(privileged, PRODUCE "mov %cr0, %rax; ud2");
SNIPPET(system_call, PRODUCE "syscall");
SNIPPET(just_read, "mov (%rsi), %rax; ud2");

static void go(struct regs *in, struct regs *out)
{
	in->rdi = PTR(&ring.producer);
	in->rsi = SPOT;
	enter(in, out);
}

/* An empty spot, and a prepared call that maps pages[0] there. */
static void prepare(uint64_t pte)
{
	unmap_spot();
	ring.error = 0;
	put_only(__HYPERVISOR_update_va_mapping, SPOT, pte, 0);
}

static bool emptied(void)
{
	return ring.consumer == ring.producer;
}

static void test_faults(void)
{
	struct regs in, out;
	uint64_t drains;

	prepare(page_pte(0));
	drains = ring.drains;
	regs_kernel(&in, read_it);
	go(&in, &out);
	is(out.vector, 6, "kernel's page fault: tried again");
	is(out.rax, 100, "and it reads what was to be there");
	is(ring.drains, drains + 1, "the ring was emptied once");

	/* The call succeeds, but what is touched is elsewhere. */
	prepare(page_pte(0));
	regs_kernel(&in, read_it);
	in.rdi = PTR(&ring.producer);
	in.rsi = SPOT + 0x100000;
	enter(&in, &out);
	is(out.vector, 14, "another page's fault comes in the end");
	is(out.rip, PTR(read_it_at), "where it was");
	is(out.cr2, SPOT + 0x100000, "with its address");
	ok(emptied(), "and the ring is empty");

	/* The call fails: nothing is tried again. */
	prepare(foreign << 12 | PTE_P);
	regs_kernel(&in, read_it);
	go(&in, &out);
	is(out.vector, 14, "a refused call: the fault comes");
	is(out.rip, PTR(read_it_at), "where it was");
	ok(emptied() && ring.error == -XEN_EBUSY, "the error is kept");

	/* A producer that can't be is no reason to try again either. */
	prepare(page_pte(0));
	ring.producer += 100;
	regs_kernel(&in, read_it);
	go(&in, &out);
	is(out.vector, 14, "a jump: the fault comes");
	ok(emptied() && ring.error == -XEN_EINVAL, "and the error");

	/* Protection: the second call makes the page writable. */
	prepare(page_pte(0) & ~PTE_W);
	ring.entry[(ring.producer + 1) % SLUICE_RING_ENTRIES] =
		(struct multicall_entry){
			__HYPERVISOR_update_va_mapping, 0,
			{ SPOT, page_pte(0), UVMF_INVLPG }
		};
	regs_kernel(&in, read_twice);
	in.rdx = SPOT + 8;
	go(&in, &out);
	is(out.vector, 6, "write to what was read-only: tried again");
	is(out.rip, PTR(read_twice_end) - 2, "both came to their end");
	ok(emptied(), "and the ring is empty");
}

static void test_exceptions(void)
{
	struct regs in, out;

	prepare(page_pte(0));
	regs_kernel(&in, undefined);
	go(&in, &out);
	is(out.vector, 6, "#UD comes");
	ok(emptied() && *spot_pte, "and empties the ring before");

	prepare(page_pte(0));
	regs_kernel(&in, breakpoint);
	go(&in, &out);
	is(out.vector, 3, "#BP comes");
	ok(emptied() && *spot_pte, "and empties the ring before");

	prepare(page_pte(0));
	regs_kernel(&in, privileged);
	go(&in, &out);
	is(out.vector, 6, "an instruction is emulated");
	ok(emptied() && *spot_pte, "and empties the ring before");
}

static void test_calls(void)
{
	struct multicall_entry two[2] = {
		{ .op = __HYPERVISOR_xen_version }, { .op = 63 },
	};
	struct multicall_entry *e;
	struct regs in, out;

	prepare(page_pte(0));
	ring.producer++;
	is(hc2(__HYPERVISOR_multicall, PTR(two), 2), 0, "multicall");
	ok(emptied() && *spot_pte, "empties the ring");
	is(two[1].result, -XEN_ENOSYS, "and goes on as ever");

	prepare(page_pte(0));
	ring.producer++;
	is(hc0(63), -XEN_ENOSYS, "a call that there is not");
	ok(emptied() && *spot_pte, "empties the ring");
	prepare(page_pte(0));
	ring.producer++;
	is(hc0(1000), -XEN_ENOSYS, "a number beyond all calls");
	ok(emptied() && *spot_pte, "empties the ring");

	/* The ring goes first, then the call: which sees what it did. */
	prepare(page_pte(0));
	ring.producer++;
	e = put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(1), 0);
	is(hc3(__HYPERVISOR_update_va_mapping, SPOT, page_pte(0), UVMF_INVLPG),
	   0, "the same change by hypercall");
	ok(emptied() && !e->result, "both were made");
	is(*(uint64_t *)SPOT, 100, "the call's last");

	/* iret: user mode finds the page, and its registers. */
	prepare(page_pte(0));
	ring.producer++;
	regs_user(&in, just_read);
	go(&in, &out);
	is(out.vector, 6, "iret: user mode finds the page");
	is(out.rax, 100, "and what is in it");
	ok(emptied(), "and the ring is empty");
	out.rax = in.rax;
	ok(regs_same(&in, &out), "no register was touched");
}

static void test_user(void)
{
	struct regs in, out;
	uint64_t drains;
	bool quiet;

	/* To report is a hypercall, too: look before. */
	prepare(page_pte(0));
	drains = ring.drains;
	regs_user(&in, read_it);
	go(&in, &out);
	quiet = ring.drains == drains && !emptied() && !*spot_pte;
	is(out.vector, 14, "user mode's page fault comes");
	is(out.rip, PTR(read_it_at), "where it was");
	is(out.error, 4, "as user mode's");
	ok(quiet, "nothing was done for it");
	ok(flush() && *spot_pte, "but at the kernel's next call");

	prepare(page_pte(0));
	regs_user(&in, undefined);
	go(&in, &out);
	quiet = !emptied() && !*spot_pte;
	is(out.vector, 6, "user mode's #UD comes");
	ok(quiet, "nothing was done for it");

	prepare(page_pte(0));
	regs_user(&in, system_call);
	go(&in, &out);
	quiet = !emptied() && !*spot_pte;
	is(out.vector, CAME_SYSCALL, "user mode's system call comes");
	ok(quiet, "nothing was done for it");
	ok(flush() && *spot_pte, "but at the kernel's next call");
}

void test_entries(void)
{
	user_tables();
	test_faults();
	test_exceptions();
	test_calls();
	test_user();
}
