/* SPDX-License-Identifier: MIT */
/*
 * crash.c - does what a program may not: argument says what.  The kernel must
 * end it; if it does not, the status is 0.
 */
#include "user.h"

static long poke(volatile long *p)
{
	*p = 1;
	return 0;
}

static int overflow(int depth)
{
	volatile char frame[4096];

	frame[0] = depth;
	return depth ? overflow(depth - 1) + frame[0] : 0;
}

static void jump(uint64_t to)
{
	((void (*)(void))to)();
}

/* All memory there is: the fault that finds none is the last. */
static void hog(void)
{
	volatile char *p = (char *)sys3(SYS_mmap, 0, 1L << 40, 3);

	for (; ; p += 4096)
		*p = 1;
}

static void kernel_things(const char *what)
{
	if (!strcmp(what, "hlt"))
		asm volatile("hlt");
	if (!strcmp(what, "cli"))
		asm volatile("cli");
	if (!strcmp(what, "cr3"))
		asm volatile("mov %%cr3, %%rax" ::: "rax");
	if (!strcmp(what, "wrmsr"))
		asm volatile("wrmsr" :: "c" (0xc0000080), "a" (0), "d" (0));
	if (!strcmp(what, "out"))
		asm volatile("outb %%al, $0x80" ::);
	if (!strcmp(what, "int"))
		asm volatile("int $0x80");
	if (!strcmp(what, "ds"))
		asm volatile("mov %0, %%ds" :: "r" (0x1234));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	static const long constant = 1;
	static long data = 0xc3;

	if (!strcmp(what, "null"))
		poke(NULL);
	if (!strcmp(what, "text"))
		poke((long *)(uint64_t)main);
	if (!strcmp(what, "rodata"))
		poke((long *)(uint64_t)&constant);
	if (!strcmp(what, "data"))
		jump((uint64_t)&data);
	if (!strcmp(what, "kernel"))
		poke((long *)0xffffffff80100000);
	if (!strcmp(what, "hypervisor"))
		poke((long *)0xffff800000000000);
	if (!strcmp(what, "far"))
		jump(0x8000000000000000);
	if (!strcmp(what, "stack"))
		overflow(1000);
	if (!strcmp(what, "ud2"))
		asm volatile("ud2");
	if (!strcmp(what, "int3"))
		asm volatile("int3");
	if (!strcmp(what, "divide"))
		asm volatile("div %0" :: "r" (0), "a" (1), "d" (0));
	if (!strcmp(what, "trap"))
		asm volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" ::);
	/* It is said to go on where nothing can be: so it faults for ever. */
	if (!strcmp(what, "wild")) {
		sys3(SYS_on_fault, 1L << 62, 0, 0);
		poke(NULL);
	}
	if (!strcmp(what, "hog"))
		hog();
	kernel_things(what);
	return 0;
}
