/* SPDX-License-Identifier: MIT */
/*
 * sys_process.c - system calls on processes, and on time.
 */
#include <bench.h>
#include <arch.h>
#include "syscall.h"

#define NAME_MAX	128
#define WNOHANG		1

s64 string_in(struct process *p, char *buf, u64 from, size_t size)
{
	size_t n, part;

	/* Not beyond the page that it ends in: the next may not be there. */
	for (n = 0; n < size; n += part) {
		part = min(size - n, PAGE_SIZE - (from + n) % PAGE_SIZE);
		part = min(part, 16UL);
		if (copy_in(p->space, buf + n, from + n, part))
			return -EFAULT;
		if (memchr(buf + n, 0, part))
			return strlen(buf);
	}
	return -ENAMETOOLONG;
}

s64 sys_getpid(struct process *p, struct regs *r)
{
	(void)r;
	return p->pid;
}

/* 0: started by the kernel, or the parent has ended. */
s64 sys_getppid(struct process *p, struct regs *r)
{
	bool off = irq_save();
	s64 pid = p->parent ? p->parent->pid : 0;

	(void)r;
	irq_restore(off);
	return pid;
}

s64 sys_fork(struct process *p, struct regs *r)
{
	(void)p;
	return process_fork(r);
}

/* The words of ARGV, but the file's name for the first. */
static s64 args_in(struct process *p, struct args *args, const char *name,
		   u64 argv)
{
	char *word = kmalloc(ARGS_SIZE);
	u64 at = 0, i;
	s64 ret = args_add(args, name, strlen(name));

	if (!word)
		return -ENOMEM;
	for (i = 0; !ret && argv; i++) {
		if (copy_in(p->space, &at, argv + i * sizeof(at), sizeof(at)))
			ret = -EFAULT;
		if (ret || !at)
			break;
		if (!i)
			continue;
		ret = string_in(p, word, at, ARGS_SIZE);
		if (ret >= 0)
			ret = args_add(args, word, ret);
		else if (ret == -ENAMETOOLONG)
			ret = -E2BIG;
	}
	kfree(word);
	return ret;
}

s64 sys_execve(struct process *p, struct regs *r)
{
	struct args *args = kzalloc(sizeof(*args));
	char name[NAME_MAX];
	s64 ret = string_in(p, name, r->rdi, sizeof(name));

	if (!args)
		return -ENOMEM;
	if (ret >= 0)
		ret = args_in(p, args, name + (*name == '/'), r->rsi);
	if (!ret)
		ret = process_exec(args, r);
	kfree(args);
	return ret;
}

s64 sys_exit(struct process *p, struct regs *r)
{
	(void)p;
	process_exit(r->rdi & 0xff);
}

/* The signal that ends a process elsewhere for what ended this one. */
static u32 status_of(int status)
{
	static const u8 signals[] = {
		[0] = 8, [1] = 5, [3] = 5, [4] = 11, [6] = 4, [16] = 8,
		[17] = 7, [19] = 8,
	};
	unsigned int vector = status - STATUS_KILLED;

	if (status < STATUS_KILLED)
		return status << 8;
	if (status >= STATUS_ENDED)
		return 9;
	return vector < ARRAY_SIZE(signals) && signals[vector] ?
	       signals[vector] : 11;
}

s64 sys_wait4(struct process *p, struct regs *r)
{
	int pid, status = 0;
	u32 out;

	if (r->rdx & ~(u64)WNOHANG)
		return -EINVAL;
	pid = process_wait_child((int)r->rdi, !(r->rdx & WNOHANG), &status);
	out = status_of(status);
	if (pid > 0 && r->rsi &&
	    copy_out(p->space, r->rsi, &out, sizeof(out)))
		return -EFAULT;
	return pid;
}

s64 sys_kill(struct process *p, struct regs *r)
{
	int pid = (int)r->rdi;

	(void)p;
	if (r->rsi > 64 || pid <= 0)
		return -EINVAL;
	return r->rsi ? process_kill(pid) : process_alive(pid);
}

s64 sys_sched_yield(struct process *p, struct regs *r)
{
	(void)p;
	(void)r;
	thread_yield();
	return 0;
}

s64 sys_nanosleep(struct process *p, struct regs *r)
{
	u64 time[2];

	if (copy_in(p->space, time, r->rdi, sizeof(time)))
		return -EFAULT;
	if (time[1] >= NSEC_PER_SEC || time[0] > NEVER / NSEC_PER_SEC / 2)
		return -EINVAL;
	thread_sleep(time[0] * NSEC_PER_SEC + time[1]);
	return 0;
}

s64 sys_on_fault(struct process *p, struct regs *r)
{
	p->on_fault = r->rdi;
	return 0;
}

s64 sys_time(struct process *p, struct regs *r)
{
	(void)p;
	(void)r;
	return arch->time();
}

s64 sys_counts(struct process *p, struct regs *r)
{
	struct bench_counts c;

	if (!bench_counts(&c))
		return -ENOSYS;
	return copy_out(p->space, r->rdi, &c, sizeof(c));
}
