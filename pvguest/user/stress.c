/* SPDX-License-Identifier: MIT */
/*
 * stress.c - "stress ROUNDS [SEED]": processes that map, protect, share and
 * give back memory at random, and look after each step whether all of it holds
 * what it should; trees of processes, forks up to the limit, pipes.
 *
 * Random numbers depend on the seed, the round and the worker alone, and sums
 * are taken in any order: so the output is the same wherever it runs.  0
 * rounds: without end.  The status is 1 at the first thing that is wrong.
 */
#include "user.h"

#define WORKERS	4
#define STEPS	40
#define SLOTS	8		/* mappings of a worker */
#define PAGES	24		/* of a mapping, at most */
#define DEPTH	4
#define BULK	30000

struct slot {
	char *p;
	unsigned long pages;
	uint64_t key;
	int readable;		/* only */
};

static struct slot slots[SLOTS];
static uint64_t state;

static uint64_t random(uint64_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % below;
}

static void fail(const char *what)
{
	printf("stress: %s\n", what);
	exit(1);
}

/* What belongs into word AT of a page. */
static uint64_t word(const struct slot *s, unsigned long page,
		     unsigned long at)
{
	return (s->key + page * 512 + at) * 0x9e3779b97f4a7c15ULL;
}

/* A few words of each page: the place depends on the page. */
static uint64_t *place(const struct slot *s, unsigned long page, int i)
{
	return (uint64_t *)(s->p + page * PAGE) +
	       (page * 37 + i * 131 + s->key) % 512;
}

static void fill(struct slot *s)
{
	unsigned long page;
	int i;

	s->key = random(1UL << 30);
	for (page = 0; page < s->pages; page++)
		for (i = 0; i < 3; i++)
			*place(s, page, i) =
				word(s, page, (page * 37 + i * 131 + s->key) %
					      512);
}

static uint64_t sum(const struct slot *s)
{
	unsigned long page;
	uint64_t total = 0, want;
	int i;

	for (page = 0; s->p && page < s->pages; page++)
		for (i = 0; i < 3; i++) {
			want = word(s, page,
				    (page * 37 + i * 131 + s->key) % 512);
			if (*place(s, page, i) != want)
				fail("a page changed");
			total += want;
		}
	return total;
}

static uint64_t sum_all(void)
{
	uint64_t total = 0;
	int i;

	for (i = 0; i < SLOTS; i++)
		total += sum(&slots[i]);
	return total;
}

static void drop(struct slot *s)
{
	if (munmap(s->p, s->pages * PAGE))
		fail("munmap");
	s->p = NULL;
}

static void step_map(struct slot *s)
{
	unsigned long i;

	if (s->p)
		drop(s);
	s->pages = 1 + random(PAGES);
	s->readable = 0;
	s->p = mmap(s->pages * PAGE, PROT_RW);
	if (!s->p)
		fail("mmap");
	for (i = 0; i < s->pages; i++)
		if (*place(s, i, 1))
			fail("a fresh page is not zero");
	fill(s);
}

static void step_protect(struct slot *s)
{
	if (!s->p)
		return;
	s->readable = !s->readable;
	if (mprotect(s->p, s->pages * PAGE, s->readable ? PROT_R : PROT_RW))
		fail("mprotect");
	if (!s->readable)
		fill(s);
}

/* The tail is given back. */
static void step_cut(struct slot *s)
{
	unsigned long keep;

	if (!s->p || s->pages < 2)
		return;
	keep = 1 + random(s->pages - 1);
	if (munmap(s->p + keep * PAGE, (s->pages - keep) * PAGE))
		fail("munmap of a tail");
	s->pages = keep;
}

static void reap(int pid, int want)
{
	int status = -1;

	if (wait4(pid, &status, 0) != pid || exit_status(status) != want)
		fail("a child's status");
}

/* A child sees all of it, changes all of it, and we see none of that. */
static void step_fork(void)
{
	uint64_t before = sum_all();
	int pid = fork(), i;

	if (pid < 0)
		return;
	if (!pid) {
		if (sum_all() != before)
			fail("a child's memory");
		for (i = 0; i < SLOTS; i++)
			if (slots[i].p && !slots[i].readable)
				fill(&slots[i]);
		sum_all();
		exit(7);
	}
	if (random(2))
		step_map(&slots[random(SLOTS)]);
	sum_all();
	reap(pid, 7);
}

