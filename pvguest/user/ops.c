/* SPDX-License-Identifier: MIT */
/*
 * ops.c - what whole operations cost, in TSC ticks: a line "op NAME COUNT" for
 * each.  Under an emulator that counts instructions these are instructions,
 * the kernel's and the hypervisor's included.
 *
 * Each is the least of some rounds, so that a timer's interrupt does not
 * count.  Where somebody counts, the hypervisor's work in one more round comes
 * after it: "entries N cr3 N flushes N pages N", rounded.  "ops NAME" makes
 * one of them only.
 */
#include "user.h"

#define CALLS	64
#define STORM	1024
#define PAGES	64
#define TURNS	64

struct counts {
	uint64_t of[4];		/* see SYS_counts */
};

static const char *const names[] = { "entries", "cr3", "flushes", "pages" };

/* What the fork's process has, or a pipe's two ends each way. */
static unsigned long pages;
static int there[2], back[2];

/* Of what is measured: its start, and in the last round the counts. */
static uint64_t started;
static int counting;
static struct counts before, after;

static void begin(void)
{
	if (counting)
		sys3(SYS_counts, (long)&before, 0, 0);
	started = tsc();
}

static uint64_t end(void)
{
	uint64_t ticks = tsc() - started;

	if (counting)
		sys3(SYS_counts, (long)&after, 0, 0);
	return ticks;
}

static uint64_t nothing(void)
{
	begin();
	return end();
}

static void touch(volatile char *p, unsigned long n)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		p[i * PAGE] = 1;
}

static uint64_t null_syscall(void)
{
	int i;

	begin();
	for (i = 0; i < CALLS; i++)
		sys3(SYS_getppid, 0, 0, 0);
	return end();
}

/* Fresh pages, N of them; the first one is made before: it needs a table. */
static uint64_t faults(unsigned long n)
{
	char *p = mmap((n + 1) * PAGE, PROT_RW);
	uint64_t ticks;

	if (!p)
		return 0;
	touch(p, 1);
	begin();
	touch(p + PAGE, n);
	ticks = end();
	munmap(p, (n + 1) * PAGE);
	return ticks;
}

static uint64_t fresh_page(void)
{
	return faults(CALLS);
}

static uint64_t fault_storm(void)
{
	return faults(STORM);
}

/* Mapped, used, and given back. */
static uint64_t map_unmap(void)
{
	char *p;

	begin();
	p = mmap(PAGES * PAGE, PROT_RW);
	touch(p, PAGES);
	munmap(p, PAGES * PAGE);
	return end();
}

/* Made read-only and writable again, with pages there; or used, too. */
static uint64_t protect(int use)
{
	char *p = mmap(PAGES * PAGE, PROT_RW);
	uint64_t ticks;

	touch(p, PAGES);
	begin();
	mprotect(p, PAGES * PAGE, PROT_R);
	mprotect(p, PAGES * PAGE, PROT_RW);
	if (use)
		touch(p, PAGES);
	ticks = end();
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
	begin();
	pid = fork();
	if (!pid)
		exit(0);
	wait4(pid, NULL, 0);
	ticks = end();
	munmap(p, pages * PAGE);
	return pid > 0 ? ticks : 0;
}

static uint64_t fork_exec(void)
{
	static const char *const argv[] = { "true", NULL };
	int status = -1, pid;

	begin();
	pid = fork();
	if (!pid) {
		execve(argv[0], argv, NULL);
		exit(1);
	}
	wait4(pid, &status, 0);
	return status ? 0 : end();
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
	int i;

	begin();
	for (i = 0; i < TURNS; i++) {
		write(there[1], &c, 1);
		read(back[0], &c, 1);
	}
	return end();
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
	counting = !sys3(SYS_counts, (long)&before, 0, 0);
	if (counting && !op())
		best = 0;
	counting = 0;
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
	unsigned int parts;	/* of which one is shown */
} ops[] = {
	{ "null-syscall", null_syscall, 0, 16, CALLS },
	{ "fresh-page", fresh_page, 0, 16, CALLS },
	{ "fault-storm", fault_storm, 0, 4, 1 },
	{ "map-unmap-64", map_unmap, 0, 8, 1 },
	{ "protect-pair-64", protect_pair, 0, 8, 1 },
	{ "touch-protect-64", touch_protect, 0, 8, 1 },
	{ "fork-16", fork_wait, 16, 8, 1 },
	{ "fork-256", fork_wait, 256, 8, 1 },
	{ "fork-4096", fork_wait, 4096, 3, 1 },
	{ "fork-exec", fork_exec, 0, 8, 1 },
	{ "pipe-switch", switches, 0, 1, 2 * TURNS },
};

/* What reading the counts itself adds is taken off. */
static void show(const struct op *op, uint64_t ticks, const struct counts *own)
{
	unsigned int i;
	uint64_t n;

	printf("op %s %lu", op->name, ticks / op->parts);
	for (i = 0; own && i < 4; i++) {
		n = after.of[i] - before.of[i] - own->of[i];
		printf(" %s %lu", names[i], (n + op->parts / 2) / op->parts);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	struct counts own;
	unsigned int i;
	uint64_t n;
	int failed = 0, counted = !sys3(SYS_counts, (long)&own, 0, 0);

	least(nothing, 1);
	for (i = 0; i < 4; i++)
		own.of[i] = after.of[i] - before.of[i];
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (argc > 1 && strcmp(argv[1], ops[i].name))
			continue;
		pages = ops[i].pages;
		n = least(ops[i].fn, ops[i].rounds);
		if (n)
			show(&ops[i], n, counted ? &own : NULL);
		else
			printf("op %s failed\n", ops[i].name);
		failed |= !n;
	}
	return failed;
}
