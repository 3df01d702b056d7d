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
static struct vcpu_guest_context ctx __attribute__((aligned(64)));
static uint64_t frames[POOL];		/* their machine addresses */
static uint32_t locks[POOL];
static uint32_t nr_vcpus = 1, running;
static uint32_t ports[MAX_VCPUS];
static uint64_t rounds = 2000, clock_seen;
static uint64_t leaks, clock_back, pins, refused, writes, faults, bad_unpin;

static void count(uint64_t *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

static long uva(const void *va, uint64_t pte, uint64_t flags)
{
	return hc3(__HYPERVISOR_update_va_mapping, PTR(va), pte, flags);
}

/* 1 when it faults: then the handler goes to try_bad. */
int try_write(void *to, uint64_t value);
extern char fault_handler[];
asm(".pushsection .text\n"
    "try_write:\n"
    "	mov %rsi, (%rdi)\n"
    "	xor %eax, %eax\n"
    "	ret\n"
    "try_bad:\n"
    "	mov $1, %eax\n"
    "	ret\n"
    /* RCX, R11, error code, RIP, CS, RFLAGS, RSP, SS */
    "fault_handler:\n"
    "	mov 48(%rsp), %rsp\n"
    "	jmp try_bad\n"
    ".popsection\n");

static uint64_t now(unsigned int id)
{
	volatile struct vcpu_time_info *t = &shared_info->vcpu_info[id].time;
	uint32_t version, lo, hi;
	uint64_t d;

	do {
		version = t->version;
		asm volatile("lfence; rdtsc" : "=a" (lo), "=d" (hi)
			     : : "memory");
		d = (lo | (uint64_t)hi << 32) - t->tsc_timestamp;
		d = t->tsc_shift < 0 ? d >> -t->tsc_shift : d << t->tsc_shift;
		d = t->system_time + (uint64_t)((unsigned __int128)d *
						t->tsc_to_system_mul >> 32);
		asm volatile("" ::: "memory");
	} while (version & 1 || version != t->version);
	return d;
}

/* No vCPU's clock is behind what another one has seen; 10 us of grace. */
static void check_clock(unsigned int id)
{
	uint64_t seen = __atomic_load_n(&clock_seen, __ATOMIC_SEQ_CST);
	uint64_t t = now(id);

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
	count(try_write((char *)at + (r >> 32 & 0xff8),
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

static void work(unsigned int id)
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

static __attribute__((noreturn, used)) void vcpu_main(uint64_t id)
{
	work(id);
	for (;;)
		hc3(__HYPERVISOR_vcpu_op, VCPUOP_down, id, 0);
}

static void start(unsigned int id)
{
	struct cpu_user_regs *u = &ctx.user_regs;

	u->rip = PTR(vcpu_main);
	u->rsp = PTR(stacks[id] + sizeof(stacks[id]) - 8);
	u->rdi = id;
	u->cs = FLAT_KERNEL_CS;
	u->ss = FLAT_KERNEL_SS;
	ctx.flags = VGCF_in_kernel;
	ctx.kernel_ss = FLAT_KERNEL_SS;
	ctx.kernel_sp = u->rsp;
	ctx.ctrlreg[3] = xen_pfn_to_cr3(mfn_of(kernel_l4()));
	ctx.trap_ctxt[0] = (struct trap_info){
		.vector = 14, .cs = FLAT_KERNEL_CS,
		.address = PTR(fault_handler),
	};
	ctx.trap_ctxt[14] = ctx.trap_ctxt[0];
	if (hc3(__HYPERVISOR_vcpu_op, VCPUOP_initialise, id, PTR(&ctx)) ||
	    hc3(__HYPERVISOR_vcpu_op, VCPUOP_up, id, 0))
		bail("vCPU %u does not start", id);
}

static void prepare(void)
{
	struct trap_info table[2] = { {
		.vector = 14, .cs = FLAT_KERNEL_CS,
		.address = PTR(fault_handler),
	} };
	struct evtchn_bind_ipi ipi;
	const char *s = option("rounds");
	unsigned int i;

	if (s)
		for (rounds = 0; *s >= '0' && *s <= '9'; s++)
			rounds = rounds * 10 + (*s - '0');
	for (i = 0; i < POOL; i++)
		frames[i] = (uint64_t)mfn_of(pool[i]) << 12;
	while (nr_vcpus < MAX_VCPUS &&
	       hc3(__HYPERVISOR_vcpu_op, VCPUOP_is_up, nr_vcpus, 0) == 0)
		nr_vcpus++;
	for (i = 0; i < nr_vcpus; i++) {
		ipi.vcpu = i;
		if (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi,
			PTR(&ipi)))
			bail("no port");
		ports[i] = ipi.port;
	}
	hc1(__HYPERVISOR_set_trap_table, PTR(table));
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
		start(i);
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
