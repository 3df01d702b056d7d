/* SPDX-License-Identifier: MIT */
/*
 * pt.c - changes of page tables, as a batch.
 *
 * One CPU, and the kernel's code between pt_write() and pt_commit() is not
 * preempted (mm/space.c sees to it): one batch serves all.
 *
 * The kernel's tables never change with the process: user mode has tables of
 * its own, and the kernel reaches a process's memory through the linear part.
 */
#include <hcall/hcall.h>
#include "pv.h"

static struct hc_batch batch;
static u64 user_root;		/* loaded; 0: none */
static void *kernel_stack;	/* likewise */
static bool on_sluice;

u64 pv_pte_make(u64 pfn, u64 flags)
{
	return hc_pte(hc_pfn_to_mfn(pfn), flags);
}

u64 pv_pte_pfn(u64 pte)
{
	return hc_mfn_to_pfn(hc_pte_mfn(pte));
}

void pv_pt_write(u64 *entry, u64 pte)
{
	hc_batch_l1(&batch, hc_virt_to_maddr(entry), pte);
}

/* The ring does not take these. */
void pv_pt_link(u64 *entry, u64 pte)
{
	hc_batch_pte(&batch, hc_virt_to_maddr(entry), pte,
		     MMU_NORMAL_PT_UPDATE);
}

void pv_pt_write_run(u64 *entry, const u64 *ptes, unsigned int n)
{
	hc_batch_ptes(&batch, hc_virt_to_maddr(entry), ptes, n,
		      MMU_NORMAL_PT_UPDATE);
}

void pv_pt_invlpg(u64 va)
{
	hc_batch_invlpg(&batch, va, false);
}

void pv_pt_flush(void)
{
	hc_batch_tlb_flush(&batch, false);
}

void pv_pt_commit(void)
{
	long ret = hc_batch_flush(&batch);

	/* We know no more what is mapped where. */
	if (ret)
		panic("a page-table update was refused: error %ld", -ret);
}

void pv_pt_defer(void)
{
	hc_batch_defer(&batch);
}

/*
 * Tables are mapped read-only: that is what makes a page eligible.  The flush
 * is needed on the way back, too: a write by way of a stale read-only
 * translation would be a fault of the kernel's.
 */
void pv_pt_table(u64 pfn, bool on)
{
	u64 flags = on ? PTE_KERNEL & ~(PTE_W | PTE_D) : PTE_KERNEL;

	hc_batch_va(&batch, (u64)pfn_virt(pfn), pv_pte_make(pfn, flags),
		    UVMF_INVLPG);
}

void pv_pt_root(u64 pfn, bool on)
{
	u64 mfn = hc_pfn_to_mfn(pfn);

	if (on) {
		hc_batch_pin(&batch, mfn, 4);
		return;
	}
	if (user_root == pfn) {
		hc_batch_user_baseptr(&batch, 0);
		user_root = 0;
	}
	hc_batch_unpin(&batch, mfn);
}

/*
 * The stack, the tables and a flush in one call.  Xen makes the entries of
 * user mode global, and does not flush those when tables are loaded; Sluice has
 * no global ones of ours, and loads the tables on the way to user mode.
 */
void pv_user_switch(u64 root, void *stack_end)
{
	if (kernel_stack != stack_end)
		hc_batch_call(&batch, __HYPERVISOR_stack_switch,
			      FLAT_KERNEL_SS, hc_addr(stack_end), 0, 0);
	if (user_root != root) {
		hc_batch_user_baseptr(&batch, hc_pfn_to_mfn(root));
		if (!on_sluice)
			hc_batch_tlb_flush(&batch, false);
	}
	kernel_stack = stack_end;
	user_root = root;
	pv_pt_commit();
}

/* batch=WAY: to compare them.  Without it, what serves best. */
void pv_pt_init(void)
{
	static char ring[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	static const char *const names[] = {
		[HC_BATCH_MULTI] = "multicall", [HC_BATCH_SINGLE] = "single",
		[HC_BATCH_ARRAY] = "array", [HC_BATCH_RING] = "ring",
	};
	char way[16];
	unsigned int i;

	on_sluice = hc_sluice_version();
	if (hc_cmdline("batch", way, sizeof(way)) < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(names) && strcmp(way, names[i]); i++)
		;
	if (i == ARRAY_SIZE(names)) {
		kprintf("pvguest: batch=%s: unknown\n", way);
		return;
	}
	if (i == HC_BATCH_RING && hc_ring_register(ring)) {
		kprintf("pvguest: batch=ring: there is no ring\n");
		return;
	}
	hc_batch_init(&batch, i);
}
