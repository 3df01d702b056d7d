/* SPDX-License-Identifier: MIT */
/*
 * sched_test.c - who runs, for how long, and that time is accounted for.
 */
#include <domain.h>
#include <fake.h>
#include <machine.h>
#include <stdlib.h>
#include <tap.h>

#define NR	4
#define SLICE	((nsec_t)CONFIG_SLICE_US * 1000)

struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus = 1;

static struct domain domain;
static struct vcpu vcpus[NR];
static nsec_t now_is = 1000;
static u32 kicks, polls_ended;

nsec_t time_now(void)
{
	return now_is;
}

void timer_hw_set(nsec_t deadline)
{
	this_cpu()->timer_deadline = deadline;
}

void cpu_kick(struct cpu *c, u32 work)
{
	c->work |= work;
	kicks++;
}

void tlb_answer(void)
{
}

void evt_poll_end(struct vcpu *v)
{
	v->evt.poll_port = 0;
	polls_ended++;
}

/* What exit_work() does, for a CPU that is never interrupted but by timers. */
static struct vcpu *resched(void)
{
	struct cpu *c = this_cpu();
	struct vcpu *v = c->cur;

	while (c->work || !v) {
		c->work &= ~WORK_TIMER;
		timer_run();
		if (!(c->work & WORK_RESCHED))
			break;
		c->work = 0;
		v = sched_pick();
		c->cur = v;
		if (!v)
			break;
	}
	return c->cur;
}

/* Lets time pass, with interrupts where timers want them. */
static void run(nsec_t length, nsec_t *ran)
{
	nsec_t end = now_is + length, until;
	struct vcpu *v;

	while (now_is < end) {
		v = resched();
		until = end;
		if (this_cpu()->timer_deadline < until)
			until = this_cpu()->timer_deadline;
		if (until <= now_is)
			until = now_is + 1;
		if (v)
			ran[v - vcpus] += until - now_is;
		now_is = until;
		this_cpu()->timer_deadline = ~0UL;
		this_cpu()->work |= WORK_TIMER;
	}
	resched();
}

static void reset(void)
{
	u32 i;

	for (i = 0; i < NR; i++) {
		struct vcpu *v = &vcpus[i];

		sched_kill(v);
		resched();
		timer_cancel(&v->sched.wake);
		timer_cancel(&v->periodic);
		*v = (struct vcpu){ .domain = &domain, .id = i };
		sched_init_vcpu(v);
	}
	resched();
	timer_run();
}

static void test_idle(void)
{
	nsec_t ran[NR] = { 0 };

	reset();
	ok(!resched(), "nobody to run");
	is_eq(this_cpu()->timer_deadline, ~0UL, "and nothing to wake up for");
	sched_start(&vcpus[0]);
	ok(resched() == &vcpus[0], "one that starts runs");
	is_eq(this_cpu()->timer_deadline, ~0UL, "alone it has no slice");
	run(10 * SLICE, ran);
	is_eq(ran[0], 10 * SLICE, "but all the time");
	sched_block(&vcpus[0]);
	ok(!resched(), "blocked, it does not run");
	sched_kick(&vcpus[0]);
	ok(resched() == &vcpus[0], "until it gets an event");
}

static void test_shares(void)
{
	nsec_t ran[NR] = { 0 };
	bool fair = true;
	u32 i;

	reset();
	for (i = 0; i < NR; i++)
		sched_start(&vcpus[i]);
	run(40 * NR * SLICE, ran);
	for (i = 0; i < NR; i++)
		fair &= ran[i] >= 39 * SLICE && ran[i] <= 41 * SLICE;
	ok(fair, "all have the same share");
	sched_block(this_cpu()->cur);
	sched_down(&vcpus[1] == this_cpu()->cur ? &vcpus[2] : &vcpus[1]);
	for (i = 0; i < NR; i++)
		ran[i] = 0;
	run(40 * NR * SLICE, ran);
	is_eq(ran[0] + ran[1] + ran[2] + ran[3], 40 * NR * SLICE,
	      "two share what four had");
}

