/* SPDX-License-Identifier: MIT */
/*
 * stack.c - lwIP as a part of the kernel: its lock, its clock, its thread.
 *
 * The thread runs what is due by time, and what a netif sends to itself.  It
 * has no ticks: it sleeps until lwIP's next timeout, and is woken when somebody
 * who held the lock leaves an earlier one behind.
 */
#include <hcall/print.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include "netif.h"
#include "stack.h"

static struct mutex lock = MUTEX(lock);
static struct waitq thread_waits = WAITQ(thread_waits);
static u32 thread_due;		/* ms; with the lock */

u32_t sys_now(void)
{
	return arch->time() / NSEC_PER_MSEC;
}

void net_say(const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	hc_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	kprintf("net: %s", text);
}

void net_bug(const char *what)
{
	panic("lwIP: %s", what);
}

void net_assert_locked(void)
{
	if (lock.owner != current)
		panic("%s is in the stack without its lock", current->name);
}

void net_lock(void)
{
	mutex_lock(&lock);
}

static bool loops(void)
{
	struct netif *n;

	NETIF_FOREACH(n)
		if (n->loop_first)
			return true;
	return false;
}

/* Must the thread be woken before it would wake by itself? */
static bool thread_needed(void)
{
	const struct sys_timeo *next = *sys_timeouts_get_next_timeout();

	return (next && (s32_t)(next->time - thread_due) < 0) || loops();
}

void net_unlock(void)
{
	netif_flush();
	if (thread_needed())
		waitq_wake(&thread_waits, 1);
	mutex_unlock(&lock);
	netdev_kick_all();
}

bool net_wait(struct waitq *q, u64 deadline)
{
	bool off, woken;

	netif_flush();
	if (q != &thread_waits && thread_needed())
		waitq_wake(&thread_waits, 1);
	/* Who wakes us needs the lock: nobody can before we wait. */
	off = irq_save();
	mutex_unlock(&lock);
	netdev_kick_all();
	woken = waitq_wait_killable(q, deadline);
	irq_restore(off);
	mutex_lock(&lock);
	return woken;
}

static void thread(void *unused)
{
	u32 sleep;

	(void)unused;
	net_lock();
	for (;;) {
		sys_check_timeouts();
		netif_poll_all();
		sleep = sys_timeouts_sleeptime();
		thread_due = sys_now() + sleep;
		/* One turn at a time: others want the lock, too. */
		if (loops())
			sleep = 0;
		net_wait(&thread_waits, arch->time() + sleep * NSEC_PER_MSEC);
	}
}

void net_init(void)
{
	config_init();
	net_lock();
	lwip_init();
	net_unlock();
	if (!thread_create("net", PRIO_HIGH, thread, NULL))
		panic("no memory for the network's thread");
	netif_start();
}
