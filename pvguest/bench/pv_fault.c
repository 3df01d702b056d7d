/* SPDX-License-Identifier: MIT */
/*
 * pv_fault.c - the page-fault path: user mode touches a page that is not
 * mapped, the kernel maps it and goes back.  The handlers are in pv_paths.S.
 *
 * User mode has tables of its own, and the kernel shares those of level 3 and
 * below, so that the handlers can say which page by its address.  Both are
 * made once and kept.
 */
#include <mm.h>
#include "pv.h"

#define PAGES	256u
#define SPOT	0x5000000000	/* what is touched; code is 2 MiB above */
#define CODE	(SPOT + 512 * PAGE_SIZE)
#define ROUNDS	3

void bench_user_go(const struct regs *regs);
extern char bench_user_touch[], bench_user_exit[];
extern char fault_none[], fault_va[], fault_pte[], fault_multi[];
extern char fault_ring_va[], fault_ring_pte[];

/* For pv_paths.S. */
struct vcpu_info *bench_vcpu;
struct mmu_update bench_update;
u64 bench_pte, bench_l1, bench_bad, bench_faults;
u64 bench_user_start, bench_user_end;

static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static char stack[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct space space;

static u64 *l1_entry(u64 va)
{
	u64 *table = pfn_virt(space.root);
	unsigned int level;

	for (level = 4; level > 1; level--)
		table = pfn_virt(arch->pte_pfn(table[pt_index(va, level)]));
	return &table[pt_index(va, 1)];
}

static bool space_ready(void)
{
	u64 *user, *kernel = pfn_virt(kernel_space.root);
	u64 flags = PTE_P | PTE_U | PTE_A, slot = pt_index(SPOT, 4), i;

	if (space.live)
		return true;
	if (space_init(&space) ||
	    space_map(&space, CODE, virt_pfn(bench_user_touch), flags))
		return false;
	flags |= PTE_W | PTE_D | PTE_NX;
	for (i = 0; i < PAGES; i++)
		if (space_map(&space, SPOT + i * PAGE_SIZE, virt_pfn(page),
			      flags))
			return false;
	space_start(&space);
	user = pfn_virt(space.root);
	arch->pt_link(&kernel[slot], user[slot]);
	arch->pt_commit();
	bench_pte = arch->pte_make(virt_pfn(page), flags);
	bench_l1 = hc_virt_to_maddr(l1_entry(SPOT));
	bench_calls[0].op = __HYPERVISOR_update_va_mapping;
	bench_vcpu = hc_vcpu_info(0);
	return true;
}

static u64 touch(void)
{
	struct regs regs;
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		bench_errors |= hc_update_va_mapping(SPOT + i * PAGE_SIZE, 0,
						     UVMF_INVLPG);
	arch->user_regs(&regs, CODE + ((u64)bench_user_touch &
				       (PAGE_SIZE - 1)), 0);
	regs.rflags &= ~RFLAGS_IF;
	regs.rbx = PAGES;
	regs.rbp = SPOT;
	bench_faults = 0;
	bench_user_go(&regs);
	return bench_user_end - bench_user_start;
}

static bool faults(const char *handler, u64 *ticks)
{
	struct trap_info traps[3] = {
		{ .vector = 6, .cs = FLAT_KERNEL_CS,
		  .address = (u64)bench_user_exit },
		{ .vector = VEC_PAGE_FAULT, .cs = FLAT_KERNEL_CS,
		  .address = (u64)handler },
	};
	u64 best = ~0ULL, t;
	unsigned int i;

	if (!space_ready())
		return false;
	arch->user_switch(space.root, stack + sizeof(stack));
	TI_SET_IF(&traps[0], 1);
	TI_SET_IF(&traps[1], 1);
	bench_errors |= hc_set_trap_table(hc_addr(traps));
	for (i = 0; i < ROUNDS; i++) {
		t = touch();
		best = min(best, t);
		bench_errors |= bench_bad | (bench_faults != PAGES);
	}
	bench_errors |= hc_trap_init(stack + sizeof(stack));
	*ticks = best / PAGES;
	return true;
}

static bool ring_faults(const char *handler, u64 *ticks)
{
	bool good = bench_ring_begin() && faults(handler, ticks);

	if (!bench_ring)
		return false;
	bench_errors |= bench_ring->page->error;
	bench_ring_end();
	return good;
}

bool bench_fault_none(u64 *ticks)
{
	return faults(fault_none, ticks);
}

bool bench_fault_va(u64 *ticks)
{
	return faults(fault_va, ticks);
}

bool bench_fault_pte(u64 *ticks)
{
	return faults(fault_pte, ticks);
}

bool bench_fault_multi(u64 *ticks)
{
	return faults(fault_multi, ticks);
}

bool bench_fault_ring_va(u64 *ticks)
{
	return ring_faults(fault_ring_va, ticks);
}

bool bench_fault_ring_pte(u64 *ticks)
{
	return ring_faults(fault_ring_pte, ticks);
}
