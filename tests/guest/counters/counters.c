/* SPDX-License-Identifier: MIT */
/*
 * counters.c - sluice_op's counters: what is counted, and how often.
 *
 * What: calls by number, alone and in multicalls; lists by their length;
 * entries of each kind; flushes and writes of CR3; each refusal.
 * Why: what batching saves is computed from these.
 * How: a known number of operations between two readings.
 */
#include <abi/errno.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/sluice.h>
#include "test.h"

#define ROUNDS	5u
#define MANY	20u

static struct sluice_counters before, after __page;
static struct multicall_entry calls[MANY];
static struct mmuext_op exts[MANY];
static struct mmu_update reqs[MANY];
static uint64_t spare[512] __page;

SNIPPET(user_calls, "syscall; syscall; ud2");

static long read_counters(struct sluice_counters *to)
{
	return hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters, PTR(to),
		   DOMID_SELF);
}

static void begin(void)
{
	is(read_counters(&before), 0, "read");
}

static void end(void)
{
	is(read_counters(&after), 0, "and read again");
}

#define rose(field)	(after.field - before.field)

static uint64_t entries(const struct sluice_counters *c)
{
	uint64_t sum = c->restarts + c->syscalls + c->traps;
	unsigned int i;

	for (i = 0; i < SLUICE_COUNTED_CALLS; i++)
		sum += c->calls[i];
	return sum;
}

static void test_errors(void)
{
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters, 0x5000ul << 32,
	       DOMID_SELF), -XEN_EFAULT, "a bad pointer");
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters,
	       0xffff800000000000ul, DOMID_SELF), -XEN_EFAULT,
	   "a pointer into the hypervisor's range");
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters, PTR(&after), 77),
	   -XEN_ESRCH, "a domain that does not exist");
	is(hc3(__HYPERVISOR_sluice_op, SLUICEOP_counters, PTR(&after), 0), 0,
	   "our own number");
}

static void test_calls(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < ROUNDS; i++)
		hc2(__HYPERVISOR_xen_version, 0, 0);
	hc0(62);
	hc0(63);
	hc0(64);
	hc0(~0u);
	end();
	is(rose(calls[__HYPERVISOR_xen_version]), ROUNDS, "calls");
	is(rose(calls[__HYPERVISOR_sluice_op]), 1, "and the reading itself");
	is(rose(calls[62]), 1, "a number that is no call");
	is(rose(calls[63]), 3, "larger ones count as the last");
	is(rose(multi[__HYPERVISOR_xen_version]), 0, "none in a multicall");
	is(entries(&after) - entries(&before) - rose(traps) -
	   rose(calls[__HYPERVISOR_console_io]), ROUNDS + 5,
	   "each was an entry");
}

static void test_multicall(void)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		calls[i].op = __HYPERVISOR_xen_version;
	calls[3].op = 1000;
	begin();
	is(hc2(__HYPERVISOR_multicall, PTR(calls), MANY), 0, "a multicall");
	hc2(__HYPERVISOR_multicall, PTR(calls), 1);
	hc2(__HYPERVISOR_multicall, PTR(calls), 0);
	end();
	is(rose(calls[__HYPERVISOR_multicall]), 3, "multicalls");
	is(rose(multi[__HYPERVISOR_xen_version]), MANY, "calls inside");
	is(rose(multi[63]), 1, "and one that is none");
	is(rose(calls[__HYPERVISOR_xen_version]), 0, "none outside");
	is(rose(batch[SLUICE_BATCH_multicall].items), MANY + 1, "entries");
	is(rose(batch[SLUICE_BATCH_multicall].sizes[5]), 1, "of 16 to 31");
	is(rose(batch[SLUICE_BATCH_multicall].sizes[1]), 1, "of one");
	is(rose(batch[SLUICE_BATCH_multicall].sizes[0]), 1, "of none");
}

