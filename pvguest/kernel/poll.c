/* SPDX-License-Identifier: MIT */
/*
 * poll.c - waiting for one of several files.
 *
 * Whoever makes a file ready says so to all who poll, and they look again:
 * there are few of them.
 */
#include "syscall.h"

struct pollfd {
	int fd;
	u16 events, revents;
};

static struct waitq waiters = WAITQ(waiters);
static u64 changes;		/* interrupts off */

void poll_wake(void)
{
	bool off = irq_save();

	changes++;
	waitq_wake(&waiters, ~0U);
	irq_restore(off);
}

static u16 ready(const struct process *p, const struct pollfd *f)
{
	const unsigned int always = POLLERR | POLLHUP | POLLNVAL;
	struct open_file *file = file_of(p, f->fd);
	unsigned int events = POLLIN | POLLOUT;

	if (f->fd < 0)
		return 0;
	if (!file)
		return POLLNVAL;
	if (file->ops->poll)
		events = file->ops->poll(file);
	return events & (f->events | always);
}

/* How many are ready. */
static s64 look(const struct process *p, struct pollfd *fds, u64 nr)
{
	s64 found = 0;
	u64 i;

	for (i = 0; i < nr; i++) {
		fds[i].revents = ready(p, &fds[i]);
		found += !!fds[i].revents;
	}
	return found;
}

/* False: it is time, or P is to end. */
static bool wait(u64 seen, u64 deadline)
{
	bool off = irq_save(), woken = true;

	if (changes == seen)
		woken = waitq_wait_killable(&waiters, deadline);
	irq_restore(off);
	return woken;
}

/* poll(fds, nr, ms) */
s64 sys_poll(struct process *p, struct regs *r)
{
	u64 seen, nr = r->rsi, deadline = NEVER;
	struct pollfd fds[FD_MAX];
	int ms = r->rdx;
	s64 found;

	if (nr > FD_MAX)
		return -EINVAL;
	if (copy_in(p->space, fds, r->rdi, nr * sizeof(fds[0])))
		return -EFAULT;
	if (ms >= 0)
		deadline = arch->time() + ms * NSEC_PER_MSEC;
	do {
		seen = changes;
		found = look(p, fds, nr);
	} while (!found && ms && wait(seen, deadline));
	if (copy_out(p->space, r->rdi, fds, nr * sizeof(fds[0])))
		return -EFAULT;
	return found;
}
