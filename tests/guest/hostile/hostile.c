/* SPDX-License-Identifier: MIT */
/*
 * hostile.c - calls at random, with arguments that are half valid.
 *
 * What: every hypercall, alone and in multicalls and by a ring; arguments that
 * are its own frames, tables and addresses, others' frames, edges, nonsense.
 * Why: no such call may harm anybody but who makes it.
 * How: until it dies of it, or calls= of them were made.  Whoever watches has
 * honest guests beside it, and starts it again.  The seed is printed: seed= of
 * the command line, and the clock, so that each life is another one.  With a
 * fixed clock the same comes out again.
 */
#include <abi/memory.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define ARENA	8ul		/* pages */
#define CALLS	64u
#define RARELY	4096u
#define LINES	1024u		/* calls between two lines of ours */

static uint64_t arena[ARENA * 512] __page;	/* what pointers lead to */
static uint64_t prey[ARENA * 512] __page;	/* what frames are */
static uint64_t state, made;
static uint64_t *table;

static uint64_t rnd(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dul;
}

static bool rarely(void)
{
	return rnd() % RARELY == 0;
}

static uint64_t own_page(void)
{
	return PTR(arena) + rnd() % ARENA * PAGE_SIZE;
}

static uint64_t any_frame(void)
{
	switch (rnd() % 6) {
	case 0:
		return rnd() % (1 << 16);
	case 1:
		return mfn_of(table);
	case 2:
		return mfn_of(kernel_l4());
	case 3:
		return rnd();
	default:
		return mfn_of(&prey[rnd() % ARENA * 512]);
	}
}

static uint64_t value(void)
{
	switch (rnd() % 16) {
	case 0:
		return 0;
	case 1:
		return rnd() % 8;
	case 2:
		return rnd() % 256;
	case 3:
		return -(rnd() % 4096);
	case 4:
		return 1ul << rnd() % 64;
	case 5:
		return own_page() + rnd() % PAGE_SIZE;
	case 6:
	case 7:
		return own_page();
	case 8:
		return any_frame();
	case 9:
		return any_frame() << 12 | rnd() % 4096;
	case 10:
		return any_frame() << 12 | 0x67 | rnd() << 63;
	case 11:
		return maddr_of(&table[rnd() % 512]) | rnd() % 4;
	case 12:
		return 0xffff800000000000ul + (rnd() & 0x7fffffffffful);
	case 13:
		return 0x7ff0 + rnd() % 16;
	case 14:
		return PTR(prey) + rnd() % sizeof(prey);
	default:
		return rnd();
	}
}

/* The structures and lists that pointers lead to. */
static void fill(void)
{
	unsigned int i, at = rnd() % (ARRAY_SIZE(arena) - 64);

	for (i = 0; i < 64; i++)
		arena[at + i] = value();
	/* Most pointers lead to the beginning of a page. */
	at = rnd() % ARENA * 512;
	for (i = 0; i < 24; i++)
		arena[at + i] = value();
}

/* What would end us, or stop us for good, comes now and then. */
static bool avoided(uint64_t nr, const uint64_t *a)
{
	switch (nr) {
	case __HYPERVISOR_iret:
	case __HYPERVISOR_set_trap_table:
	case __HYPERVISOR_set_callbacks:
	case __HYPERVISOR_callback_op:
	case __HYPERVISOR_console_io:
		return true;
	case __HYPERVISOR_sched_op:
		return (uint32_t)a[0] != SCHEDOP_yield;
	case __HYPERVISOR_vcpu_op:
		return (uint32_t)a[0] == VCPUOP_down;
	case __HYPERVISOR_update_va_mapping:
	case __HYPERVISOR_update_va_mapping_otherdomain:
		return a[0] - PTR(_text) < (uint64_t)(_end - _text) &&
		       a[0] - PTR(prey) >= sizeof(prey);
	default:
		return false;
	}
}

static const unsigned char calls[] = {
#define HYPERCALL(number, name, nargs) number,
#include <abi/hypercalls.def>
#undef HYPERCALL
};

static uint64_t choose(uint64_t *a)
{
	uint64_t nr;
	unsigned int i;

	do {
		nr = rnd() % 32 ? calls[rnd() % ARRAY_SIZE(calls)] :
		     rnd() % 256;
		for (i = 0; i < 5; i++)
			a[i] = value();
		/* A command is a small number, if it is to be one at all. */
		if (rnd() % 4)
			a[0] = rnd() % 2 ? rnd() % 32 : own_page();
		if (rnd() % 2)
			a[1] = rnd() % 16 ? rnd() % 64 : value();
	} while (avoided(nr, a) && !rarely());
	return nr;
}

static void one_call(void)
{
	struct multicall_entry *e;
	uint64_t a[6], nr = choose(a);
	unsigned int i, n;

	fill();
	if (nr == __HYPERVISOR_multicall && rnd() % 4) {
		n = rnd() % CALLS;
		e = (void *)own_page();
		for (i = 0; i < n; i++) {
			e[i].op = choose(a);
			memcpy(e[i].args, a, sizeof(a));
		}
		a[0] = PTR(e);
		a[1] = n;
	}
	hc(nr, a[0], a[1], a[2], a[3], a[4]);
	made++;
}

/*
 * One that has put itself to sleep for good is ended, and started again: a
 * watchdog that is not set again bites.
 */
static void alive(void)
{
	static struct sched_watchdog dog = { .timeout = 5 };
	long id = hc2(__HYPERVISOR_sched_op, SCHEDOP_watchdog, PTR(&dog));

	if (!dog.id && id > 0)
		dog.id = id;
}

void test_main(void)
{
	uint64_t left = ~0ul, seed;
	uint32_t low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	seed = number("seed", 0) + (low | (uint64_t)high << 32);
	state = seed | 1;
	if (option("calls"))
		left = number("calls", 0);
	table = table_alloc();
	mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(table), 0);
	note("seed %lu", seed);
	while (left--) {
		if (made % LINES == 0) {
			alive();
			note("%lu calls", made);
		}
		one_call();
	}
	ok(true, "still here");
}
