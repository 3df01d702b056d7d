/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - "calls X" makes system calls with random arguments, "code X" runs
 * random bytes, X being the seed.  The kernel must live; how we end is of no
 * importance: random code sooner or later loops for ever.
 *
 * It loses its registers and its stack: a fault goes on where both are taken
 * from memory.
 */
#include "user.h"

#define CALLS		20000
#define CODE_SIZE	4096
#define TRIES		400

static uint64_t state;
static uint64_t stack;
static unsigned char *code;

static uint64_t random(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 33;
}

/* What is near a border, or anything. */
static uint64_t value(void)
{
	static const uint64_t borders[] = {
		0, 1, 7, 4096, 0x10000, 0x400000, 0x402000, 0x10200000,
		0x100be000, 0x100fe000, 0x10100000,
		0x7ffffffff000, 0x800000000000, 0xffff800000000000,
		0xffffffff80100000, 0xffffffffc0004000, ~0xfffULL, ~0ULL,
	};
	uint64_t n = borders[random() % 18];

	switch (random() % 4) {
	case 0:
		return n;
	case 1:
		return n + random() % 16 - 8;
	case 2:
		return n + (random() % 64) * 4096;
	default:
		return random() << random() % 34;
	}
}

/* All but those that end, wait or print. */
static void calls(void)
{
	static const uint16_t numbers[] = {
		SYS_mmap, SYS_mprotect, SYS_munmap, SYS_sched_yield,
		SYS_getpid, SYS_on_fault, SYS_time, 4, 511, SYS_COUNT,
		SYS_open, SYS_close, SYS_pipe, SYS_dup, SYS_dup2,
		SYS_execve, SYS_getppid, SYS_counts,
	};
	int i;

	for (i = 0; i < CALLS; i++)
		sys3(numbers[random() % 18], value(), value(), value());
}

static void fill(void)
{
	static const unsigned char likely[] = {
		0x0f, 0x05, 0x0f, 0x0b, 0x0f, 0x01, 0x0f, 0x20, 0x0f, 0x22,
		0x0f, 0x30, 0x0f, 0x32, 0x0f, 0xa2, 0x0f, 0xae, 0xcd, 0xcf,
		0x48, 0x8e, 0x8c, 0x9d, 0xf4, 0xfa, 0xfb, 0xf3, 0xf2, 0xf0,
		0x66, 0x65, 0x64, 0xca, 0xcb, 0xc8, 0xe4, 0xee, 0x31, 0xff,
	};
	int i;

	for (i = 0; i < CODE_SIZE; i++)
		code[i] = random() % 3 ? random() : likely[random() % 40];
}

/* Runs CODE at a random place until it faults; RSP is saved in STACK. */
static void jump_in(unsigned char *to)
{
	asm volatile("push %%rbp\n\t"
		     "push %%rbx\n\t"
		     "mov %%rsp, %[stack]\n\t"
		     "mov %[to], %%rbx\n\t"
		     "lea 1f(%%rip), %%rdi\n\t"
		     "mov %[nr], %%eax\n\t"
		     "syscall\n\t"
		     "jmp *%%rbx\n"
		     "1:\tcld\n\t"
		     "mov %[stack], %%rsp\n\t"
		     "pop %%rbx\n\t"
		     "pop %%rbp"
		     : [stack] "+m" (stack)
		     : [to] "r" (to), [nr] "i" (SYS_on_fault)
		     : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
		       "r11", "r12", "r13", "r14", "r15", "memory", "cc");
}

int main(int argc, char **argv)
{
	const char *seed = argc > 2 ? argv[2] : "";
	int i;

	for (; *seed; seed++)
		state = state * 256 + *seed;
	if (argc > 1 && !strcmp(argv[1], "calls")) {
		calls();
		return 0;
	}
	for (i = 0; i < TRIES; i++) {
		code = mmap(CODE_SIZE, PROT_RW);
		fill();
		mprotect(code, CODE_SIZE, PROT_RX);
		jump_in(code + random() % CODE_SIZE);
		munmap(code, CODE_SIZE);
	}
	return 0;
}
