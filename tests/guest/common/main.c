/* SPDX-License-Identifier: MIT */
/*
 * main.c - from the first instruction to the test, and the guest's memory.
 */
#include "internal.h"

struct regs start_regs;
struct start_info *start_info;
struct shared_info *shared_info;
struct vcpu_info *vcpu_info;

static char shared_page[4096] __page;

#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)

unsigned long mfn_of(const volatile void *va)
{
	const uint64_t *p2m = (const uint64_t *)start_info->mfn_list;

	return p2m[(PTR(va) - VIRT_BASE) >> 12];
}

void *va_of_mfn(unsigned long mfn)
{
	return (void *)((M2P[mfn] << 12) + VIRT_BASE);
}

uint64_t maddr_of(const volatile void *va)
{
	return mfn_of(va) << 12 | (PTR(va) & 4095);
}

void *kernel_l4(void)
{
	return (void *)start_info->pt_base;
}

uint64_t *pte_of(const volatile void *va)
{
	uint64_t *table = kernel_l4();
	unsigned int shift;

	for (shift = 39; shift > 12; shift -= 9) {
		uint64_t e = table[PTR(va) >> shift & 511];

		if (!(e & PTE_P))
			bail("no level %u table for 0x%lx",
			     (shift - 3) / 9, PTR(va));
		table = va_of_mfn(PTE_MFN(e));
	}
	return &table[PTR(va) >> 12 & 511];
}

int va_map(const volatile void *va, uint64_t pte)
{
	return hc3(__HYPERVISOR_update_va_mapping, PTR(va), pte, UVMF_INVLPG);
}

void user_tables(void)
{
	struct mmuext_op op = {
		.cmd = MMUEXT_NEW_USER_BASEPTR,
		.arg1.mfn = mfn_of(kernel_l4()),
	};
	long ret = hc4(__HYPERVISOR_mmuext_op, PTR(&op), 1, 0, DOMID_SELF);

	if (ret)
		bail("NEW_USER_BASEPTR with the kernel's L4: %ld", ret);
}

void start_c(struct start_info *si)
{
	long ret;

	start_info = si;
	ret = va_map(shared_page, si->shared_info | PTE_P | PTE_W | PTE_U);
	if (ret)
		bail("mapping shared_info: %ld", ret);
	shared_info = (struct shared_info *)shared_page;
	vcpu_info = &shared_info->vcpu_info[0];
	trap_init();
	test_main();
	tap_end();
}
