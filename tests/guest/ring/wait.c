/* SPDX-License-Identifier: MIT */
/*
 * wait.c - a vCPU that loses its CPU while its kernel runs.
 *
 * With the option "wait" the guest puts calls in and then only looks: it makes
 * no hypercall and raises no exception, so nothing but the loss of the CPU can
 * empty the ring.  Another domain has to want the CPU, too: tests/system.
 */
#include "ring.h"

#define ROUNDS	5
#define PATIENCE	5000000000ul	/* ticks: some seconds */

static uint64_t tsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return lo | (uint64_t)hi << 32;
}

static bool emptied(void)
{
	const volatile struct sluice_ring *r = &ring;
	uint64_t end = tsc() + PATIENCE;

	while (r->consumer != r->producer)
		if (tsc() > end)
			return false;
	return true;
}

void test_wait(void)
{
	unsigned int i, seen = 0;

	for (i = 0; i < ROUNDS; i++) {
		put(__HYPERVISOR_update_va_mapping, SPOT, 0, UVMF_INVLPG);
		put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(i & 1),
		    UVMF_INVLPG);
		seen += emptied() && *(uint64_t *)SPOT == 100 + (i & 1);
	}
	is(seen, ROUNDS, "who loses the CPU finds the ring empty");
	is(ring.errors, 0, "without an error");
}
