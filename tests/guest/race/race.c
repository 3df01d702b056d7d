/* SPDX-License-Identifier: MIT */
/*
 * race.c - several vCPUs change page tables, and each other's, all at once.
 *
 * What: every vCPU maps frames of one pool at addresses that all have in
 * common, writable, read-only or not at all, with and without flushes, and
 * writes through them; it makes frames of the pool page tables and takes that
 * back; it sends events, yields and looks at the clock.
 * Why: a frame that is a page table must be out of everybody's reach, also by
 * what other CPUs remember; no event, count or clock may suffer.
 * How: who has made a frame a table looks at it for a while: it was empty when
 * it was approved, and must stay so.  In the end all frames must be as free as
 * at the beginning.  seed=N and rounds=N repeat or lengthen a run.
 */
#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define MAX_VCPUS	8
#define POOL		8
#define WINDOWS		8

static char pool[POOL][4096] __page;
static char window[WINDOWS][4096] __page;
static char stacks[MAX_VCPUS][8192] __page;
static uint64_t frames[POOL];		/* their machine addresses */
static uint32_t locks[POOL];
static uint32_t nr_vcpus = 1, running;
static uint32_t ports[MAX_VCPUS];
static uint64_t rounds, clock_seen;
static uint64_t leaks, clock_back, pins, refused, writes, faults, bad_unpin;

static void count(uint64_t *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

static long uva(const void *va, uint64_t pte, uint64_t flags)
{
	return hc3(__HYPERVISOR_update_va_mapping, PTR(va), pte, flags);
}

/* No vCPU's clock is behind what another one has seen; 10 us of grace. */
static void check_clock(unsigned int id)
{
	uint64_t seen = __atomic_load_n(&clock_seen, __ATOMIC_SEQ_CST);
	uint64_t tsc;
	uint64_t t = clock_read(&shared_info->vcpu_info[id].time, &tsc);

	if (t + 10000 < seen)
		count(&clock_back);
	while (t > seen &&
	       !__atomic_compare_exchange_n(&clock_seen, &seen, t, false,
					    __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST))
		;
}

static uint64_t pte_random(uint64_t r)
{
	static const uint64_t flags[] = { 0, 5, 7, 7 };
	uint64_t f = flags[r >> 8 & 3];

	return f ? frames[r % POOL] | f | PTE_NX : 0;
}

/* Whoever has the same window may be in here, too. */
static void change_window(uint64_t r)
{
	/* Else none: what is remembered shall have the time to do harm. */
	static const uint64_t how[64] = {
		UVMF_INVLPG | UVMF_ALL, UVMF_TLB_FLUSH | UVMF_ALL,
		UVMF_INVLPG | UVMF_LOCAL, UVMF_INVLPG | UVMF_LOCAL,
	};
	void *at = window[r >> 16 & (WINDOWS - 1)];
	struct mmu_update u = {
		.ptr = maddr_of(pte_of(at)) | MMU_NORMAL_PT_UPDATE,
		.val = pte_random(r),
	};

	if (r >> 24 & 3)
		uva(at, pte_random(r), how[r >> 34 & 63]);
	else
		hc4(__HYPERVISOR_mmu_update, PTR(&u), 1, 0, DOMID_SELF);
	at = window[r >> 28 & (WINDOWS - 1)];
	/* As an entry it names a frame that no machine has: no pin with it. */
	count(try_write(PTR(at) + (r >> 32 & 0xff8),
			r | 0xffffffffff001) ? &faults : &writes);
}

/* It is a table: nothing may get in. */
static void watch(unsigned int n, uint64_t r)
{
	volatile uint64_t *page = (void *)pool[n];
	uint64_t i;

	for (i = 0; i < 512 * (r % 64 + 1); i++)
		if (page[i % 512]) {
			count(&leaks);
			return;
		}
}

/* Only one at a time does this with a frame; windows do not ask. */
static void make_table(unsigned int n, uint64_t r)
{
	if (__atomic_exchange_n(&locks[n], 1, __ATOMIC_ACQUIRE))
		return;
	if (!uva(pool[n], frames[n] | 7 | PTE_NX, UVMF_INVLPG | UVMF_LOCAL)) {
		memset(pool[n], 0, PAGE_SIZE);
		uva(pool[n], frames[n] | 5 | PTE_NX, UVMF_INVLPG | UVMF_LOCAL);
	}
	if (mmuext(MMUEXT_PIN_L1_TABLE + (r >> 8 & 1),
		   frames[n] >> 12, 0)) {
		count(&refused);
	} else {
		count(&pins);
		watch(n, r);
		if (mmuext(MMUEXT_UNPIN_TABLE, frames[n] >> 12, 0))
			count(&bad_unpin);
	}
	__atomic_store_n(&locks[n], 0, __ATOMIC_RELEASE);
}

static void disturb(unsigned int id, uint64_t r)
{
	struct evtchn_send s = { .port = ports[(r >> 16) % nr_vcpus] };

	switch (r % 16) {
	case 0:
		hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, PTR(&s));
		break;
	case 1:
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
		break;
	case 2:
		mmuext(r >> 32 & 15 ? MMUEXT_TLB_FLUSH_LOCAL :
		       MMUEXT_TLB_FLUSH_ALL, 0, 0);
		break;
	}
	check_clock(id);
}

