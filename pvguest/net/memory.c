/* SPDX-License-Identifier: MIT */
/*
 * memory.c - packets' memory and random numbers for lwIP.
 *
 * The stack may hold an eighth of all memory: what comes from the wire can't
 * starve the rest.  Called with the stack's lock.
 */
#include <stdlib.h>
#include "stack.h"

/* Before each object; keeps its alignment. */
struct head {
	u64 size;
	u64 pad;
};

static u64 used;

void *net_malloc(size_t size)
{
	struct head *h;

	if (used + size > pages_total() * PAGE_SIZE / 8)
		return NULL;
	h = kmalloc(size + sizeof(*h));
	if (!h)
		return NULL;
	h->size = size;
	used += size;
	return h + 1;
}

void *net_calloc(size_t n, size_t size)
{
	void *p = net_malloc(n * size);

	if (p)
		memset(p, 0, n * size);
	return p;
}

void net_free(void *p)
{
	struct head *h = p;

	if (!p)
		return;
	used -= h[-1].size;
	kfree(h - 1);
}

u64 net_memory(void)
{
	return used;
}

/*
 * Numbers that a stranger shall not guess (ports, sequence numbers, queries):
 * the CPU's own if it has some; else a mix of the clocks, stirred each time,
 * which is as good as the time stamp counter is unknown.
 */
static u64 pool = 0x9e3779b97f4a7c15;

static bool cpu_random(u64 *n)
{
	u32 a = 1, b, c = 0, d;
	bool good;

	asm volatile("cpuid" : "+a" (a), "=b" (b), "+c" (c), "=d" (d));
	if (!(c & 1U << 30))
		return false;
	asm volatile("rdrand %0" : "=r" (*n), "=@ccc" (good));
	return good;
}

u32 net_random(void)
{
	static int has = -1;
	u64 n;

	if (has < 0) {
		has = cpu_random(&n);
		pool += arch->wallclock();
	}
	if (!has || !cpu_random(&n))
		n = arch->time() ^ __builtin_ia32_rdtsc();
	pool += n;
	pool ^= pool >> 30;
	pool *= 0xbf58476d1ce4e5b9;
	pool ^= pool >> 27;
	pool *= 0x94d049bb133111eb;
	return pool >> 32;
}
