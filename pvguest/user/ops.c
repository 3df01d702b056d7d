/* SPDX-License-Identifier: MIT */
/*
 * ops.c - what whole operations cost, in TSC ticks: a line "op NAME COUNT" for
 * each.  Under an emulator that counts instructions these are instructions,
 * the kernel's and the hypervisor's included.
 *
 * Each is the least of some rounds, so that a timer's interrupt does not
 * count.  "ops NAME" makes one of them only.
 */
#include "user.h"

#define CALLS	64
#define STORM	1024
#define PAGES	64
#define TURNS	64

/* What the fork's process has, or a pipe's two ends each way. */
static unsigned long pages;
static int there[2], back[2];

static void touch(volatile char *p, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		p[i * PAGE] = 1;
}

static uint64_t null_syscall(void)
{
	uint64_t start = tsc();
	int i;

	for (i = 0; i < CALLS; i++)
		sys3(SYS_getppid, 0, 0, 0);
	return (tsc() - start) / CALLS;
}

/* Fresh pages, N of them; the first one is made before: it needs a table. */
static uint64_t faults(unsigned long n)
{
	char *p = mmap((n + 1) * PAGE, PROT_RW);
	uint64_t ticks;

	if (!p)
		return 0;
	touch(p, 1);
	ticks = tsc();
	touch(p + PAGE, n);
	ticks = tsc() - ticks;
	munmap(p, (n + 1) * PAGE);
	return ticks / n;
}

static uint64_t fresh_page(void)
{
	return faults(CALLS);
}

static uint64_t fault_storm(void)
{
	return faults(STORM) * STORM;
}

/* Mapped, used, and given back. */
static uint64_t map_unmap(void)
{
	uint64_t start = tsc();
	char *p = mmap(PAGES * PAGE, PROT_RW);

	touch(p, PAGES);
	munmap(p, PAGES * PAGE);
	return tsc() - start;
}

/* Made read-only and writable again, with pages there; or used, too. */
static uint64_t protect(int use)
{
	char *p = mmap(PAGES * PAGE, PROT_RW);
	uint64_t ticks;

	touch(p, PAGES);
	ticks = tsc();
	mprotect(p, PAGES * PAGE, PROT_R);
	mprotect(p, PAGES * PAGE, PROT_RW);
	if (use)
		touch(p, PAGES);
	ticks = tsc() - ticks;
	munmap(p, PAGES * PAGE);
	return ticks;
}

static uint64_t protect_pair(void)
{
	return protect(0);
}

static uint64_t touch_protect(void)
{
	return protect(1);
}

/* The child ends at once; the parent waits for that. */
static uint64_t fork_wait(void)
{
	char *p = mmap(pages * PAGE, PROT_RW);
	uint64_t ticks;
	int pid;

	touch(p, pages);
	ticks = tsc();
	pid = fork();
	if (!pid)
		exit(0);
	wait4(pid, NULL, 0);
	ticks = tsc() - ticks;
	munmap(p, pages * PAGE);
	return pid > 0 ? ticks : 0;
}

static uint64_t fork_exec(void)
{
	static const char *const argv[] = { "true", NULL };
	uint64_t start = tsc();
	int status = -1, pid = fork();

	if (!pid) {
		execve(argv[0], argv, NULL);
		exit(1);
	}
	wait4(pid, &status, 0);
	return status ? 0 : tsc() - start;
}

static void echoes(void)
{
	char c;

	close(there[1]);
	while (read(there[0], &c, 1) == 1)
		write(back[1], &c, 1);
	exit(0);
}

/* A byte there and back is two switches. */
static uint64_t pipe_switch(void)
{
	char c = 'x';
	uint64_t ticks = tsc();
	int i;

	for (i = 0; i < TURNS; i++) {
		write(there[1], &c, 1);
		read(back[0], &c, 1);
	}
	ticks = tsc() - ticks;
	return ticks / (2 * TURNS);
}

/* 0: an operation failed. */
static uint64_t least(uint64_t (*op)(void), int rounds)
{
	uint64_t best = ~0UL, n;

	while (rounds--) {
		n = op();
		if (n < best)
			best = n;
	}
	return best;
}

static uint64_t switches(void)
{
	uint64_t best;
	int pid;

	if (pipe(there) || pipe(back))
		return 0;
	pid = fork();
	if (pid < 0)
		return 0;
	if (!pid)
		echoes();
	best = least(pipe_switch, 8);
	close(there[1]);
	wait4(pid, NULL, 0);
	close(there[0]);
	close(back[0]);
	close(back[1]);
	return best;
}

static const struct op {
	const char *name;
	uint64_t (*fn)(void);
	unsigned long pages;
	int rounds;
} ops[] = {
	{ "null-syscall", null_syscall, 0, 16 },
	{ "fresh-page", fresh_page, 0, 16 },
	{ "fault-storm", fault_storm, 0, 4 },
	{ "map-unmap-64", map_unmap, 0, 8 },
	{ "protect-pair-64", protect_pair, 0, 8 },
	{ "touch-protect-64", touch_protect, 0, 8 },
	{ "fork-16", fork_wait, 16, 8 },
	{ "fork-256", fork_wait, 256, 8 },
	{ "fork-4096", fork_wait, 4096, 3 },
	{ "fork-exec", fork_exec, 0, 8 },
	{ "pipe-switch", switches, 0, 1 },
};

int main(int argc, char **argv)
{
	unsigned int i;
	uint64_t n;
	int failed = 0;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (argc > 1 && strcmp(argv[1], ops[i].name))
			continue;
		pages = ops[i].pages;
		n = least(ops[i].fn, ops[i].rounds);
		if (n)
			printf("op %s %lu\n", ops[i].name, n);
		else
			printf("op %s failed\n", ops[i].name);
		failed |= !n;
	}
	return failed;
}