static void work(uint64_t id)
{
	uint64_t r = 88172645463325252ul + id * 0x9e3779b97f4a7c15ul, i;
	const char *seed = option("seed");

	for (; seed && *seed >= '0' && *seed <= '9'; seed++)
		r += (*seed - '0' + 1) * 0x2545f4914f6cdd1dul;
	for (i = 0; i < rounds; i++) {
		r ^= r << 13;
		r ^= r >> 7;
		r ^= r << 17;
		switch (r >> 56 & 7) {
		case 0:
		case 1:
			make_table(r >> 40 & (POOL - 1), r);
			break;
		case 2:
			disturb(id, r);
			break;
		default:
			change_window(r);
		}
	}
	__atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
}

static void prepare(void)
{
	struct evtchn_bind_ipi ipi;
	unsigned int i;

	rounds = number("rounds", 2000);
	for (i = 0; i < POOL; i++)
		frames[i] = (uint64_t)mfn_of(pool[i]) << 12;
	nr_vcpus = vcpus_down(MAX_VCPUS);
	for (i = 0; i < nr_vcpus; i++) {
		ipi.vcpu = i;
		if (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi,
			PTR(&ipi)))
			bail("no port");
		ports[i] = ipi.port;
	}
	try_write_set();
}

/* Nothing is left of it: every frame can be anything again. */
static void test_end(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < WINDOWS; i++)
		bad += uva(window[i], 0, UVMF_INVLPG | UVMF_ALL) != 0;
	is(bad, 0, "all windows are closed");
	for (i = 0; i < POOL; i++) {
		bad += uva(pool[i], frames[i] | 7 | PTE_NX,
			   UVMF_INVLPG | UVMF_ALL) != 0;
		memset(pool[i], 0, PAGE_SIZE);
		bad += uva(pool[i], frames[i] | 5 | PTE_NX,
			   UVMF_INVLPG | UVMF_ALL) != 0;
		bad += mmuext(MMUEXT_PIN_L3_TABLE, frames[i] >> 12, 0) != 0;
		bad += mmuext(MMUEXT_UNPIN_TABLE, frames[i] >> 12, 0) != 0;
		bad += uva(pool[i], frames[i] | 7 | PTE_NX,
			   UVMF_INVLPG | UVMF_ALL) != 0;
	}
	is(bad, 0, "all frames can be anything");
}

void test_main(void)
{
	unsigned int i;

	prepare();
	running = nr_vcpus;
	for (i = 1; i < nr_vcpus; i++)
		vcpu_start(i, work, stacks[i] + sizeof(stacks[i]));
	work(0);
	while (__atomic_load_n(&running, __ATOMIC_SEQ_CST))
		hc2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
	note("%u vCPUs: %lu tables, %lu refused; %lu writes, %lu faults",
	     nr_vcpus, pins, refused, writes, faults);
	is(leaks, 0, "nobody wrote into a page table");
	is(bad_unpin, 0, "each pin can be taken back");
	is(clock_back, 0, "no clock is behind another");
	ok(pins > 100 && writes > 100 && faults > 100, "all of it happened");
	test_end();
}
