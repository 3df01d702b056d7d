/* SPDX-License-Identifier: MIT */
/*
 * tlb.c - flushes, on this CPU and on others.
 *
 * Another CPU is asked by WORK_FLUSH, with an interrupt if it runs a guest,
 * and answers by a complete flush, which its tlb_time shows.  While we wait we
 * answer others, so that two CPUs that wait for each other both go on.  No
 * lock: requests are bits, and flushing once for several of them is enough.
 */
#include <domain.h>
#include <machine.h>
#include <tlb.h>
#include <x86.h>

u64 tlb_clock = 1;

void tlb_flush_local(void)
{
	struct vcpu *v = current();

	if (v)
		count_one(v, tlb_flushes);
	__atomic_add_fetch(&tlb_clock, 1, __ATOMIC_SEQ_CST);
	cr3_write(this_cpu()->cr3);
}

void tlb_answer(void)
{
	if (work_take(this_cpu(), WORK_FLUSH))
		tlb_flush_local();
}

static void tlb_wait(struct cpu *c, u64 stamp)
{
	while (READ_ONCE(c->tlb_time) <= stamp && !READ_ONCE(c->idle)) {
		tlb_answer();
		cpu_relax();
	}
}

/* Makes others flush if they have not since the stamp. */
static void tlb_ask(u64 cpus_mask, u64 stamp)
{
	u64 asked = 0;
	u32 i;

	for (i = 0; i < nr_cpus; i++) {
		/* Who idles took the guests' tables away first (idle()). */
		if (!(cpus_mask >> i & 1) || cpus[i] == this_cpu() ||
		    !READ_ONCE(cpus[i]->online) || READ_ONCE(cpus[i]->idle) ||
		    READ_ONCE(cpus[i]->tlb_time) > stamp)
			continue;
		cpu_kick(cpus[i], WORK_FLUSH);
		asked |= 1UL << i;
	}
	for (i = 0; asked >> i; i++)
		if (asked >> i & 1)
			tlb_wait(cpus[i], stamp);
}

void tlb_flush_since(u64 stamp)
{
	/* Unused frames have stamp 0, and the clock starts at 1. */
	if (!stamp)
		return;
	if (this_cpu()->tlb_time <= stamp)
		tlb_flush_local();
	if (nr_cpus > 1)
		tlb_ask(~0UL, stamp);
}

void tlb_flush_cpus(u64 mask)
{
	u64 stamp = tlb_stamp();

	if (mask >> this_cpu()->id & 1)
		tlb_flush_local();
	if (nr_cpus > 1)
		tlb_ask(mask, stamp);
}

static void invlpg_here(u64 va)
{
	count_one(current(), invlpgs);
	invlpg(va);
}

/* Others flush all: one page is worth no protocol of its own. */
void tlb_invlpg_cpus(u64 mask, u64 va)
{
	u64 stamp = tlb_stamp();

	if (mask >> this_cpu()->id & 1)
		invlpg_here(va);
	if (nr_cpus > 1)
		tlb_ask(mask, stamp);
}
