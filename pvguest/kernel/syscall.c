/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - what programs may ask for.
 *
 * Arguments are anything: addresses are used by copy_in() and copy_out()
 * alone, sizes are bounded before they are added to.
 */
#include <console.h>
#include <process.h>
#include <sys.h>

#define FD_OUT	1
#define FD_ERR	2

static s64 sys_write(struct process *p, const struct regs *r)
{
	char buf[256];
	u64 at, part;

	if (r->rdi != FD_OUT && r->rdi != FD_ERR)
		return -EBADF;
	for (at = 0; at < r->rdx && !p->killed; at += part) {
		part = min(r->rdx - at, sizeof(buf));
		if (copy_in(&p->space, buf, r->rsi + at, part))
			return at ? (s64)at : -EFAULT;
		console_put(buf, part);
	}
	return at;
}

/* One line, as it is typed: at least one character. */
static s64 sys_read(struct process *p, const struct regs *r)
{
	char line[256];
	size_t n;

	if (r->rdi)
		return -EBADF;
	if (!r->rdx)
		return 0;
	n = line_read("", line, min(r->rdx, sizeof(line)));
	line[n++] = '\n';
	n = min(n, r->rdx);
	return copy_out(&p->space, r->rsi, line, n) ? -EFAULT : (s64)n;
}

/* Address and length are pages within user mode's part. */
static bool range_good(u64 start, u64 size)
{
	return !(start % PAGE_SIZE) && size && size < USER_END &&
	       start >= USER_START && start <= USER_END - size;
}

/* Read and write, or read and execute: never write and execute. */
static bool prot_good(u64 prot)
{
	return prot <= 7 &&
	       (prot & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC);
}

static s64 sys_mmap(struct process *p, const struct regs *r)
{
	u64 size, at;
	int ret;

	if (!r->rsi || r->rsi >= USER_END || !prot_good(r->rdx))
		return -EINVAL;
	size = align_up(r->rsi, (u64)PAGE_SIZE);
	at = area_gap(&p->space, size);
	if (!at)
		return -ENOMEM;
	ret = area_add(&p->space, at, at + size, r->rdx);
	return ret ? ret : (s64)at;
}

static s64 sys_munmap(struct process *p, const struct regs *r)
{
	u64 size = align_up(r->rsi, (u64)PAGE_SIZE);

	if (!range_good(r->rdi, size))
		return -EINVAL;
	return area_remove(&p->space, r->rdi, r->rdi + size);
}

static s64 sys_mprotect(struct process *p, const struct regs *r)
{
	u64 size = align_up(r->rsi, (u64)PAGE_SIZE);

	if (!range_good(r->rdi, size) || !prot_good(r->rdx))
		return -EINVAL;
	return area_protect(&p->space, r->rdi, r->rdi + size, r->rdx);
}

static s64 sys_sched_yield(struct process *p, const struct regs *r)
{
	(void)p;
	(void)r;
	thread_yield();
	return 0;
}

static s64 sys_nanosleep(struct process *p, const struct regs *r)
{
	u64 time[2];

	if (copy_in(&p->space, time, r->rdi, sizeof(time)))
		return -EFAULT;
	if (time[1] >= NSEC_PER_SEC || time[0] > NEVER / NSEC_PER_SEC / 2)
		return -EINVAL;
	thread_sleep(time[0] * NSEC_PER_SEC + time[1]);
	return 0;
}

static s64 sys_getpid(struct process *p, const struct regs *r)
{
	(void)r;
	return p->pid;
}

static s64 sys_exit(struct process *p, const struct regs *r)
{
	(void)p;
	process_exit(r->rdi & 0xff);
}

static s64 sys_on_fault(struct process *p, const struct regs *r)
{
	p->on_fault = r->rdi;
	return 0;
}

static s64 sys_time(struct process *p, const struct regs *r)
{
	(void)p;
	(void)r;
	return arch->time();
}

static s64 (*const calls[SYS_COUNT])(struct process *, const struct regs *) = {
	[SYS_read] = sys_read,
	[SYS_write] = sys_write,
	[SYS_mmap] = sys_mmap,
	[SYS_mprotect] = sys_mprotect,
	[SYS_munmap] = sys_munmap,
	[SYS_sched_yield] = sys_sched_yield,
	[SYS_nanosleep] = sys_nanosleep,
	[SYS_getpid] = sys_getpid,
	[SYS_exit] = sys_exit,
	[SYS_on_fault] = sys_on_fault,
	[SYS_time] = sys_time,
};

void syscall(struct regs *regs)
{
	u64 nr = regs->rax;

	irq_restore(false);
	if (nr < SYS_COUNT && calls[nr])
		regs->rax = calls[nr](current->process, regs);
	else
		regs->rax = -ENOSYS;
	irq_save();
	irq_done(regs);
}
