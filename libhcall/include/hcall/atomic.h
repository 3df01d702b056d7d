/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - the few locked operations that shared memory needs.
 *
 * All of them are full barriers, for the compiler and the CPU.
 */
#ifndef HCALL_ATOMIC_H
#define HCALL_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

/* Reads and writes before it stay before, for the compiler: on x86 that is
 * all that a store after a store, or a load after a load, needs. */
static inline void hc_barrier(void)
{
	asm volatile("" ::: "memory");
}

/* A store, then a load of something else: the CPU must be told, too. */
static inline void hc_mb(void)
{
	asm volatile("lock; orq $0, (%%rsp)" ::: "memory", "cc");
}

static inline uint64_t hc_xchg(volatile uint64_t *p, uint64_t v)
{
	asm volatile("xchgq %0, %1" : "+r" (v), "+m" (*p) :: "memory");
	return v;
}

/* Bits are numbered through the array, 64 to a word. */
static inline bool hc_set_bit(volatile uint64_t *p, uint64_t bit)
{
	bool was;

	asm volatile("lock; btsq %2, %1" : "=@ccc" (was), "+m" (p[bit / 64])
		     : "r" (bit % 64) : "memory");
	return was;
}

static inline bool hc_clear_bit(volatile uint64_t *p, uint64_t bit)
{
	bool was;

	asm volatile("lock; btrq %2, %1" : "=@ccc" (was), "+m" (p[bit / 64])
		     : "r" (bit % 64) : "memory");
	return was;
}

static inline bool hc_test_bit(const volatile uint64_t *p, uint64_t bit)
{
	return p[bit / 64] >> (bit % 64) & 1;
}

#endif
