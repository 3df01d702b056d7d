/* SPDX-License-Identifier: MIT */
/*
 * multicall.c - several calls in one.
 *
 * Each entry's result is its call's; a bad entry does not end the others; the
 * calls see what those before them did; an iret ends it all.  Long lists are
 * done to their end, however often they are interrupted on the way.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include "test.h"

#define NOWHERE	0x700000000000ul
#define LONG	2048

SNIPPET(do_ud, "ud2");

static struct multicall_entry list[LONG];
static char a[4096] __page;

static long multicall(uint64_t at, uint64_t n)
{
	return hc2(__HYPERVISOR_multicall, at, n);
}

static struct multicall_entry *set(unsigned int i, uint64_t op, uint64_t arg0,
				   uint64_t arg1)
{
	struct multicall_entry *e = &list[i];

	memset(e, 0, sizeof(*e));
	e->op = op;
	e->result = 0x5555;
	e->args[0] = arg0;
	e->args[1] = arg1;
	return e;
}

static void test_results(void)
{
	set(0, __HYPERVISOR_xen_version, 0, 0);
	set(1, __HYPERVISOR_xen_version, 7, 0);
	set(2, 63, 0, 0);
	set(3, __HYPERVISOR_xen_version, 99, 0);
	set(4, 1ul << 32 | __HYPERVISOR_xen_version, 0, 0);
	set(5, ~0ul, 0, 0);
	set(6, __HYPERVISOR_set_timer_op, 0, 0);
	set(7, __HYPERVISOR_multicall, PTR(&list[8]), 1);
	set(8, __HYPERVISOR_xen_version, 0, 0);
	is(multicall(PTR(list), 8), 0, "eight calls");
	is(list[0].result, 4 << 16 | 17, "a version");
	is(list[1].result, 4096, "a page size");
	is(list[2].result, -XEN_ENOSYS, "no such call");
	is(list[3].result, -XEN_ENOSYS, "no such sub-operation");
	is(list[4].result, -XEN_ENOSYS, "all bits of the number count");
	is(list[5].result, -XEN_ENOSYS, "indeed");
	is(list[6].result, 0, "a call after bad ones");
	is(list[7].result, -XEN_EINVAL, "a multicall in a multicall");
	is(list[8].result, 0x5555, "is not begun");
	is(list[1].args[0], 7, "arguments stay");
	is(list[1].op, __HYPERVISOR_xen_version, "so does the number");
}

static void test_refusals(void)
{
	is(multicall(PTR(list), 0), 0, "no calls");
	is(multicall(NOWHERE, 0), 0, "no calls, nowhere");
	is(multicall(NOWHERE, 1), -XEN_EFAULT, "a list nowhere");
	is(multicall(0xffff830000000000, 1), -XEN_EFAULT,
	   "a list in the hypervisor");
	is(multicall(0x800000000000, 1), -XEN_EFAULT, "not canonical");
	is(multicall(0xffff800000000000, 1), -XEN_EFAULT, "the M2P");
	set(0, __HYPERVISOR_xen_version, 0, 0);
	is(multicall(PTR(list), 1ul << 32 | 1), 0, "32 bits of the count");
	is(list[0].result, 4 << 16 | 17, "one call was done");
}

/* The last entry lies where it can't be reached. */
static void test_edge(void)
{
	char *pages = page_alloc();
	struct multicall_entry *e;

	map_at(kernel_l4(), NOWHERE, maddr_of(pages) | PTE_P | PTE_W | PTE_U);
	e = (struct multicall_entry *)(NOWHERE + 4096 - 2 * 64);
	memcpy(e, set(0, __HYPERVISOR_xen_version, 0, 0), 64);
	memcpy(e + 1, set(0, __HYPERVISOR_xen_version, 7, 0), 64);
	is(multicall(PTR(e), 3), -XEN_EFAULT, "the third is nowhere");
	is(e[1].result, 4096, "the second was done");
	is(hc3(__HYPERVISOR_update_va_mapping, NOWHERE,
	       maddr_of(pages) | PTE_P | PTE_U, UVMF_INVLPG), 0,
	   "a list that is read-only");
	is(multicall(PTR(e), 1), -XEN_EFAULT, "can't have results");
}