static void test_lists(void)
{
	uint64_t ptr = maddr_of(pte_of(spare)), pte = *pte_of(spare);
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		reqs[i] = (struct mmu_update){ ptr, pte };
		exts[i].cmd = MMUEXT_TLB_FLUSH_LOCAL;
	}
	begin();
	hc4(__HYPERVISOR_mmu_update, PTR(reqs), 1, 0, DOMID_SELF);
	hc4(__HYPERVISOR_mmu_update, PTR(reqs), 1, 0, DOMID_SELF);
	hc4(__HYPERVISOR_mmu_update, PTR(reqs), 3, 0, DOMID_SELF);
	hc4(__HYPERVISOR_mmu_update, PTR(reqs), MANY, 0, DOMID_SELF);
	hc4(__HYPERVISOR_mmuext_op, PTR(exts), 7, 0, DOMID_SELF);
	hc3(__HYPERVISOR_update_va_mapping, PTR(spare), pte, UVMF_INVLPG);
	hc3(__HYPERVISOR_update_va_mapping, PTR(spare), pte,
	    UVMF_TLB_FLUSH | UVMF_LOCAL);
	end();
	is(rose(batch[SLUICE_BATCH_mmu_update].items), 5 + MANY, "updates");
	is(rose(batch[SLUICE_BATCH_mmu_update].sizes[1]), 2, "two alone");
	is(rose(batch[SLUICE_BATCH_mmu_update].sizes[2]), 1, "one list of 3");
	is(rose(batch[SLUICE_BATCH_mmu_update].sizes[5]), 1, "one of 20");
	is(rose(batch[SLUICE_BATCH_mmuext_op].items), 7, "flushes, in a list");
	is(rose(batch[SLUICE_BATCH_mmuext_op].sizes[3]), 1, "of 4 to 7");
	is(rose(tlb_flushes), 8, "flushes of all");
	is(rose(invlpgs), 1, "flushes of a page");
	is(rose(cr3_writes), 8, "each flush of all writes CR3");
}

static void test_memory(void)
{
	struct xen_memory_reservation res = {
		.nr_extents = 0, .domid = DOMID_SELF,
	};

	begin();
	hc2(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, PTR(&res));
	end();
	is(rose(calls[__HYPERVISOR_memory_op]), 1, "memory_op");
	is(rose(batch[SLUICE_BATCH_memory_op].items), 0, "nothing in it");
	is(rose(batch[SLUICE_BATCH_memory_op].sizes[0]), 1, "an empty list");
}

static void test_grants(void)
{
	static struct gnttab_unmap_grant_ref none[3];

	begin();
	hc3(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, PTR(none),
	    3);
	hc3(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, PTR(none),
	    1);
	end();
	is(rose(calls[__HYPERVISOR_grant_table_op]), 2, "grant_table_op");
	is(rose(batch[SLUICE_BATCH_grant_table_op].items), 4, "four in it");
	is(rose(batch[SLUICE_BATCH_grant_table_op].sizes[2]), 1,
	   "three in a list");
}

/* Two system calls and a fault, each with the way there and back. */
static void test_modes(void)
{
	struct regs in, out;

	user_tables();
	begin();
	regs_user(&in, user_calls);
	enter(&in, &out);
	is(out.vector, CAME_SYSCALL, "a system call");
	regs_user(&in, user_calls + 4);
	enter(&in, &out);
	is(out.vector, 6, "a fault");
	end();
	is(rose(syscalls), 1, "the system call is counted");
	is(rose(mode_changes), 1, "the fault changed the mode");
	ok(rose(traps) >= 1, "and is a trap");
	is(rose(cr3_writes), 4, "CR3 was written for each, and back");
	is(rose(calls[__HYPERVISOR_iret]), 2, "two irets");
}

void test_main(void)
{
	test_errors();
	test_calls();
	test_multicall();
	test_lists();
	test_memory();
	test_grants();
	test_modes();
}
