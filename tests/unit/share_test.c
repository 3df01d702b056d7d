/* SPDX-License-Identifier: MIT */
/*
 * share_test.c - shares over ten seconds on one CPU and on several: weights,
 * caps, affinity, and how long an event waits for a busy CPU.
 *
 * All CPUs are this one thread; time passes from one timer to the next.
 */
#include <domain.h>
#include <fake.h>
#include <machine.h>
#include <stdarg.h>
#include <stdio.h>
#include <tap.h>

#define MAX_DOMS	16
#define MS		1000000UL
#define SLICE		((nsec_t)CONFIG_SLICE_US * 1000)
#define LENGTH		(10 * NSEC_PER_SEC)

struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus;

static struct domain doms[MAX_DOMS];
static struct vcpu vcpus[MAX_DOMS * CONFIG_MAX_VCPUS];
static u32 nr_doms, nr_used, moves;
static nsec_t now_is = 1000;

nsec_t time_now(void)
{
	return now_is;
}

void timer_hw_set(nsec_t deadline)
{
	this_cpu()->timer_deadline = deadline;
	if (deadline <= now_is)
		this_cpu()->work |= WORK_TIMER;
}

void cpu_kick(struct cpu *c, u32 work)
{
	c->work |= work;
}

void evt_poll_end(struct vcpu *v)
{
	v->evt.poll_port = 0;
}

void tlb_answer(void)
{
}

/* What exit_work() does; true when there was something to do. */
static bool work(struct cpu *c)
{
	struct vcpu *next;
	u32 todo = c->work;

	fake_become(c);
	c->work = 0;
	if (todo & WORK_TIMER)
		timer_run();
	if (!(todo & WORK_RESCHED))
		return todo;
	next = sched_pick();
	if (next == c->cur)
		return true;
	if (c->cur) {
		struct vcpu *old = c->cur;

		c->cur = NULL;
		sched_saved(old);
	}
	if (next) {
		if (next->sched.on && next->sched.on != c)
			ok(false, "nobody runs twice");
		moves += next->regs.rax != c->id + 1;
		next->regs.rax = c->id + 1;
		c->cur = next;
		sched_loaded(next);
	}
	return true;
}

static void work_all(void)
{
	bool more = true;
	u32 i;

	while (more) {
		more = false;
		for (i = 0; i < nr_cpus; i++)
			more |= work(cpus[i]);
	}
}

/* To the next timer, but not further than end. */
static void pass_to(nsec_t end)
{
	u32 i;

	for (i = 0; i < nr_cpus; i++)
		end = MIN(end, MAX(cpus[i]->timer_deadline, now_is + 1));
	now_is = end;
	for (i = 0; i < nr_cpus; i++)
		if (cpus[i]->timer_deadline <= now_is) {
			cpus[i]->timer_deadline = ~0UL;
			cpus[i]->work |= WORK_TIMER;
		}
	work_all();
}

static void run(nsec_t length)
{
	nsec_t end = now_is + length;

	work_all();
	while (now_is < end)
		pass_to(end);
}

static void machine(u32 nr)
{
	u32 i;

	for (i = 0; i < nr_used; i++)
		sched_kill(&vcpus[i]);
	run(NSEC_PER_SEC);
	nr_cpus = nr;
	for (i = 0; i < nr; i++) {
		if (!cpus[i])
			cpus[i] = i ? fake_cpu_new() : this_cpu();
		cpus[i]->work = 0;
		sched_init_cpu(i);
	}
	nr_doms = nr_used = 0;
	moves = 0;
}

static struct domain *domain(u32 weight, u32 nr)
{
	struct domain *d = &doms[nr_doms++];

	*d = (struct domain){ .nr_vcpus = nr };
	sched_init_domain(d);
	is_eq(sched_set_weight(d, weight), 0, "a weight");
	while (nr--) {
		struct vcpu *v = &vcpus[nr_used++];

		*v = (struct vcpu){ .domain = d, .id = nr };
		d->vcpu[nr] = v;
		sched_init_vcpu(v);
	}
	return d;
}

static nsec_t ran(const struct domain *d)
{
	struct runstate_times t;
	nsec_t sum = 0;
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++) {
		sched_times(d->vcpu[i], &t);
		sum += t.in_state[RUN_RUNNING];
	}
	return sum;
}

/* All spin; each domain gets that many thousandths of a CPU, to 2%. */
static void shares(const char *what, ...)
{
	nsec_t before[MAX_DOMS], got, want;
	va_list ap;
	u32 i, j;

	for (i = 0; i < nr_doms; i++)
		for (j = 0; j < doms[i].nr_vcpus; j++)
			sched_start(doms[i].vcpu[j]);
	run(NSEC_PER_SEC / 2);
	for (i = 0; i < nr_doms; i++)
		before[i] = ran(&doms[i]);
	run(LENGTH);
	va_start(ap, what);
	for (i = 0; i < nr_doms; i++) {
		got = ran(&doms[i]) - before[i];
		want = va_arg(ap, int) * (LENGTH / 1000);
		printf("# domain %u: %lu ms, %lu expected\n", i,
		       got / MS, want / MS);
		want = want ? want : got;	/* 0: next to nothing */
		ok(got * 50 <= want * 51 && got * 50 >= want * 49 &&
		   got > MS, what);
	}
	va_end(ap);
	printf("# %u moves\n", moves);
}