static void test_wake(void)
{
	nsec_t ran[NR] = { 0 }, start;

	reset();
	sched_start(&vcpus[0]);
	sched_start(&vcpus[1]);
	resched();
	while (this_cpu()->cur != &vcpus[1])
		run(SLICE, ran);
	sched_block(&vcpus[1]);
	run(10 * SLICE, ran);
	start = now_is;
	sched_kick(&vcpus[1]);
	ok(resched() == &vcpus[1],
	   "who wakes up comes before one that had more than its slice");
	sched_kick(&vcpus[0]);
	ok(resched() == &vcpus[1], "an event for who waits changes nothing");
	run(SLICE, ran);
	ok(resched() == &vcpus[0], "the other one comes a slice later");
	is_eq(now_is - start, SLICE, "exactly");
}

static void test_yield(void)
{
	struct vcpu *first;

	reset();
	sched_start(&vcpus[0]);
	resched();
	this_cpu()->work = 0;
	sched_yield();
	is_eq(this_cpu()->work, 0, "a yield to nobody is nothing");
	sched_start(&vcpus[1]);
	sched_start(&vcpus[2]);
	first = resched();
	sched_yield();
	ok(resched() != first, "a yield lets the next one run");
	sched_yield();
	ok(resched() != first, "in turn");
	sched_yield();
	ok(resched() == first, "and comes round");
}

/* Two that hand the CPU to each other all the time, and one that wants it. */
static void test_yield_to(void)
{
	nsec_t ran[NR] = { 0 };
	struct vcpu *v;
	u32 i;

	reset();
	for (i = 0; i < 3; i++)
		sched_start(&vcpus[i]);
	for (i = 0; i < 900; i++) {
		v = resched();
		if (v != &vcpus[2])
			sched_yield_to(&vcpus[v == &vcpus[0]]);
		run(SLICE / 10, ran);
	}
	ok(ran[2] >= 29 * SLICE, "a third is left for the one");
	ok(ran[0] >= 20 * SLICE && ran[1] >= 20 * SLICE, "the two have theirs");
	reset();
	for (i = 0; i < 3; i++)
		sched_start(&vcpus[i]);
	v = resched();
	i = (v - vcpus + 2) % 3;
	sched_yield_to(&vcpus[i]);
	ok(resched() == &vcpus[i], "who is not ahead comes at once");
}

/* Whoever takes a domain apart has cancelled its timers before. */
static void test_dead_park(void)
{
	nsec_t ran[NR] = { 0 };

	reset();
	is_eq(sched_set_cap(&domain, 1), 0, "a cap");
	sched_start(&vcpus[0]);
	run(SLICE, ran);
	sched_start(&vcpus[1]);
	sched_kill(&vcpus[2]);
	sched_pause(&vcpus[2]);
	ok(timer_is_set(&vcpus[1].sched.park), "who had more is parked");
	ok(!timer_is_set(&vcpus[2].sched.park), "but not the dead");
	sched_unpause(&vcpus[2]);
	ok(!timer_is_set(&vcpus[2].sched.park), "however late");
	is_eq(sched_set_cap(&domain, 0), 0, "no cap");
	run(200 * SLICE, ran);
}

static void test_block(void)
{
	reset();
	sched_start(&vcpus[0]);
	resched();
	sched_block(&vcpus[0]);
	sched_unblock(&vcpus[0]);
	ok(resched() == &vcpus[0], "a block that is taken back is none");
	sched_block(&vcpus[0]);
	vcpus[0].evt.poll_port = 7;
	sched_kick(&vcpus[0]);
	is_eq(polls_ended, 1, "waking up ends a poll");
	ok(resched() == &vcpus[0], "also before the block took effect");
	sched_block(&vcpus[0]);
	sched_kill(&vcpus[0]);
	sched_kick(&vcpus[0]);
	sched_start(&vcpus[0]);
	sched_unblock(&vcpus[0]);
	ok(!resched(), "the dead stay dead");
	sched_down(&vcpus[0]);
	sched_start(&vcpus[0]);
	ok(!resched(), "whatever is tried");

	sched_start(&vcpus[1]);
	resched();
	sched_kill(&vcpus[1]);
	sched_block(&vcpus[1]);
	is_eq(vcpus[1].sched.state, VCPU_DEAD, "who was killed can't block");
}

