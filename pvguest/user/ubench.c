/* SPDX-License-Identifier: MIT */
/*
 * ubench.c - what user mode pays: a system call, a fault that comes back, a
 * fresh page.  TSC ticks for one, the least of some rounds, without the loop.
 */
#include "user.h"

#define ROUNDS	16
#define COUNT	64

static uint64_t loop_round(void)
{
	uint64_t start = tsc();
	int i;

	for (i = 0; i < COUNT; i++)
		asm volatile("");
	return tsc() - start;
}

static uint64_t call_round(void)
{
	uint64_t start = tsc();
	int i;

	for (i = 0; i < COUNT; i++)
		sys3(SYS_getpid, 0, 0, 0);
	return tsc() - start;
}

/* Each fault goes on at label 1, which counts it. */
static uint64_t fault_round(void)
{
	uint64_t start, n = COUNT + 1;

	asm volatile("lea 1f(%%rip), %%rdi\n\t"
		     "mov %[nr], %%eax\n\t"
		     "syscall\n\t"
		     "lfence; rdtsc\n\t"
		     "shl $32, %%rdx\n\t"
		     "or %%rdx, %%rax\n\t"
		     "mov %%rax, %[start]\n"
		     "1:\tdec %[n]\n\t"
		     "jz 2f\n\t"
		     "movb $0, 0\n"
		     "2:"
		     : [n] "+&r" (n), [start] "=&r" (start)
		     : [nr] "i" (SYS_on_fault)
		     : "rax", "rcx", "rdx", "rdi", "r11", "memory", "cc");
	start = tsc() - start;
	sys3(SYS_on_fault, 0, 0, 0);
	return start;
}

static uint64_t touch_round(void)
{
	volatile char *p = (char *)sys3(SYS_mmap, 0, (COUNT + 1) * PAGE, 3);
	uint64_t start;
	int i;

	/* The first one may need a table. */
	p[0] = 1;
	start = tsc();
	for (i = 1; i <= COUNT; i++)
		p[i * PAGE] = 1;
	start = tsc() - start;
	sys3(SYS_munmap, (long)p, (COUNT + 1) * PAGE, 0);
	return start;
}

static uint64_t least(uint64_t (*round)(void))
{
	uint64_t best = ~0ULL, n;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		n = round();
		if (n < best)
			best = n;
	}
	return best;
}

static void show(const char *what, uint64_t (*round)(void), uint64_t loop)
{
	printf("bench: %s: %lu (the loop took %lu more)\n", what,
	       (least(round) - loop) / COUNT, loop / COUNT);
}

int main(int argc, char **argv)
{
	uint64_t loop = least(loop_round);

	(void)argc;
	(void)argv;
	show("system call from user mode and back", call_round, loop);
	show("page fault from user mode and back", fault_round, loop);
	show("first touch of a page", touch_round, loop);
	return 0;
}
