/* SPDX-License-Identifier: MIT */
/*
 * timer_test.c - the heap of timers against a plain list, and cancelling a
 * timer that fires on another CPU.
 */
#include <cpu.h>
#include <fake.h>
#include <machine.h>
#include <pthread.h>
#include <stdlib.h>
#include <tap.h>
#include <timer.h>

#define NR	40
#define STEPS	30000

struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus = 1;

static nsec_t now_is;

nsec_t time_now(void)
{
	return __atomic_load_n(&now_is, __ATOMIC_SEQ_CST);
}

/* Like the real one: what is due already is work at once. */
void timer_hw_set(nsec_t deadline)
{
	struct cpu *c = this_cpu();

	c->timer_deadline = deadline;
	if (deadline <= time_now()) {
		c->timer_deadline = ~0UL;
		__atomic_fetch_or(&c->work, WORK_TIMER, __ATOMIC_SEQ_CST);
	}
}

/* ---- One CPU, compared with what should be ------------------------------ */

static struct timer timers[NR];
static nsec_t want[NR];		/* 0: not set */
static nsec_t last_fired;
static bool in_order, expected, again;
static u32 fired;

static void fire(struct timer *t)
{
	u32 i = t - timers;

	if (t->deadline < last_fired)
		in_order = false;
	if (want[i] != t->deadline || t->deadline > time_now())
		expected = false;
	last_fired = t->deadline;
	want[i] = 0;
	fired++;
	if (again && i % 8 == 0) {
		want[i] = time_now() + 1 + i;
		timer_set(t, want[i]);
	}
}

static bool hardware_is_right(void)
{
	nsec_t first = ~0UL;
	u32 i;

	for (i = 0; i < NR; i++)
		if (want[i] && want[i] < first)
			first = want[i];
	/* It may come too early, never too late. */
	return this_cpu()->timer_deadline <= first ||
	       this_cpu()->work & WORK_TIMER;
}

static bool none_is_due(void)
{
	u32 i;

	for (i = 0; i < NR; i++)
		if (want[i] && want[i] <= time_now())
			return false;
	return true;
}

static void test_random(void)
{
	bool right = true, due = true, set = true;
	u32 step, i, r;

	in_order = expected = true;
	for (step = 0; step < STEPS; step++) {
		i = random() % NR;
		r = random() % 16;
		if (r < 9) {
			/* Some at the same time, some in the past. */
			want[i] = now_is + random() % 64 - (r ? 0 : 8);
			timer_set(&timers[i], want[i]);
		} else if (r < 12) {
			timer_stop(&timers[i]);
			want[i] = 0;
		} else if (r < 13) {
			timer_cancel(&timers[i]);
			want[i] = 0;
		} else {
			now_is += random() % 16;
			this_cpu()->work = 0;
			last_fired = 0;
			timer_run();
			due &= none_is_due();
		}
		set &= timer_is_set(&timers[i]) == !!want[i];
		right &= hardware_is_right();
		again = step > STEPS / 2;
	}
	ok(fired > STEPS / 10, "timers fire");
	ok(in_order, "in the order of their times");
	ok(expected, "each when it is due, at its last setting");
	ok(due, "and all of them");
	ok(set, "a timer is set when it was set and not stopped");
	ok(right, "the hardware is never set too late");
	for (i = 0; i < NR; i++)
		timer_cancel(&timers[i]);
	timer_run();
	is_eq(this_cpu()->timer_deadline, ~0UL,
	      "an empty heap needs no interrupt");
}

/* ---- Two CPUs ----------------------------------------------------------- */

#define ROUNDS	4000

static struct timer shared;
static bool alive, fired_dead, stop;
static u32 shared_fired;

static void fire_shared(struct timer *t)
{
	u32 i;

	for (i = 0; i < 20; i++) {
		if (!__atomic_load_n(&alive, __ATOMIC_SEQ_CST))
			fired_dead = true;
		cpu_relax();
	}
	shared_fired++;
	timer_set(t, time_now() + 1);
}

static void *runner(void *arg)
{
	u32 *round = arg;

	cpus[this_cpu()->id] = this_cpu();
	timer_init_cpu(this_cpu()->id);
	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		/* Odd: our turn to set it; then it fires until cancelled. */
		if (__atomic_load_n(round, __ATOMIC_SEQ_CST) % 2) {
			timer_set(&shared, time_now());
			__atomic_add_fetch(round, 1, __ATOMIC_SEQ_CST);
		}
		__atomic_add_fetch(&now_is, 1, __ATOMIC_SEQ_CST);
		timer_run();
	}
	return NULL;
}

static void test_cancel(void)
{
	pthread_t other;
	u32 round = 0, i;
	bool gone = true;

	timer_init(&shared, fire_shared);
	pthread_create(&other, NULL, runner, &round);
	for (i = 0; i < ROUNDS; i++) {
		__atomic_store_n(&alive, true, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&round, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&round, __ATOMIC_SEQ_CST) % 2)
			cpu_relax();
		timer_cancel(&shared);
		__atomic_store_n(&alive, false, __ATOMIC_SEQ_CST);
		gone &= !timer_is_set(&shared);
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	pthread_join(other, NULL);
	ok(shared_fired, "a timer fires on the CPU on which it was set");
	ok(gone, "cancelled elsewhere, it is not set any more");
	ok(!fired_dead, "and does not fire, nor is it firing");
}

int main(void)
{
	u32 i;

	cpus[this_cpu()->id] = this_cpu();
	timer_init_cpu(this_cpu()->id);
	for (i = 0; i < NR; i++)
		timer_init(&timers[i], fire);
	now_is = 100;
	test_random();
	test_cancel();
	return tap_done();
}
