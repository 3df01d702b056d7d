/* SPDX-License-Identifier: MIT */
/*
 * native_fault.c - the page-fault path on the bare machine: two gates of the
 * kernel's table lead to handlers of our own meanwhile (native_paths.S).
 */
#include "fault.h"
#include "native.h"

struct gate {
	u16 offset_low, selector, attributes, offset_middle;
	u32 offset_high, reserved;
};

extern char native_fault_none[], native_fault_stored[];

u64 *bench_entries;		/* for native_paths.S */

static struct gate *gate_of(unsigned int vector)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) idtr;

	asm volatile("sidt %0" : "=m" (idtr));
	return (struct gate *)idtr.base + vector;
}

static void gate_lead(struct gate *gate, const char *to)
{
	u64 address = (u64)to;

	gate->offset_low = address;
	gate->offset_middle = address >> 16;
	gate->offset_high = address >> 32;
}

static void clear(void)
{
	unsigned int i;

	for (i = 0; i < FAULT_PAGES; i++) {
		*(volatile u64 *)&bench_entries[i] = 0;
		arch->pt_invlpg(FAULT_SPOT + i * PAGE_SIZE);
	}
}

static bool faults(const char *handler, u64 *ticks)
{
	struct gate *invalid = gate_of(VEC_INVALID), old_invalid = *invalid;
	struct gate *fault = gate_of(VEC_PAGE_FAULT), old_fault = *fault;

	if (!bench_user_ready())
		return false;
	bench_entries = bench_user_entry();
	gate_lead(invalid, bench_user_exit);
	gate_lead(fault, handler);
	bench_user_faults(clear, ticks);
	*invalid = old_invalid;
	*fault = old_fault;
	return true;
}

static bool none(u64 *ticks)
{
	return faults(native_fault_none, ticks);
}

static bool stored(u64 *ticks)
{
	return faults(native_fault_stored, ticks);
}

const struct bench_figure bench_native_figures[2] = {
	{ "fault_none", "page fault and return", 0, none },
	{ "fault_stored", "... and a store", 0, stored },
};
