/* SPDX-License-Identifier: MIT */
/*
 * kinds.c - each kind of call that may be in the ring, and each that may not.
 *
 * What: update_va_mapping, mmu_update of one entry, local flushes, event sends;
 * and -EPERM in the entry for every other number and sub-command.
 * Why: whatever needs a pointer, takes long, or decides how the guest is
 * entered must not happen at a moment that the guest does not know.
 * How: one call at a time, and the result of its entry.
 */
#include "ring.h"

static void va(uint64_t addr, uint64_t pte, uint64_t flags, long want,
	       const char *name)
{
	is(ask(__HYPERVISOR_update_va_mapping, addr, pte, flags), want,
	   "update_va_mapping: %s", name);
}

static void pte(uint64_t ptr, uint64_t val, long want, const char *name)
{
	is(ask(__HYPERVISOR_mmu_update, ptr, val, 0), want,
	   "mmu_update: %s", name);
}

static void test_pte(void)
{
	uint64_t at = maddr_of(spot_pte), plain = maddr_of(pages);

	pte(at, page_pte(1), 0, "maps");
	is(*(uint64_t *)SPOT, 101, "and it is seen");
	*(volatile uint64_t *)SPOT = 101;
	pte(at | MMU_PT_UPDATE_PRESERVE_AD, page_pte(1) | 1 << 9, 0,
	    "A and D kept");
	ok(*spot_pte & PTE_D && *spot_pte & 1 << 9, "as it says");
	pte(at | MMU_MACHPHYS_UPDATE, 0, -XEN_EPERM, "the M2P");
	pte(at | MMU_PT_UPDATE_NO_TRANSLATE, 0, -XEN_EPERM, "command 3");
	pte(at | 4, 0, -XEN_EPERM, "command 4");
	pte(at | 7, 0, -XEN_EPERM, "command 7");
	pte(maddr_of(kernel_l4()), 0, -XEN_EPERM, "a level 4 table");
	pte(plain, 0, -XEN_EPERM, "plain memory");
	is(pages[0][0], 100, "which stays");
	pte(foreign << 12, 0, -XEN_EPERM, "the hypervisor's memory");
	pte(~7ul, 0, -XEN_EINVAL, "no memory at all");
	pte(at, maddr_of(kernel_l4()) | PTE_P | PTE_W, -XEN_EBUSY,
	    "a writable mapping of a page table");
	pte(at, foreign << 12 | PTE_P, -XEN_EBUSY, "somebody else's frame");
	pte(at, page_pte(0) | PTE_PCD, hc3(__HYPERVISOR_update_va_mapping,
	    SPOT, page_pte(0) | PTE_PCD, 0), "bits as with the hypercall");
	pte(at, 0, 0, "unmaps");
	is(*spot_pte, 0, "and it is gone");
}

static void test_events(void)
{
	struct evtchn_bind_ipi bind = { .vcpu = 0 };
	uint64_t *word;

	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, PTR(&bind)), 0,
	   "a port");
	word = (uint64_t *)&shared_info->evtchn_pending[bind.port / 64];
	is(ask(__HYPERVISOR_event_channel_op, EVTCHNOP_send, bind.port, 0), 0,
	   "event send");
	ok(*word >> bind.port % 64 & 1, "it is pending");
	*word &= ~(1ul << bind.port % 64);
	vcpu_info->evtchn_pending_sel = 0;
	vcpu_info->evtchn_upcall_pending = 0;
	is(ask(__HYPERVISOR_event_channel_op, EVTCHNOP_send, bind.port + 1, 0),
	   -XEN_EINVAL, "event send: a free port");
	is(ask(__HYPERVISOR_event_channel_op, EVTCHNOP_send, 1ul << 31, 0),
	   -XEN_EINVAL, "event send: no port at all");
}

