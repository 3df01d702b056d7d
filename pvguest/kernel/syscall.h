/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - the system calls, by what they are about.
 *
 * Each is made by process P with interrupts on, its arguments in R.
 */
#ifndef PVGUEST_SYSCALL_H
#define PVGUEST_SYSCALL_H

#include <net.h>
#include <process.h>
#include <sys.h>

typedef s64 syscall_fn(struct process *p, struct regs *r);

syscall_fn sys_read, sys_write, sys_open, sys_close, sys_pipe, sys_dup,
	   sys_dup2, sys_poll;
syscall_fn sys_getpid, sys_getppid, sys_fork, sys_execve, sys_exit, sys_wait4,
	   sys_kill, sys_sched_yield, sys_nanosleep, sys_on_fault, sys_time,
	   sys_counts;
syscall_fn sys_mmap, sys_munmap, sys_mprotect;

#endif
