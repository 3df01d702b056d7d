/* SPDX-License-Identifier: MIT */
/*
 * user.h - the little C library of the programs.
 *
 * Calls return what the kernel does: a negated error, not errno.
 */
#ifndef USER_H
#define USER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys.h>

#define EIO		5
#define E2BIG		7
#define ENOEXEC		8
#define EBADF		9
#define ECHILD		10
#define EAGAIN		11
#define ENOMEM		12
#define EFAULT		14
#define EINVAL		22
#define ENFILE		23
#define EMFILE		24
#define EROFS		30
#define EPIPE		32
#define ENOENT		2
#define ESRCH		3
#define ENOSYS		38

#define PAGE		4096UL
#define PROT_NONE	0
#define PROT_R		1
#define PROT_RW		3
#define PROT_RX		5
#define PROT_RWX	7
#define O_RDONLY	0
#define O_WRONLY	1
#define WNOHANG		1
#define SIGKILL		9
#define SIGSEGV		11

static inline long sys3(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (a), "S" (b), "d" (c)
		     : "rcx", "r11", "memory");
	return ret;
}

static inline uint64_t tsc(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (uint64_t)high << 32 | low;
}

/* Processes. */
int fork(void);
int execve(const char *file, const char *const argv[],
	   const char *const envp[]);
void exit(int status) __attribute__((noreturn));
int wait4(int pid, int *status, int options);
int kill(int pid, int signal);
int getpid(void);
int getppid(void);
int sched_yield(void);
void sleep_ms(uint64_t ms);
uint64_t time_ns(void);

/* As wait4() says it. */
static inline int exit_status(int status)
{
	return status & 0x7f ? -(status & 0x7f) : status >> 8 & 0xff;
}

/* Files. */
long read(int fd, void *buf, size_t n);
long write(int fd, const void *buf, size_t n);
int open(const char *name, int flags);
int close(int fd);
int pipe(int fd[2]);
int dup(int fd);
int dup2(int fd, int to);

/* Memory; mmap() gives zeros, anywhere, or NULL. */
void *mmap(size_t size, int prot);
int munmap(void *p, size_t size);
int mprotect(void *p, size_t size, int prot);
void *malloc(size_t size);
void free(void *p);

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
unsigned long number(const char *s);

/* %d %u %x %lu %ld %lx %s %c %%, with a width, filled by 0 if it begins so. */
void printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* To descriptor 2. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

int main(int argc, char **argv);

#endif
