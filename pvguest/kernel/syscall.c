/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - what programs may ask for: the table, and memory.
 *
 * Arguments are anything: addresses are used by copy_in() and copy_out()
 * alone, sizes are bounded before they are added to.
 */
#include "syscall.h"

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

/* Hardware can't write or execute what it can't read. */
static unsigned int prot_made(u64 prot)
{
	return prot ? prot | PROT_READ : 0;
}

s64 sys_mmap(struct process *p, struct regs *r)
{
	u64 size, at;
	int ret;

	if (!r->rsi || r->rsi >= USER_END || !prot_good(r->rdx))
		return -EINVAL;
	size = align_up(r->rsi, (u64)PAGE_SIZE);
	at = area_gap(p->space, size);
	if (!at)
		return -ENOMEM;
	ret = area_add(p->space, at, at + size, prot_made(r->rdx));
	return ret ? ret : (s64)at;
}

s64 sys_munmap(struct process *p, struct regs *r)
{
	u64 size = align_up(r->rsi, (u64)PAGE_SIZE);

	if (!range_good(r->rdi, size))
		return -EINVAL;
	return area_remove(p->space, r->rdi, r->rdi + size);
}

/* Not for no access at all: nothing would keep the pages meanwhile. */
s64 sys_mprotect(struct process *p, struct regs *r)
{
	u64 size = align_up(r->rsi, (u64)PAGE_SIZE);

	if (!range_good(r->rdi, size) || !r->rdx || !prot_good(r->rdx))
		return -EINVAL;
	return area_protect(p->space, r->rdi, r->rdi + size,
			    prot_made(r->rdx));
}

static syscall_fn *const calls[SYS_COUNT] = {
	[SYS_read] = sys_read,
	[SYS_write] = sys_write,
	[SYS_open] = sys_open,
	[SYS_close] = sys_close,
	[SYS_poll] = sys_poll,
	[SYS_mmap] = sys_mmap,
	[SYS_mprotect] = sys_mprotect,
	[SYS_munmap] = sys_munmap,
	[SYS_pipe] = sys_pipe,
	[SYS_sched_yield] = sys_sched_yield,
	[SYS_dup] = sys_dup,
	[SYS_dup2] = sys_dup2,
	[SYS_nanosleep] = sys_nanosleep,
	[SYS_getpid] = sys_getpid,
	[SYS_socket] = sys_net,
	[SYS_connect] = sys_net,
	[SYS_accept] = sys_net,
	[SYS_sendto] = sys_net,
	[SYS_recvfrom] = sys_net,
	[SYS_shutdown] = sys_net,
	[SYS_bind] = sys_net,
	[SYS_listen] = sys_net,
	[SYS_getsockname] = sys_net,
	[SYS_getpeername] = sys_net,
	[SYS_setsockopt] = sys_net,
	[SYS_getsockopt] = sys_net,
	[SYS_fork] = sys_fork,
	[SYS_execve] = sys_execve,
	[SYS_exit] = sys_exit,
	[SYS_wait4] = sys_wait4,
	[SYS_kill] = sys_kill,
	[SYS_getppid] = sys_getppid,
	[SYS_accept4] = sys_net,
	[SYS_on_fault] = sys_on_fault,
	[SYS_time] = sys_time,
	[SYS_resolve] = sys_net,
	[SYS_counts] = sys_counts,
};

/* A program that was executed anew has its registers in REGS already. */
void syscall(struct regs *regs)
{
	u64 nr = regs->rax;
	s64 ret = -ENOSYS;

	irq_restore(false);
	if (nr < SYS_COUNT && calls[nr])
		ret = calls[nr](current->process, regs);
	regs->rax = ret;
	irq_save();
	irq_done(regs);
}