static void test_weights(void)
{
	machine(1);
	domain(256, 1);
	domain(512, 1);
	domain(1024, 1);
	shares("shares by weight on one CPU", 143, 286, 571);
	machine(1);
	domain(256, 4);
	domain(256, 1);
	shares("a domain's vCPUs share its weight", 500, 500);
	machine(2);
	domain(256, 1);
	domain(256, 1);
	domain(256, 1);
	shares("three on two CPUs", 667, 667, 667);
	machine(2);
	domain(512, 1);
	domain(256, 1);
	domain(256, 1);
	shares("one of them worth two", 1000, 500, 500);
	machine(2);
	domain(4000, 1);
	domain(512, 1);
	domain(256, 1);
	shares("one that can't use its share", 1000, 667, 333);
	machine(2);
	domain(256, 4);
	domain(256, 1);
	shares("four vCPUs against one", 1000, 1000);
	machine(2);
	domain(256, 2);
	domain(512, 2);
	domain(256, 2);
	shares("six vCPUs of three domains", 500, 1000, 500);
}

static void test_many(void)
{
	u32 i;

	machine(4);
	for (i = 0; i < 6; i++)
		domain(256, 1);
	shares("six on four CPUs", 667, 667, 667, 667, 667, 667);
	machine(4);
	for (i = 0; i < 8; i++)
		domain(i < 4 ? 256 : 768, 1);
	shares("eight on four CPUs", 250, 250, 250, 250, 750, 750, 750, 750);
}

static void test_caps(void)
{
	struct domain *d;

	machine(1);
	is_eq(sched_set_cap(domain(256, 1), 20), 0, "a cap");
	domain(256, 1);
	shares("a cap, and who gets the rest", 200, 800);
	machine(2);
	is_eq(sched_set_cap(domain(256, 1), 50), 0, "a cap");
	shares("a cap though nobody waits", 500);
	machine(2);
	is_eq(sched_set_cap(domain(256, 3), 150), 0, "a cap above one CPU");
	shares("a cap of several vCPUs", 1500);
	d = domain(256, 1);
	is_eq(sched_set_cap(d, 201), -22, "more CPUs than there are");
	is_eq(sched_set_weight(d, 0), -22, "no weight");
	is_eq(sched_set_weight(d, 65536), -22, "too much weight");
	is_eq(sched_set_affinity(d, 0), -22, "no CPU");
	is_eq(sched_set_affinity(d, 4), -22, "a CPU that is not there");
}

static void test_affinity(void)
{
	struct domain *d;
	u32 i;

	machine(2);
	is_eq(sched_set_affinity(domain(256, 1), 1), 0, "on one CPU");
	is_eq(sched_set_affinity(domain(256, 1), 1), 0, "on the same");
	domain(256, 1);
	shares("two on one CPU, and one that gets the other", 500, 500, 1000);
	/* While they run: all to the second CPU. */
	for (i = 0; i < 3; i++)
		is_eq(sched_set_affinity(&doms[i], 2), 0, "to the other");
	run(SLICE);
	ok(!cpus[0]->cur, "nobody stays behind");
	shares("three on one CPU", 333, 333, 333);
	d = &doms[0];
	is_eq(sched_set_affinity(d, 3), 0, "anywhere again");
	shares("one that has a CPU to itself", 1000, 500, 500);
	machine(2);
	is_eq(sched_set_affinity(domain(1, 1), 2), 0, "of little weight");
	domain(256, 1);
	domain(768, 1);
	shares("its CPU is not lost to the others", 0, 1000, 1000);
}

/* One that sleeps, and uses less than its share; and those that never do. */
static void test_latency(u32 nr)
{
	nsec_t kicked, waited, worst = 0;
	struct domain *d;
	u32 i;

	machine(nr);
	for (i = 0; i < 3 * nr; i++)
		sched_start(domain(256, 1)->vcpu[0]);
	d = domain(256, 1);
	sched_start(d->vcpu[0]);
	run(NSEC_PER_SEC);
	for (i = 0; i < 500; i++) {
		while (!d->vcpu[0]->sched.running)
			pass_to(now_is + MS / 10);
		run(MS / 10);
		fake_become(d->vcpu[0]->sched.on);
		if (this_cpu()->cur != d->vcpu[0])
			continue;
		sched_block(d->vcpu[0]);
		run(MS / 2 + i * MS / 20);
		fake_become(cpus[i % nr]);
		kicked = now_is;
		sched_kick(d->vcpu[0]);
		work_all();
		while (!d->vcpu[0]->sched.running)
			pass_to(now_is + MS / 10);
		waited = now_is - kicked;
		worst = MAX(worst, waited);
	}
	printf("# an event waited %lu us at most\n", worst / 1000);
	ok(worst <= SLICE, "an event waits for a slice at the most");
}

int main(void)
{
	test_weights();
	test_many();
	test_caps();
	test_affinity();
	test_latency(1);
	test_latency(2);
	return tap_done();
}
