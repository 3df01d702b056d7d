/* SPDX-License-Identifier: MIT */
/*
 * procs.c - forks, programs, descriptors and pipes, seen from user mode.  The
 * status is the number of the first check that fails, or 0.
 */
#include "user.h"

#define KERNEL	0xffffffff80100000
#define BIG	20000

static int count;
static unsigned char big[BIG];
static volatile int shared = 1;

static void check(int good)
{
	count++;
	if (!good)
		exit(count);
}

/* What the child returns, or its negated signal. */
static int in_child(int (*fn)(void))
{
	int status = -1, pid = fork();

	if (!pid)
		exit(fn());
	check(pid > 0);
	check(wait4(pid, &status, 0) == pid);
	return exit_status(status);
}

static int writes(void)
{
	int i, good = shared == 1;

	shared = 2;
	for (i = 0; i < BIG; i += 4096)
		big[i]++;
	return good && shared == 2 && big[0] == 8 ? 42 : 1;
}

static int faults(void)
{
	volatile int *volatile nowhere = (int *)8;

	*nowhere = 1;
	return 0;
}

static int reads_constant(void)
{
	static const int constant = 5;

	*(volatile int *)(uint64_t)&constant = 6;
	return 0;
}

/* A grandchild still finds what both before it had. */
static int forks_again(void)
{
	shared++;
	return in_child(writes) + (shared == 2);
}

static void copies(void)
{
	int i;

	memset(big, 7, sizeof(big));
	for (i = 0; i < 3; i++) {
		check(in_child(writes) == 42);
		check(shared == 1 && big[0] == 7 && big[BIG - 1] == 7);
	}
	/* shared is 2 there: its child says so. */
	check(in_child(forks_again) == 2);
	/* Nobody else has them now: no copy, but still ours. */
	memset(big, 9, sizeof(big));
	check(big[BIG - 1] == 9);
	check(in_child(faults) == -11);
	check(in_child(reads_constant) == -11);
}

/* A change of protection must not give away what is shared. */
static void protected_copies(void)
{
	char *p = mmap(8 * PAGE, PROT_RW);
	int pid, status, i;

	for (i = 0; i < 8; i++)
		p[i * PAGE] = i;
	pid = fork();
	if (!pid) {
		mprotect(p, 8 * PAGE, PROT_R);
		mprotect(p, 8 * PAGE, PROT_RW);
		for (i = 0; i < 8; i++)
			p[i * PAGE] += 10;
		exit(p[7 * PAGE]);
	}
	check(wait4(pid, &status, 0) == pid && exit_status(status) == 17);
	for (i = 0; i < 8; i++)
		check(p[i * PAGE] == i);
	check(!munmap(p, 8 * PAGE));
}

/* Memory of whole tables, of which each may change a part. */
static void tables(void)
{
	const int n = 600;
	char *p = mmap(n * PAGE, PROT_RW);
	int pid, status, i, round;

	for (i = 0; i < n; i++)
		p[i * PAGE] = i;
	for (round = 0; round < 3; round++) {
		pid = fork();
		if (!pid) {
			p[5 * PAGE] = 99;
			check(!munmap(p + 300 * PAGE, 100 * PAGE));
			check(!mprotect(p + 10 * PAGE, 10 * PAGE, PROT_R));
			/* Still those of both its ancestors. */
			pid = fork();
			check(p[4 * PAGE] == 4 && p[299 * PAGE] == (char)299);
			check(p[5 * PAGE] == 99 && p[599 * PAGE] == (char)599);
			p[299 * PAGE] = 1;
			if (!pid)
				exit(3);
			check(wait4(pid, &status, 0) == pid && status == 768);
			p[15 * PAGE] = 1;
			exit(4);
		}
		/* Sometimes we write first. */
		if (round == 1)
			p[7 * PAGE] = 7;
		check(wait4(pid, &status, 0) == pid && status == SIGSEGV);
		for (i = 0; i < n; i++)
			check(p[i * PAGE] == (char)i);
		p[round * PAGE] = round;
		check(mprotect(p, n * PAGE, PROT_R) == 0);
		check(mprotect(p, n * PAGE, PROT_RW) == 0);
	}
	check(!munmap(p, n * PAGE));
}

static void waits(void)
{
	int status, pid;

	check(wait4(-1, &status, 0) == -ECHILD);
	pid = fork();
	if (!pid)
		for (;;)
			sleep_ms(1000);
	check(wait4(pid, &status, WNOHANG) == 0);
	check(wait4(-1, &status, 7) == -EINVAL);
	check(wait4(pid + 1, &status, 0) == -ECHILD);
	check(kill(pid, 0) == 0);
	check(kill(pid, SIGKILL) == 0);
	check(wait4(-1, &status, 0) == pid && exit_status(status) == -9);
	check(kill(pid, SIGKILL) == -ESRCH);
	check(kill(-1, SIGKILL) == -EINVAL && kill(1, 1000) == -EINVAL);
	pid = fork();
	if (!pid)
		exit(getppid() > 0);
	check(wait4(pid, (int *)KERNEL, 0) == -EFAULT);
}

static void programs(void)
{
	static const char *const args[] = { "procs", "args", "one", "", "2 3",
					    NULL };
	static char much[1100];
	const char *const too_much[] = { "true", much, NULL };
	int status, pid = fork();

	memset(much, 'x', sizeof(much) - 1);
	if (!pid)
		exit(-execve("procs", args, NULL));
	check(wait4(pid, &status, 0) == pid && !exit_status(status));
	check(execve("nothing", args, NULL) == -ENOENT);
	check(execve("readme.txt", args, NULL) == -ENOEXEC);
	check(execve(NULL, args, NULL) == -EFAULT);
	check(execve(much, args, NULL) < 0);
	check(execve("true", (void *)KERNEL, NULL) == -EFAULT);
	check(execve("true", (void *)~7UL, NULL) == -EFAULT);
	check(execve("true", too_much, NULL) == -E2BIG);
}