static void test_pause(void)
{
	reset();
	sched_start(&vcpus[0]);
	sched_start(&vcpus[1]);
	resched();
	sched_pause(&vcpus[1]);
	sched_pause(&vcpus[1]);
	sched_block(&vcpus[0]);
	ok(!resched(), "the paused does not run");
	sched_unpause(&vcpus[1]);
	ok(!resched(), "pauses count");
	sched_unpause(&vcpus[1]);
	ok(resched() == &vcpus[1], "and end");
	sched_pause(&vcpus[0]);
	sched_kick(&vcpus[0]);
	sched_block(&vcpus[1]);
	ok(!resched(), "an event does not end a pause");
	sched_unpause(&vcpus[0]);
	ok(resched() == &vcpus[0], "but is not lost");
}

static void test_period(void)
{
	nsec_t ran[NR] = { 0 };

	reset();
	timer_init(&vcpus[0].periodic, NULL);
	vcpus[0].ticks = true;
	sched_start(&vcpus[0]);
	resched();
	sched_set_period(&vcpus[0], 3 * SLICE);
	ok(timer_is_set(&vcpus[0].periodic), "a tick while it runs");
	sched_block(&vcpus[0]);
	resched();
	ok(!timer_is_set(&vcpus[0].periodic), "none while it does not");
	run(4 * SLICE, ran);
	is_eq(this_cpu()->timer_deadline, ~0UL, "nor an interrupt in the end");
	sched_kick(&vcpus[0]);
	resched();
	ok(timer_is_set(&vcpus[0].periodic), "it goes on then");
	sched_set_period(&vcpus[0], 0);
	ok(!timer_is_set(&vcpus[0].periodic), "and can be stopped");
}

/* Random events; after each, all time is in some state's account. */
static void test_accounts(void)
{
	struct runstate_times t;
	nsec_t ran[NR] = { 0 }, start;
	bool sums = true, exact = true;
	u32 step, i;

	reset();
	start = now_is;
	for (step = 0; step < 20000; step++) {
		struct vcpu *v = &vcpus[random() % NR];

		switch (random() % 6) {
		case 0:
			sched_start(v);
			break;
		case 1:
			sched_kick(v);
			break;
		case 2:
			if (this_cpu()->cur)
				sched_block(this_cpu()->cur);
			break;
		case 3:
			sched_yield();
			break;
		case 4:
			if (random() % 8 == 0)
				sched_down(v);
			break;
		default:
			run(random() % (2 * SLICE), ran);
		}
		resched();
	}
	for (i = 0; i < NR; i++) {
		sched_times(&vcpus[i], &t);
		sums &= t.in_state[0] + t.in_state[1] + t.in_state[2] +
			t.in_state[3] == now_is - start;
		exact &= t.in_state[RUN_RUNNING] == ran[i];
	}
	ok(sums, "the times in all states are the time that passed");
	ok(exact, "and the time running is that");
}

int main(void)
{
	u32 i;

	cpus[0] = this_cpu();
	this_cpu()->timer_deadline = ~0UL;
	domain.nr_vcpus = NR;
	sched_init_domain(&domain);
	sched_init_cpu(0);
	for (i = 0; i < NR; i++) {
		vcpus[i] = (struct vcpu){ .domain = &domain, .id = i };
		sched_init_vcpu(&vcpus[i]);
	}
	test_idle();
	test_shares();
	test_wake();
	test_yield();
	test_yield_to();
	test_dead_park();
	test_block();
	test_pause();
	test_period();
	test_accounts();
	return tap_done();
}
