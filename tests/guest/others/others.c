/* SPDX-License-Identifier: MIT */
/*
 * others.c - what a plain domain is refused because it is none of its business,
 * and what domain 0 is refused about another domain.
 *
 * Why: that domains can't harm each other rests on these answers.
 * How: as a plain domain beside domain 0 (number 0), or as domain 0 beside a
 * plain one (number 1) that does not read its console.  Nobody has number 77.
 */
#include "others.h"

long evt(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_event_channel_op, cmd, PTR(arg));
}

long mem(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_memory_op, cmd, PTR(arg));
}

long gnt(unsigned int cmd, const void *arg)
{
	return hc3(__HYPERVISOR_grant_table_op, cmd, PTR(arg), 1);
}

long sched(unsigned int cmd, const void *arg)
{
	return hc2(__HYPERVISOR_sched_op, cmd, PTR(arg));
}

/* One request, about the frames or tables that WHO says. */
long update(uint64_t ptr, uint64_t val, unsigned int who)
{
	struct mmu_update u = { ptr, val };

	return hc4(__HYPERVISOR_mmu_update, PTR(&u), 1, 0, who);
}

long ext(unsigned int cmd, uint64_t arg, unsigned int who)
{
	struct mmuext_op op = { .cmd = cmd, .arg1.mfn = arg };

	return hc4(__HYPERVISOR_mmuext_op, PTR(&op), 1, 0, who);
}

void test_main(void)
{
	if (start_info->flags & SIF_INITDOMAIN)
		test_zero();
	else
		test_plain();
}
