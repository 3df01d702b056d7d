/* SPDX-License-Identifier: MIT */
/*
 * clocks.c - one time on all vCPUs, for as long as it runs.
 *
 * What: each vCPU sleeps, looks at its clock and compares it with what any of
 * them has seen; the wall clock says the same day all the time.
 * Why: who is told of a time must not find that it is still to come.
 * How: seconds=N is how long (2), by the clock itself; nap=MS how long a sleep
 * is (5).  Each minute the first vCPU prints what all of them have read from
 * the TSC and made of it, so that scripts/run/soak can compare domains, too.
 */
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define MAX_VCPUS	8
#define SEC		1000000000ul
#define MS		1000000ul
#define GRACE		1000	/* ns: two take turns to look */

static char stacks[MAX_VCPUS][8192] __page;
static struct {
	volatile uint64_t tsc, ns;
} samples[MAX_VCPUS];
static uint64_t seen, back, worst, naps, early, late;
static uint64_t end, nap;
static volatile uint32_t nr_vcpus = 1;

static void raise(uint64_t *what, uint64_t to)
{
	uint64_t old = __atomic_load_n(what, __ATOMIC_SEQ_CST);

	while (to > old &&
	       !__atomic_compare_exchange_n(what, &old, to, false,
					    __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST))
		;
}

static uint64_t look(unsigned int id)
{
	uint64_t before = __atomic_load_n(&seen, __ATOMIC_SEQ_CST), tsc;
	uint64_t t = clock_read(&shared_info->vcpu_info[id].time, &tsc);

	if (t < before) {
		raise(&worst, before - t);
		if (t + GRACE < before)
			__atomic_fetch_add(&back, 1, __ATOMIC_RELAXED);
	}
	raise(&seen, t);
	samples[id].tsc = tsc;
	samples[id].ns = t;
	return t;
}

static void watch(unsigned int id)
{
	struct sched_poll p = { .nr_ports = 0 };
	uint64_t t = look(id), minute = 0, until;
	unsigned int i;

	while (t < end) {
		/* Not all at the same time, nor always in the same order. */
		until = t + nap + (t >> 3) % (nap / 4 + 1);
		p.timeout = until;
		hc2(__HYPERVISOR_sched_op, SCHEDOP_poll, PTR(&p));
		t = look(id);
		__atomic_fetch_add(&naps, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&early, t < until, __ATOMIC_RELAXED);
		if (t > until)
			raise(&late, t - until);
		if (id || t / (60 * SEC) == minute)
			continue;
		minute = t / (60 * SEC);
		for (i = 0; i < nr_vcpus; i++)
			note("clock %u %lu %lu", i, samples[i].tsc,
			     samples[i].ns);
	}
}

static uint32_t ended;

static void vcpu_main(uint64_t id)
{
	watch(id);
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

void test_main(void)
{
	uint64_t wall = shared_info->wc_sec;
	unsigned int i, nr = 1;

	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	nap = number("nap", 5) * MS;
	end = now() + number("seconds", 2) * SEC;
	while (nr < MAX_VCPUS && hc3(__HYPERVISOR_vcpu_op, VCPUOP_is_up, nr,
				     0) == 0)
		nr++;
	nr_vcpus = nr;
	for (i = 1; i < nr; i++)
		vcpu_start(i, vcpu_main, stacks[i] + sizeof(stacks[i]));
	watch(0);
	while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) < nr - 1)
		asm volatile("pause");
	note("%lu naps, %lu us late at most; back by %lu ns at most", naps,
	     late / 1000, worst);
	is(back, 0, "no clock is behind another");
	is(early, 0, "no sleep ends before its time");
	is(shared_info->wc_sec, wall, "the wall clock began when it did");
	ok(naps > 20 * nr, "they looked often");
}
