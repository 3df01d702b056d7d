/* SPDX-License-Identifier: MIT */
/*
 * machine.c - the fake machine: CPUs, RAM, guest memory.
 */
#include <cpu.h>
#include <fake.h>
#include <layout.h>
#include <machine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uaccess.h>

#define FRAMES	(FAKE_RAM_SIZE / PAGE_SIZE)

unsigned char fake_ram[FAKE_RAM_SIZE] __attribute__((aligned(4096)));
unsigned char fake_frame_table[FRAMES * FAKE_FRAME_SIZE_MAX]
	__attribute__((aligned(64)));
uint64_t fake_m2p[FRAMES];
uint64_t fake_cr3[CONFIG_NR_CPUS];
struct fake_counts fake_counts;
uint64_t fake_tsc;

static void *areas[CONFIG_NR_CPUS];	/* freed by nobody */
static u32 nr_areas;
static _Thread_local struct cpu *fake_this;
static _Thread_local bool fake_open;
static u64 window_start, window_end;

struct fake_hooks fake_hooks;

struct cpu *fake_cpu_new(void)
{
	struct cpu *c;
	u32 id;

	id = __atomic_fetch_add(&nr_areas, 1, __ATOMIC_RELAXED);
	if (id >= CONFIG_NR_CPUS)
		abort();
	areas[id] = aligned_alloc(PERCPU_SIZE, PERCPU_SIZE);
	if (!areas[id])
		abort();
	memset(areas[id], 0, PERCPU_SIZE);
	c = areas[id];
	c->id = id;
	return c;
}

void fake_become(struct cpu *c)
{
	fake_this = c;
}

struct cpu *fake_cpu(void)
{
	if (!fake_this)
		fake_this = fake_cpu_new();
	return fake_this;
}

void fake_guest_window(void *start, size_t size)
{
	window_start = (u64)start;
	window_end = window_start + size;
}

void fake_uaccess(bool begin)
{
	if (fake_open == begin) {
		fprintf(stderr, "uaccess_%s where it may not be\n",
			begin ? "begin" : "end");
		abort();
	}
	fake_open = begin;
}

bool fake_guest_access(const volatile void *p, size_t n)
{
	u64 a = (u64)p;

	if (!fake_open) {
		fprintf(stderr, "guest access outside of begin and end\n");
		abort();
	}
	return a >= window_start && a < window_end && n <= window_end - a;
}

int copy_from_guest(void *dst, gva_t src, size_t n)
{
	const u8 *from = (const u8 *)src.a;
	size_t i;

	if (n && !guest_range_ok(src, n))
		return -EFAULT;
	fake_uaccess(true);
	for (i = 0; i < n; i++)
		guest_load(((u8 *)dst)[i], from + i, fault);
	fake_uaccess(false);
	return 0;
fault:
	fake_uaccess(false);
	return -EFAULT;
}

int copy_to_guest(gva_t dst, const void *src, size_t n)
{
	u8 *to = (u8 *)dst.a;
	size_t i;

	if (n && !guest_range_ok(dst, n))
		return -EFAULT;
	fake_uaccess(true);
	for (i = 0; i < n; i++)
		guest_store(((const u8 *)src)[i], to + i, fault);
	fake_uaccess(false);
	return 0;
fault:
	fake_uaccess(false);
	return -EFAULT;
}
