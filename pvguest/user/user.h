/* SPDX-License-Identifier: MIT */
/*
 * user.h - the little library of the programs.
 */
#ifndef USER_H
#define USER_H

#include <stddef.h>
#include <stdint.h>
#include <sys.h>

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

void put(const char *text);
void put_number(uint64_t n);
int same(const char *a, const char *b);
void exit(int status) __attribute__((noreturn));
void sleep_ms(uint64_t ms);
/* ARGS: the rest of the command line. */
int main(char *args);

#endif