static int args_good(int argc, char **argv)
{
	return argc == 5 && !strcmp(argv[2], "one") && !*argv[3] &&
	       !strcmp(argv[4], "2 3") && !argv[5];
}

static void files(void)
{
	char a[8], b[8];
	int fd = open("readme.txt", O_RDONLY), other, n;

	check(fd > 2 && read(fd, a, 5) == 5 && !memcmp(a, "This ", 5));
	other = dup(fd);
	check(other > fd && read(other, b, 3) == 3 && !memcmp(b, "is ", 3));
	check(dup2(fd, 7) == 7 && !close(fd) && !close(other));
	check(read(7, b, 3) == 3 && !memcmp(b, "the", 3));
	check(read(7, (void *)KERNEL, 3) == -EFAULT);
	check(write(7, a, 1) == -EBADF && !close(7) && close(7) == -EBADF);
	check(open("nothing", O_RDONLY) == -ENOENT);
	check(open("readme.txt", O_WRONLY) == -EROFS);
	check(open((char *)KERNEL, O_RDONLY) == -EFAULT);
	check(dup(5) == -EBADF && dup2(5, 6) == -EBADF);
	check(dup2(1, 16) == -EBADF && dup2(1, -1) == -EBADF);
	for (n = 0; (fd = open("/dev/console", O_WRONLY)) >= 0; n++)
		;
	check(n == 13 && fd == -EMFILE && dup(1) == -EMFILE);
	check(close(15) == 0 && sys3(SYS_pipe, (long)a, 0, 0) == -EMFILE);
	check(dup(1) == 15);
	for (n = 3; n < 16; n++)
		check(!close(n));
}

static void pipes(void)
{
	int fd[2], pid, status;
	long n, at = 0;
	unsigned int sum = 0;

	check(sys3(SYS_pipe, KERNEL, 0, 0) == -EFAULT);
	check(!pipe(fd) && fd[0] == 3 && fd[1] == 4);
	pid = fork();
	if (!pid) {
		close(fd[0]);
		for (n = 0; n < BIG; n++)
			big[n] = n;
		exit(write(fd[1], big, BIG) != BIG);
	}
	close(fd[1]);
	while ((n = read(fd[0], big + at, 999)) > 0)
		at += n;
	check(!n && at == BIG);
	for (n = 0; n < BIG; n++)
		sum += big[n] != (unsigned char)n;
	check(!sum);
	check(wait4(pid, &status, 0) == pid && !status);
	check(write(fd[0], big, 1) == -EBADF && !close(fd[0]));
	/* Nobody reads. */
	check(!pipe(fd) && !close(fd[0]));
	check(write(fd[1], big, 1) == -EPIPE && !close(fd[1]));
	check(!pipe(fd) && read(fd[1], big, 1) == -EBADF);
	check(write(fd[1], (void *)KERNEL, 1) == -EFAULT);
	check(write(fd[1], big, 1) == 1);
	check(read(fd[0], (void *)KERNEL, 1) == -EFAULT);
	check(!close(fd[1]) && !read(fd[0], big, 0) && !close(fd[0]));
}

/* A full pipe, an empty one: who waits can be killed. */
static void killed_waits(void)
{
	int fd[2], pid, status, i;

	check(!pipe(fd));
	for (i = 0; i < 2; i++) {
		pid = fork();
		if (!pid) {
			while (i ? write(fd[1], big, BIG) > 0 :
				   read(fd[0], big, 1) > 0)
				;
			exit(0);
		}
		sleep_ms(2);
		check(!wait4(pid, &status, WNOHANG) && !kill(pid, SIGKILL));
		check(wait4(pid, &status, 0) == pid && status == SIGKILL);
	}
	check(!close(fd[0]) && !close(fd[1]));
}

/* Pipes and processes are counted: an error, and all of it comes back. */
static void limits(void)
{
	int fd[2], kid[64], kids = 0, pid, n;

	while (kids < 64 && (pid = fork()) > 0)
		kid[kids++] = pid;
	if (!pid) {
		/* Six each: more than there may be. */
		for (n = 0; n < 6 && !pipe(fd); n++)
			;
		for (;;)
			sleep_ms(1000);
	}
	check(pid == -EAGAIN && kids > 10 && kids < 64);
	sleep_ms(5);
	check(pipe(fd) == -ENFILE);
	for (n = 0; n < kids; n++)
		check(!kill(kid[n], SIGKILL));
	while (wait4(-1, NULL, 0) > 0)
		;
	check(!pipe(fd) && !close(fd[0]) && !close(fd[1]));
}

/* Each child makes two, and so on: until all of them are ended. */
static void bomb(void)
{
	for (;;)
		fork();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} groups[] = {
		{ "copies", copies }, { "protected", protected_copies },
		{ "tables", tables },
		{ "waits", waits }, { "programs", programs },
		{ "files", files }, { "pipes", pipes },
		{ "killed", killed_waits }, { "limits", limits },
		{ "bomb", bomb },
	};
	unsigned int i;

	if (argc > 1 && !strcmp(argv[1], "args"))
		return !args_good(argc, argv);
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (argc > 1 && !strcmp(argv[1], groups[i].name)) {
			groups[i].fn();
			return 0;
		}
	return 255;
}