static void step(void)
{
	struct slot *s = &slots[random(SLOTS)];

	switch (random(8)) {
	case 0:
	case 1:
		step_map(s);
		break;
	case 2:
	case 3:
		step_protect(s);
		break;
	case 4:
		step_cut(s);
		break;
	case 5:
		step_fork();
		break;
	case 6:
		sleep_ms(random(80));
		break;
	default:
		sched_yield();
	}
	sum_all();
}

static uint64_t work(uint64_t seed)
{
	int i;

	state = seed;
	for (i = 0; i < STEPS; i++)
		step();
	return sum_all() + state;
}

/* Each makes two more, DEPTH deep, and says how many there were. */
static int tree(int depth)
{
	int pid[2], i, total = 1, status;

	for (i = 0; depth && i < 2; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			fail("fork of a tree");
		if (!pid[i])
			exit(tree(depth - 1));
	}
	for (i = 0; depth && i < 2; i++) {
		if (wait4(pid[i], &status, 0) != pid[i])
			fail("wait of a tree");
		total += exit_status(status);
	}
	return total;
}

/* As many as there may be; then all of them are ended. */
static int limit(void)
{
	int kid[64], n = 0, i;

	while (n < 64 && (kid[n] = fork()) > 0)
		n++;
	if (n < 64 && !kid[n])
		for (;;)
			sleep_ms(1000000);
	for (i = 0; i < n; i++)
		if (kill(kid[i], SIGKILL))
			fail("kill");
	for (i = 0; i < n; i++)
		reap(kid[i], -SIGKILL);
	return n;
}

/* Bytes through a process between two pipes; their sum. */
static uint64_t bulk(uint64_t seed)
{
	static unsigned char out[BULK], in[BULK];
	uint64_t total = 0;
	int fd[2], pid;
	long n, at = 0;

	state = seed;
	for (n = 0; n < BULK; n++)
		out[n] = random(256);
	if (pipe(fd))
		fail("pipe");
	pid = fork();
	if (!pid) {
		close(fd[0]);
		for (at = 0; at < BULK; at += n) {
			n = 1 + random(3000);
			n = n < BULK - at ? n : BULK - at;
			if (write(fd[1], out + at, n) != n)
				fail("write");
		}
		exit(3);
	}
	close(fd[1]);
	while ((n = read(fd[0], in + at, 1 + random(2000))) > 0)
		at += n;
	if (n || at != BULK || memcmp(in, out, BULK))
		fail("a pipe's bytes");
	close(fd[0]);
	reap(pid, 3);
	for (n = 0; n < BULK; n++)
		total = total * 31 + in[n];
	return total;
}

/* Workers side by side, each with a process of its own. */
static uint64_t workers(uint64_t seed)
{
	int fd[2], pid[WORKERS], i;
	uint64_t total = 0, one;

	if (pipe(fd))
		fail("pipe");
	for (i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			fail("fork of a worker");
		if (pid[i])
			continue;
		one = work(seed * WORKERS + i);
		if (write(fd[1], &one, sizeof(one)) != sizeof(one))
			fail("a worker's pipe");
		exit(0);
	}
	close(fd[1]);
	while (read(fd[0], &one, sizeof(one)) == sizeof(one))
		total += one;
	close(fd[0]);
	for (i = 0; i < WORKERS; i++)
		reap(pid[i], 0);
	return total;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : 10, i;
	uint64_t seed = argc > 2 ? number(argv[2]) : 1, total;
	int nodes, most;

	for (i = 1; !rounds || i <= rounds; i++) {
		total = workers(seed + i * 1000);
		total += bulk(seed + i);
		nodes = tree(DEPTH);
		most = limit();
		printf("stress: round %lu: %d in a tree, %d at most, sum "
		       "%lx\n", i, nodes, most, total);
	}
	printf("stress: done\n");
	return 0;
}