static void test_order(void)
{
	uint64_t m = maddr_of(a);
	uint32_t i;

	a[0] = 'a';
	for (i = 0; i < 64; i++) {
		uint64_t pte = m | 7 | (uint64_t)(i & 7) << 9;
		struct multicall_entry *e = set(i,
			__HYPERVISOR_update_va_mapping, PTR(a), pte);

		e->args[2] = UVMF_INVLPG;
	}
	is(multicall(PTR(list), 64), 0, "64 changes of one entry");
	is(*pte_of(a) >> 9 & 7, 7, "the last one last");
	is(a[0], 'a', "the page is there");
	set(0, __HYPERVISOR_update_va_mapping, PTR(a), 0)->args[2] =
		UVMF_INVLPG;
	set(1, __HYPERVISOR_xen_version, 1, PTR(a));
	set(2, __HYPERVISOR_update_va_mapping, PTR(a), m | 7)->args[2] =
		UVMF_INVLPG;
	set(3, __HYPERVISOR_xen_version, 1, PTR(a));
	is(multicall(PTR(list), 4), 0, "a page away and back");
	is(list[1].result, -XEN_EFAULT, "while it is away");
	is(list[3].result, 0, "when it is back");
}

static void test_long(void)
{
	unsigned int i, bad = 0;
	struct evtchn_bind_ipi ipi = { .vcpu = 0 };

	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, PTR(&ipi)), 0,
	   "an IPI");
	for (i = 0; i < LONG; i++)
		set(i, i % 3 == 2 ? 63 : __HYPERVISOR_xen_version,
		    i % 3 == 1 ? 7 : 0, 0);
	set(LONG - 1, __HYPERVISOR_event_channel_op, EVTCHNOP_send,
	    PTR(&ipi.port));
	is(multicall(PTR(list), LONG), 0, "%u calls", LONG);
	for (i = 0; i < LONG - 1; i++)
		bad += list[i].result != (i % 3 == 2 ? -(uint64_t)XEN_ENOSYS :
					  i % 3 == 1 ? 4096 : (4 << 16 | 17));
	is(bad, 0, "each has its result");
	is(list[LONG - 1].result, 0, "up to the last");
	is(shared_info->evtchn_pending[0] >> ipi.port & 1, 1,
	   "whose event is there");
	vcpu_info->evtchn_upcall_pending = 0;
	vcpu_info->evtchn_pending_sel = 0;
}

/* Entered by hand: the iret takes its frame from the stack of the call. */
SNIPPET(do_multicall, "syscall; ud2");

static void test_iret(void)
{
	struct regs in, out;
	uint64_t *frame;

	set(0, __HYPERVISOR_xen_version, 7, 0);
	set(1, __HYPERVISOR_iret, 0, 0);
	set(2, __HYPERVISOR_xen_version, 7, 0);
	regs_kernel(&in, do_multicall);
	in.rax = __HYPERVISOR_multicall;
	in.rdi = PTR(list);
	in.rsi = 3;
	in.rsp -= 9 * 8;
	frame = (uint64_t *)in.rsp;
	memset(frame, 0, 9 * 8);
	frame[0] = 0xaaaa;
	frame[1] = 0xbbbb;
	frame[2] = 0xcccc;
	frame[4] = PTR(do_ud);
	frame[5] = CS64;
	frame[6] = RFLAGS_IF | RFLAGS_RSVD;
	frame[7] = in.rsp;
	frame[8] = SS64;
	enter(&in, &out);
	is(out.vector, 6, "an iret in a multicall returns");
	is(out.rip, PTR(do_ud), "where its frame says");
	is(out.cs & 3, 3, "to user mode");
	is(out.rcx, 0xcccc, "with RCX of the frame");
	is(out.r11, 0xbbbb, "and R11");
	is(list[0].result, 4096, "the call before was done");
	is(list[2].result, 0x5555, "the one behind was not");
	is(out.rax, 0xaaaa, "and RAX");
}

void test_main(void)
{
	user_tables();
	test_results();
	test_refusals();
	test_edge();
	test_order();
	test_long();
	test_iret();
}