void test_kinds(void)
{
	is(unmap_spot(), 0, "the spot is empty");
	va(SPOT, page_pte(0), 0, 0, "no flush");
	is(*(uint64_t *)SPOT, 100, "it is there");
	va(SPOT, page_pte(1), UVMF_INVLPG, 0, "with its flush");
	is(*(uint64_t *)SPOT, 101, "it is there");
	va(SPOT, page_pte(0), UVMF_TLB_FLUSH, 0, "with a complete flush");
	is(*(uint64_t *)SPOT, 100, "it is there");

	put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(1), 0);
	is(ask(__HYPERVISOR_mmuext_op, MMUEXT_INVLPG_LOCAL, SPOT, 0), 0,
	   "invlpg");
	is(*(uint64_t *)SPOT, 101, "it is flushed");
	put(__HYPERVISOR_update_va_mapping, SPOT, page_pte(0), 0);
	is(ask(__HYPERVISOR_mmuext_op, MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0,
	   "TLB flush");
	is(*(uint64_t *)SPOT, 100, "all is flushed");
	is(ask(__HYPERVISOR_mmuext_op, MMUEXT_INVLPG_LOCAL,
	       HYPERVISOR_VIRT_START, 0), 0, "invlpg of an address not ours");
	is(ask(__HYPERVISOR_mmuext_op, MMUEXT_INVLPG_LOCAL, 1ul << 63, 0), 0,
	   "invlpg of an address that can't be");
	va(SPOT, 0, UVMF_INVLPG, 0, "unmaps");

	va(SPOT, 0, UVMF_INVLPG | UVMF_ALL, -XEN_EPERM, "a flush of all");
	va(SPOT, 0, UVMF_TLB_FLUSH | UVMF_ALL, -XEN_EPERM, "likewise");
	va(SPOT, 0, UVMF_INVLPG | PTR(pages), -XEN_EPERM, "a mask");
	va(SPOT, 0, 3, -XEN_EPERM, "flags of no meaning");
	va(HYPERVISOR_VIRT_START, 0, 0, -XEN_EINVAL, "not ours");
	va(1ul << 63, 0, 0, hc3(__HYPERVISOR_update_va_mapping, 1ul << 63, 0,
				0), "as with the hypercall");
	va(0x7e0000000000, page_pte(0), 0, -XEN_EINVAL, "no table");
	va(SPOT, maddr_of(kernel_l4()) | PTE_P | PTE_W, 0, -XEN_EBUSY,
	   "a writable mapping of a page table");
	test_pte();
	test_events();
}

static bool allowed(uint64_t op)
{
	return op == __HYPERVISOR_update_va_mapping ||
	       op == __HYPERVISOR_mmu_update;
}

void test_forbidden(void)
{
	uint64_t op, cmd;
	unsigned int bad = 0;

	for (op = 0; op <= 70; op++)
		if (!allowed(op) &&
		    ask(op, 1000, PTR(pages), 1) != -XEN_EPERM) {
			note("call %lu is let in", op);
			bad++;
		}
	is(bad, 0, "every other call is refused");
	is(ask(__HYPERVISOR_sched_op, SCHEDOP_shutdown, 0, 0), -XEN_EPERM,
	   "shutdown, for one");
	is(ask(~0ul, 0, 0, 0), -XEN_EPERM, "the largest number");
	is(ask(1ul << 32 | __HYPERVISOR_update_va_mapping, SPOT, 0, 0),
	   -XEN_EPERM, "a number with more bits");

	for (cmd = 0, bad = 0; cmd < 32; cmd++)
		bad += cmd != MMUEXT_INVLPG_LOCAL &&
		       cmd != MMUEXT_TLB_FLUSH_LOCAL &&
		       ask(__HYPERVISOR_mmuext_op, cmd, mfn_of(pages),
			   0) != -XEN_EPERM;
	is(bad, 0, "every other mmuext_op is refused");
	for (cmd = 0, bad = 0; cmd < 32; cmd++)
		bad += cmd != EVTCHNOP_send &&
		       ask(__HYPERVISOR_event_channel_op, cmd, PTR(pages),
			   0) != -XEN_EPERM;
	is(bad, 0, "every other event_channel_op is refused");
}
