/* SPDX-License-Identifier: MIT */
/*
 * lock_test.c - ranks of locks: what is allowed, and each violation; and that
 * two CPUs that wait for each other's flush and lock both go on.
 */
#include <fake.h>
#include <lock.h>
#include <machine.h>
#include <pthread.h>
#include <tap.h>
#include <tlb.h>

#define ROUNDS	20000

static spinlock_t low = SPINLOCK(RANK_DOMAIN);
static spinlock_t mid = SPINLOCK(RANK_EVENT);
static spinlock_t mid_too = SPINLOCK(RANK_EVENT);
static spinlock_t high = SPINLOCK(RANK_CONSOLE);

static u32 answered;
static u64 shared_count;

void tlb_answer(void)
{
	if (__atomic_fetch_and(&this_cpu()->work, ~WORK_FLUSH,
			       __ATOMIC_SEQ_CST) & WORK_FLUSH)
		__atomic_add_fetch(&answered, 1, __ATOMIC_SEQ_CST);
}

static void take(void *lock)
{
	spin_lock(lock);
}

static void test_ranks(void)
{
	spin_lock(&low);
	spin_lock(&mid);
	spin_lock(&high);
	ok(!spin_may_lock(RANK_CONSOLE), "nothing is above the highest");
	spin_unlock(&high);
	ok(spin_may_lock(RANK_CONSOLE), "locks in rising rank");
	ok(fake_panics(take, &mid_too), "a second one of one rank panics");
	spin_unlock(&low);
	ok(fake_panics(take, &low), "a lower one panics");
	ok(!spin_trylock(&mid), "a held one cannot be had");
	spin_unlock(&mid);
	ok(spin_may_lock(RANK_DOMLIST), "nothing is held at the end");
	ok(spin_trylock(&low), "a free one can be had");
	ok(!spin_may_lock(RANK_DOMAIN), "and counts as held");
	spin_unlock(&low);
}

static void *counter(void *arg)
{
	u32 i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		spin_lock(&low);
		shared_count++;
		spin_unlock(&low);
	}
	return NULL;
}

static void test_exclusion(void)
{
	pthread_t t[3];
	u32 i;

	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, counter, NULL);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	is_eq(shared_count, 3 * ROUNDS, "three CPUs count under one lock");
}

/* Holds the lock until the other CPU has answered a flush request. */
static struct cpu *waiter;

static void *wait_for_lock(void *arg)
{
	(void)arg;
	__atomic_store_n(&waiter, this_cpu(), __ATOMIC_SEQ_CST);
	spin_lock(&high);
	spin_unlock(&high);
	return NULL;
}

static void test_answers(void)
{
	struct cpu *c;
	pthread_t t;

	spin_lock(&high);
	pthread_create(&t, NULL, wait_for_lock, NULL);
	while (!(c = __atomic_load_n(&waiter, __ATOMIC_SEQ_CST)))
		;
	__atomic_fetch_or(&c->work, WORK_FLUSH, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&answered, __ATOMIC_SEQ_CST))
		;
	spin_unlock(&high);
	pthread_join(t, NULL);
	is_eq(answered, 1, "who waits for a lock answers a flush request");
	ok(!(c->work & WORK_FLUSH), "once");
}

int main(void)
{
	test_ranks();
	test_exclusion();
	test_answers();
	return tap_done();
}
