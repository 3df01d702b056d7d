/* SPDX-License-Identifier: MIT */
/*
 * tsc_test.c - two CPUs whose TSCs are apart find out by how much.
 *
 * Time is a count that each of them moves on by looking at it and by waiting,
 * so nothing here depends on the host.  Now and then it jumps, as when an
 * emulator runs somebody else for a while: that must not count.
 */
#include <cpu.h>
#include <fake.h>
#include <machine.h>
#include <pthread.h>
#include <sched.h>
#include <setup.h>
#include <tap.h>

#define FIRST	(1UL << 40)	/* the first one's tsc_base */
#define JUMP	10000000u
#define CLOSE	10000u

static u64 count = 1UL << 41, skew, found;
static u32 random;
static _Thread_local bool other;

static uint64_t tsc(void)
{
	u64 t = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);

	/* They look by turns, so this is the same in each run. */
	random = random * 1103515245 + 12345;
	if ((random >> 16 & 3) == 0)
		__atomic_add_fetch(&count, JUMP, __ATOMIC_SEQ_CST);
	return other ? t + skew : t;
}

static void relax(void)
{
	__atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
	sched_yield();
}

static void *start(void *arg)
{
	struct cpu *c = arg;

	fake_become(c);
	other = true;
	found = tsc_base_here(FIRST);
	__atomic_store_n(&c->online, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static u64 measure(struct cpu *c, u64 by)
{
	pthread_t thread;

	skew = by;
	c->online = false;
	pthread_create(&thread, NULL, start, c);
	tsc_answer(c);
	pthread_join(thread, NULL);
	return found - FIRST;
}

static bool is_close(u64 a, u64 b)
{
	return a - b + CLOSE <= 2 * CLOSE;
}

int main(void)
{
	static const u64 apart[] = {
		1000000, -1000000UL, 1UL << 39, -(1UL << 39), 300000000,
	};
	struct cpu *c;
	u32 i, good = 0;

	this_cpu();
	c = fake_cpu_new();
	fake_hooks.tsc = tsc;
	fake_hooks.relax = relax;
	for (i = 0; i < 50; i++)
		good += measure(c, 0) == 0;
	is_eq(good, 50, "no difference is none, to the tick");
	for (i = 0; i < ARRAY_SIZE(apart); i++) {
		u64 got = measure(c, apart[i]);

		if (!is_close(got, apart[i]))
			printf("# %ld, found as %ld\n", apart[i], got);
		ok(is_close(got, apart[i]), "one that is there is found");
	}
	/* A round takes more than twice that. */
	is_eq(measure(c, 1), 0, "one that can't be seen is left");
	return tap_done();
}
