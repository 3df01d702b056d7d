/* SPDX-License-Identifier: MIT */
/*
 * fault.c - user mode for the measurement of page faults: its tables, and the
 * way there and back.  Interrupts are off, in user mode as well.
 */
#include <mm.h>
#include "fault.h"

#define CODE	(FAULT_SPOT + 512 * PAGE_SIZE)
#define ROUNDS	3

void bench_user_go(const struct regs *regs,
		   void (*enter)(const struct regs *regs));
extern char bench_user_touch[];

u64 bench_pte, bench_faults;
u64 bench_user_start, bench_user_end;	/* the TSC */

static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
char bench_stack[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct space space;

bool bench_user_ready(void)
{
	u64 flags = PTE_P | PTE_U | PTE_A, i;

	if (space.live)
		return true;
	if (space_init(&space) ||
	    space_map(&space, CODE, virt_pfn(bench_user_touch), flags))
		return false;
	flags |= PTE_W | PTE_D | PTE_NX;
	for (i = 0; i < FAULT_PAGES; i++)
		if (space_map(&space, FAULT_SPOT + i * PAGE_SIZE,
			      virt_pfn(page), flags))
			return false;
	space_start(&space);
	bench_pte = arch->pte_make(virt_pfn(page), flags);
	return true;
}

u64 bench_user_root(void)
{
	return space.root;
}

u64 *bench_user_entry(void)
{
	u64 *table = pfn_virt(space.root);
	unsigned int level;

	for (level = 4; level > 1; level--)
		table = pfn_virt(arch->pte_pfn(
				table[pt_index(FAULT_SPOT, level)]));
	return &table[pt_index(FAULT_SPOT, 1)];
}

static u64 touch(void)
{
	struct regs regs;

	arch->user_regs(&regs, CODE + ((u64)bench_user_touch &
				       (PAGE_SIZE - 1)), 0);
	regs.rflags &= ~RFLAGS_IF;
	regs.rbx = FAULT_PAGES;
	regs.rbp = FAULT_SPOT;
	bench_faults = 0;
	bench_user_go(&regs, arch->enter);
	bench_errors |= bench_faults != FAULT_PAGES;
	return bench_user_end - bench_user_start;
}

void bench_user_faults(void (*clear)(void), u64 *ticks)
{
	u64 best = ~0ULL, t;
	unsigned int i;

	arch->user_switch(space.root, bench_stack + sizeof(bench_stack));
	for (i = 0; i < ROUNDS; i++) {
		clear();
		t = touch();
		best = min(best, t);
	}
	*ticks = best / FAULT_PAGES;
}
