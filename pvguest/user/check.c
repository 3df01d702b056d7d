/* SPDX-License-Identifier: MIT */
/*
 * check.c - system calls, good and bad, seen from user mode.  The status is
 * the number of the first check that fails, or 0.
 */
#include "user.h"

#define WIDE		(1UL << 46)
#define KERNEL		0xffffffff80100000

static int count;

static void check(int good)
{
	count++;
	if (!good)
		exit(count);
}

static void bad_arguments(void)
{
	uint64_t late[2] = { 0, 1000000000 };

	check(sys3(9999, 0, 0, 0) == -ENOSYS);
	check(sys3(-1, 0, 0, 0) == -ENOSYS);
	check(sys3(SYS_write, 7, (long)"x", 1) == -EBADF);
	check(sys3(SYS_write, 1, 0, 1) == -EFAULT);
	check(sys3(SYS_write, 1, KERNEL, 8) == -EFAULT);
	check(sys3(SYS_write, 1, 0xffff800000000000, 8) == -EFAULT);
	check(sys3(SYS_write, 1, 0x7fffffffffff, 8) == -EFAULT);
	check(sys3(SYS_write, 1, -1, 8) == -EFAULT);
	check(sys3(SYS_write, 1, (long)"", 0) == 0);
	check(sys3(SYS_nanosleep, KERNEL, 0, 0) == -EFAULT);
	check(sys3(SYS_nanosleep, (long)late, 0, 0) == -EINVAL);
	check(sys3(SYS_read, 7, 0, 1) == -EBADF);
	check(sys3(SYS_read, -1, 0, 1) == -EBADF);
}

static void bad_ranges(void)
{
	check(sys3(SYS_mmap, 0, 0, PROT_RW) == -EINVAL);
	check(sys3(SYS_mmap, 0, -1, PROT_RW) == -EINVAL);
	check(sys3(SYS_mmap, 0, PAGE, PROT_RWX) == -EINVAL);
	check(sys3(SYS_mmap, 0, 0x7ffffffff000 - PAGE, PROT_R) == -ENOMEM);
	check(sys3(SYS_munmap, 1, PAGE, 0) == -EINVAL);
	check(sys3(SYS_munmap, 0, PAGE, 0) == -EINVAL);
	check(sys3(SYS_munmap, KERNEL & -PAGE, PAGE, 0) == -EINVAL);
	check(sys3(SYS_munmap, 0x400000, 0x7ffffffff000, 0) == -EINVAL);
	check(sys3(SYS_mprotect, 0x400000, PAGE, PROT_RWX) == -EINVAL);
	check(sys3(SYS_mprotect, 0x400000, PAGE, PROT_NONE) == -EINVAL);
}

/* Does touching it fault?  WRITE: write, else read. */
static int faults(volatile char *p, int write)
{
	uint64_t faulted = 1;

	asm volatile("lea 1f(%%rip), %%rdi\n\t"
		     "mov %[nr], %%eax\n\t"
		     "syscall\n\t"
		     "test %[write], %[write]\n\t"
		     "jz 2f\n\t"
		     "movb $7, (%[p])\n\t"
		     "jmp 3f\n"
		     "2:\tmovb (%[p]), %%al\n"
		     "3:\txor %k[faulted], %k[faulted]\n"
		     "1:\n"
		     : [faulted] "+r" (faulted)
		     : [nr] "i" (SYS_on_fault), [write] "r" (write), [p] "r" (p)
		     : "rax", "rcx", "rdi", "r11", "memory", "cc");
	sys3(SYS_on_fault, 0, 0, 0);
	return faulted;
}

static void mappings(void)
{
	char *p = (char *)sys3(SYS_mmap, 0, 16 * PAGE, PROT_RW);
	unsigned long i;

	check((long)p > 0);
	for (i = 0; i < 16; i++) {
		check(p[i * PAGE] == 0);
		p[i * PAGE] = i;
	}
	check(!sys3(SYS_mprotect, (long)p + 4 * PAGE, 4 * PAGE, PROT_R));
	for (i = 0; i < 16; i++) {
		check(faults(p + i * PAGE, 1) == (i >= 4 && i < 8));
		check(!faults(p + i * PAGE, 0));
	}
	check(p[5 * PAGE] == 5);
	check(p[9 * PAGE] == 7);
	/* The kernel must not write there either. */
	check(sys3(SYS_read, 0, (long)p + 4 * PAGE, 0) == 0);
	check(!sys3(SYS_munmap, (long)p + 2 * PAGE, 4 * PAGE, 0));
	for (i = 0; i < 16; i++)
		check(faults(p + i * PAGE, 0) == (i >= 2 && i < 6));
	check(sys3(SYS_write, 1, (long)p + 2 * PAGE, 1) == -EFAULT);
	check(!sys3(SYS_mprotect, (long)p + 6 * PAGE, 2 * PAGE, PROT_RW));
	check(!faults(p + 6 * PAGE, 1));
	check(!sys3(SYS_munmap, (long)p, 16 * PAGE, 0));
	check(faults(p, 0));
}

/* Much address space, little memory: it costs what is in it. */
static void wide(void)
{
	char *p = (char *)sys3(SYS_mmap, 0, WIDE, PROT_RW);

	check((long)p > 0);
	p[0] = p[WIDE / 2] = p[WIDE - 1] = 1;
	check(!sys3(SYS_mprotect, (long)p, WIDE / 2, PROT_R));
	check(faults(p, 1) && !faults(p + WIDE / 2, 1));
	check(!sys3(SYS_munmap, (long)p, WIDE, 0));
	check(faults(p, 0) && faults(p + WIDE - 1, 0));
}

/* Vector registers are ours alone, whoever runs meanwhile. */
static void registers(uint64_t seed)
{
	uint64_t low, i;

	asm volatile("movq %0, %%xmm0\n\tmovq %0, %%xmm15" :: "r" (seed));
	for (i = 0; i < 50; i++) {
		sleep_ms(i % 2);
		asm volatile("movq %%xmm0, %0" : "=r" (low));
		check(low == seed);
		asm volatile("movq %%xmm15, %0" : "=r" (low));
		check(low == seed);
	}
}

static void clock(void)
{
	long start = sys3(SYS_time, 0, 0, 0);

	sleep_ms(5);
	check(sys3(SYS_time, 0, 0, 0) - start >= 5000000);
	check(sys3(SYS_getpid, 0, 0, 0) > 0);
	check(!sys3(SYS_sched_yield, 0, 0, 0));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "calls")) {
		bad_arguments();
		bad_ranges();
		clock();
		return 0;
	}
	if (!strcmp(what, "memory")) {
		mappings();
		wide();
		return 0;
	}
	if (!strcmp(what, "fpu")) {
		registers(sys3(SYS_getpid, 0, 0, 0) * 0x0123456789abcdefULL);
		return 0;
	}
	return 255;
}
