/* SPDX-License-Identifier: MIT */
/*
 * sync.c - mutexes and conditions, on wait queues.
 *
 * A mutex is handed to nobody: who is woken looks again.
 */
#include <arch.h>
#include <thread.h>

/* There is one CPU: one instruction is enough where nobody waits. */
static bool take(struct mutex *m)
{
	struct thread *none = NULL;

	return __atomic_compare_exchange_n(&m->owner, &none, current, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void mutex_lock(struct mutex *m)
{
	bool off;

	if (take(m))
		return;
	off = irq_save();
	while (m->owner)
		waitq_wait(&m->waiters, NEVER);
	m->owner = current;
	irq_restore(off);
}

void mutex_unlock(struct mutex *m)
{
	if (m->owner != current)
		panic("mutex unlocked by %s, not its owner", current->name);
	/* Whoever waits did so before this, or finds it free. */
	__atomic_store_n(&m->owner, NULL, __ATOMIC_SEQ_CST);
	waitq_wake(&m->waiters, 1);
}

bool cond_wait(struct cond *c, struct mutex *m, u64 deadline)
{
	bool off = irq_save(), woken;

	/* Nobody can signal before we wait: interrupts are off. */
	m->owner = NULL;
	waitq_wake(&m->waiters, 1);
	woken = waitq_wait(&c->waiters, deadline);
	irq_restore(off);
	mutex_lock(m);
	return woken;
}

void cond_signal(struct cond *c)
{
	waitq_wake(&c->waiters, 1);
}

void cond_broadcast(struct cond *c)
{
	waitq_wake(&c->waiters, ~0U);
}
