/* SPDX-License-Identifier: MIT */
/*
 * pv_fault.c - the page-fault path under a hypervisor; the handlers are in
 * pv_paths.S.
 *
 * User mode has tables of its own, and the kernel shares those of level 3 and
 * below, so that the handlers can say which page by its address.
 */
#include <mm.h>
#include "fault.h"
#include "pv.h"

extern char fault_none[], fault_va[], fault_pte[], fault_multi[];
extern char fault_ring_va[], fault_ring_pte[];

/* For pv_paths.S. */
struct vcpu_info *bench_vcpu;
struct mmu_update bench_update;
u64 bench_l1, bench_bad;

static bool ready(void)
{
	u64 *kernel = pfn_virt(kernel_space.root), *user;
	u64 slot = pt_index(FAULT_SPOT, 4);

	if (bench_vcpu)
		return true;
	if (!bench_user_ready())
		return false;
	user = pfn_virt(bench_user_root());
	arch->pt_link(&kernel[slot], user[slot]);
	arch->pt_commit();
	bench_l1 = hc_virt_to_maddr(bench_user_entry());
	bench_calls[0].op = __HYPERVISOR_update_va_mapping;
	bench_vcpu = hc_vcpu_info(0);
	return true;
}

static void clear(void)
{
	unsigned int i;

	for (i = 0; i < FAULT_PAGES; i++)
		bench_errors |= hc_update_va_mapping(
			FAULT_SPOT + i * PAGE_SIZE, 0, UVMF_INVLPG);
}

static bool faults(const char *handler, u64 *ticks)
{
	struct trap_info traps[3] = {
		{ .vector = VEC_INVALID, .cs = FLAT_KERNEL_CS,
		  .address = (u64)bench_user_exit },
		{ .vector = VEC_PAGE_FAULT, .cs = FLAT_KERNEL_CS,
		  .address = (u64)handler },
	};

	if (!ready())
		return false;
	TI_SET_IF(&traps[0], 1);
	TI_SET_IF(&traps[1], 1);
	bench_errors |= hc_set_trap_table(hc_addr(traps));
	bench_bad = 0;
	bench_user_faults(clear, ticks);
	bench_errors |= bench_bad;
	bench_errors |= hc_trap_init(bench_stack + PAGE_SIZE);
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
