/* SPDX-License-Identifier: MIT */
/*
 * fake.h - the machine that unit tests run on.
 *
 * Each thread of a test is a CPU.  Guest addresses are addresses of the host,
 * of which only the window given to fake_guest_window() can be accessed.
 */
#ifndef FAKE_H
#define FAKE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;

#define FAKE_RAM_SIZE		(16UL << 20)
#define FAKE_FRAME_SIZE_MAX	64

extern unsigned char fake_ram[FAKE_RAM_SIZE];
extern unsigned char fake_frame_table[];
extern uint64_t fake_m2p[];
extern uint64_t fake_cr3[];		/* by CPU */

/* Counts of what the machine was asked to do; by any CPU. */
extern struct fake_counts {
	unsigned long cr3_writes, invlpgs, windows;
} fake_counts;

extern uint64_t fake_tsc;		/* what rdtsc() returns */

/* This thread's CPU; made and numbered at its first use. */
struct cpu *fake_cpu(void);

/* For tests that are several CPUs in one thread. */
struct cpu *fake_cpu_new(void);
void fake_become(struct cpu *c);

/* What a test wants to be told of; NULL: nothing. */
extern struct fake_hooks {
	void (*relax)(void);		/* this CPU waits for another */
	void (*locked)(void);		/* it will change a bit of an array */
	void (*flush)(struct cpu *c);	/* completely; fake_cr3[] is new */
	uint64_t (*tsc)(void);		/* instead of fake_tsc */
} fake_hooks;

/* From now on guest memory is [start, start + size); nothing at first. */
void fake_guest_window(void *start, size_t size);

/* Whether a guest access of n bytes at p works; aborts outside begin/end. */
bool fake_guest_access(const volatile void *p, size_t n);
void fake_uaccess(bool begin);

/*
 * Runs f(arg) and says whether it panicked, where a test wants that; a panic
 * otherwise aborts the program.
 */
bool fake_panics(void (*f)(void *arg), void *arg);

#endif
