/* SPDX-License-Identifier: MIT */
/*
 * call.c - system calls as functions.
 */
#include "../user.h"

int fork(void)
{
	return sys3(SYS_fork, 0, 0, 0);
}

int execve(const char *file, const char *const argv[],
	   const char *const envp[])
{
	return sys3(SYS_execve, (long)file, (long)argv, (long)envp);
}

void exit(int status)
{
	for (;;)
		sys3(SYS_exit, status, 0, 0);
}

int wait4(int pid, int *status, int options)
{
	return sys3(SYS_wait4, pid, (long)status, options);
}

int kill(int pid, int signal)
{
	return sys3(SYS_kill, pid, signal, 0);
}

int getpid(void)
{
	return sys3(SYS_getpid, 0, 0, 0);
}

int getppid(void)
{
	return sys3(SYS_getppid, 0, 0, 0);
}

int sched_yield(void)
{
	return sys3(SYS_sched_yield, 0, 0, 0);
}

void sleep_ms(uint64_t ms)
{
	uint64_t time[2] = { ms / 1000, ms % 1000 * 1000000 };

	sys3(SYS_nanosleep, (long)time, 0, 0);
}

uint64_t time_ns(void)
{
	return sys3(SYS_time, 0, 0, 0);
}

long read(int fd, void *buf, size_t n)
{
	return sys3(SYS_read, fd, (long)buf, n);
}

long write(int fd, const void *buf, size_t n)
{
	return sys3(SYS_write, fd, (long)buf, n);
}

int open(const char *name, int flags)
{
	return sys3(SYS_open, (long)name, flags, 0);
}

int close(int fd)
{
	return sys3(SYS_close, fd, 0, 0);
}

int pipe(int fd[2])
{
	return sys3(SYS_pipe, (long)fd, 0, 0);
}

int dup(int fd)
{
	return sys3(SYS_dup, fd, 0, 0);
}

int dup2(int fd, int to)
{
	return sys3(SYS_dup2, fd, to, 0);
}

void *mmap(size_t size, int prot)
{
	long ret = sys3(SYS_mmap, 0, size, prot);

	return ret > 0 ? (void *)ret : NULL;
}

int munmap(void *p, size_t size)
{
	return sys3(SYS_munmap, (long)p, size, 0);
}

int mprotect(void *p, size_t size, int prot)
{
	return sys3(SYS_mprotect, (long)p, size, prot);
}
