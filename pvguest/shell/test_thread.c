/* SPDX-License-Identifier: MIT */
/*
 * test_thread.c - threads, waiting, the timer, interrupts.
 */
#include <arch.h>
#include "test.h"

#define MSEC	NSEC_PER_MSEC
#define WORKERS	4
#define ROUNDS	100

static volatile bool stop;
static u64 spins[WORKERS];
static volatile unsigned int running;

static void spin(void *arg)
{
	volatile u64 *n = arg;

	while (!stop)
		(*n)++;
	running--;
}

/* Turns are by the clock: an emulator that got no CPU meanwhile made none. */
static bool turns_are_equal(void)
{
	u64 least = NEVER, most = 0;
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		least = min(least, spins[i]);
		most = max(most, spins[i]);
	}
	return least && least > most / 4;
}

/* Threads of lower priority that never wait get their turns, equal ones. */
static bool test_preemption(void)
{
	unsigned int i;
	bool equal;

	stop = false;
	running = 0;
	for (i = 0; i < WORKERS; i++) {
		spins[i] = 0;
		if (!thread_create("spin", PRIO_LOW, spin, &spins[i]))
			return test_fail("no thread");
		running++;
	}
	for (i = 0; i < 20 && !(equal = turns_are_equal()); i++)
		thread_sleep(40 * WORKERS * MSEC);
	stop = true;
	while (running)
		thread_sleep(MSEC);
	return equal || test_fail("turns are unequal");
}

static volatile char order[8];
static volatile unsigned int order_len;

static void note_name(void *arg)
{
	order[order_len++] = *(const char *)arg;
}

static bool test_priority(void)
{
	static char low[] = "l", normal[] = "n", high[] = "h";

	order_len = 0;
	preempt_disable();
	thread_create("low", PRIO_LOW, note_name, low);
	thread_create("high", PRIO_HIGH, note_name, high);
	thread_create("normal", PRIO_NORMAL, note_name, normal);
	preempt_enable();
	thread_sleep(5 * MSEC);
	return (order_len == 3 && order[0] == 'h' && order[1] == 'n' &&
		order[2] == 'l') || test_fail("order");
}

static struct mutex lock = MUTEX(lock);
static volatile u64 counter;

static void count(void *unused)
{
	unsigned int i;
	u64 n;

	(void)unused;
	for (i = 0; i < ROUNDS; i++) {
		mutex_lock(&lock);
		n = counter;
		thread_yield();
		counter = n + 1;
		mutex_unlock(&lock);
	}
	running--;
}

static bool test_mutex(void)
{
	unsigned int i;

	counter = 0;
	running = WORKERS;
	for (i = 0; i < WORKERS; i++)
		if (!thread_create("count", PRIO_NORMAL, count, NULL))
			return test_fail("no thread");
	while (running)
		thread_sleep(MSEC);
	return counter == WORKERS * ROUNDS || test_fail("counts were lost");
}

static struct cond filled = COND(filled), emptied = COND(emptied);
static unsigned int box, sum;

static void consume(void *unused)
{
	unsigned int i;

	(void)unused;
	mutex_lock(&lock);
	for (i = 0; i < ROUNDS; i++) {
		while (!box)
			cond_wait(&filled, &lock, NEVER);
		sum += box;
		box = 0;
		cond_signal(&emptied);
	}
	mutex_unlock(&lock);
	running--;
}

static bool test_condition(void)
{
	unsigned int i;
	u64 start;

	box = sum = 0;
	running = 1;
	thread_create("consume", PRIO_NORMAL, consume, NULL);
	mutex_lock(&lock);
	for (i = 1; i <= ROUNDS; i++) {
		while (box)
			cond_wait(&emptied, &lock, NEVER);
		box = i;
		cond_signal(&filled);
	}
	while (running)
		cond_wait(&emptied, &lock, arch->time() + MSEC);
	start = arch->time();
	i = cond_wait(&emptied, &lock, start + 3 * MSEC);
	mutex_unlock(&lock);
	if (i || arch->time() < start + 3 * MSEC)
		return test_fail("a wait did not time out");
	return sum == ROUNDS * (ROUNDS + 1) / 2 || test_fail("sum");
}

static struct sleeper {
	u64 ms, began, until;
} *woken[3];
static volatile unsigned int nr_woken;

static void sleeper(void *arg)
{
	struct sleeper *s = arg;

	s->began = arch->time();
	s->until = s->began + s->ms * MSEC;
	thread_sleep(s->ms * MSEC);
	woken[nr_woken++] = s;
}

/* An emulator may have got no CPU before the second fell asleep. */
static bool in_order(const struct sleeper *first, const struct sleeper *second)
{
	return first->until <= second->until || first->until < second->began;
}

static bool test_timer(void)
{
	static struct sleeper s[] = { { .ms = 9 }, { .ms = 3 }, { .ms = 6 } };
	u64 start = arch->time();
	unsigned int i;

	nr_woken = 0;
	for (i = 0; i < 3; i++)
		thread_create("sleeper", PRIO_NORMAL, sleeper, &s[i]);
	thread_sleep(20 * MSEC);
	if (arch->time() - start < 20 * MSEC)
		return test_fail("woken too early");
	for (i = 0; i < 20 && nr_woken < 3; i++)
		thread_sleep(10 * MSEC);
	if (nr_woken < 3)
		return test_fail("woken too late");
	return (in_order(woken[0], woken[1]) && in_order(woken[0], woken[2]) &&
		in_order(woken[1], woken[2])) || test_fail("order");
}

static volatile unsigned int interrupts;

static void interrupted(void)
{
	interrupts++;
}

static bool test_interrupt(void)
{
	bool off;

	if (!arch->self_init)
		return true;
	arch->self_init(interrupted);
	interrupts = 0;
	arch->self_send();
	if (interrupts != 1)
		return test_fail("an interrupt was not taken at once");
	off = irq_save();
	arch->self_send();
	if (interrupts != 1)
		return test_fail("an interrupt was taken while they were off");
	irq_restore(off);
	return interrupts == 2 || test_fail("an interrupt was lost");
}

const struct test thread_tests[] = {
	{ .name = "preemption", .fn = test_preemption, .keeps = true },
	{ .name = "priority", .fn = test_priority, .keeps = true },
	{ .name = "mutex", .fn = test_mutex },
	{ .name = "condition", .fn = test_condition },
	{ .name = "timer", .fn = test_timer },
	{ .name = "interrupt", .fn = test_interrupt },
	{ }
};
