/* SPDX-License-Identifier: MIT */
/*
 * sync.c - mutexes and conditions, on wait queues.
 *
 * A mutex is handed to nobody: who is woken looks again.
 */
#include <arch.h>
#include <thread.h>

void mutex_lock(struct mutex *m)
{
	bool off = irq_save();

	while (m->owner)
		waitq_wait(&m->waiters, NEVER);
	m->owner = current;
	irq_restore(off);
}

void mutex_unlock(struct mutex *m)
{
	bool off = irq_save();

	if (m->owner != current)
		panic("mutex unlocked by %s, not its owner", current->name);
	m->owner = NULL;
	irq_restore(off);
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
