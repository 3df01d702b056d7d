/* SPDX-License-Identifier: MIT */
/*
 * startofday.c - the state that the builder leaves to a guest.
 *
 * Every guest relies on it before it can ask for anything: registers and
 * selectors, start_info, the order of things in the initial mapping, the p2m
 * and M2P lists, the page tables' own mappings, the shared page and the
 * hypercall page.  All is compared with what Xen 4.17 leaves.
 */
#include <abi/elfnote.h>
#include "test.h"

#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)
#define MB4	0x400000ul

static void test_registers(void)
{
	uint64_t *r = (uint64_t *)&start_regs;
	uint64_t others = 0;
	unsigned int sel[4], i;

	for (i = 0; i < 15; i++)
		others |= r + i == &start_regs.rsi ? 0 : r[i];
	is(others, 0, "general registers but RSI and RSP are 0");
	is(start_regs.rsi, PTR(start_info), "RSI is start_info");
	is(PTR(start_info) & 4095, 0, "which begins a page");
	is(start_regs.cs, 0xe033, "CS is the flat 64-bit one");
	is(start_regs.ss, 0xe02b, "SS is the flat one");
	asm("mov %%ds, %0" : "=r" (sel[0]));
	asm("mov %%es, %0" : "=r" (sel[1]));
	asm("mov %%fs, %0" : "=r" (sel[2]));
	asm("mov %%gs, %0" : "=r" (sel[3]));
	for (i = 0; i < 4; i++)
		is(sel[i] & 0xffff, 0, "%s is null", &"ds\0es\0fs\0gs"[3 * i]);
	is(start_regs.rflags & ~0x8d5ul, RFLAGS_IF | RFLAGS_RSVD,
	   "RFLAGS has IF and nothing else but arithmetic flags");
}

static void test_start_info(void)
{
	is(strcmp(start_info->magic, "xen-3.0-x86_64p"), 0,
	   "the magic is domain 0's");
	is(start_info->flags & ~SIF_PM_MASK, SIF_PRIVILEGED | SIF_INITDOMAIN,
	   "so are the flags");
	is(start_info->store_evtchn, 0, "there is no store port");
	is(start_info->shared_info & 4095, 0, "shared_info begins a page");
	ok(start_info->nr_pages >= 4096, "there are 16 MiB at least");
	is(start_info->mod_start, 0, "there is no ramdisk");
	is(start_info->mod_len, 0, "of no length");
	is(start_info->nr_p2m_frames, 0, "the p2m list has no frames apart");
	if (option("case"))
		is(strcmp((const char *)start_info->cmd_line,
			  "case=line  a=\"b c\" --x"), 0,
		   "the command line is as given, blanks and quotes too");
	else
		is(start_info->cmd_line[0], 0, "the command line is empty");
}

static uint64_t page_up(uint64_t a)
{
	return (a + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

/* Kernel, p2m, start_info, page tables, stack, in pages without a hole. */
static void test_order(void)
{
	uint64_t p2m = start_info->mfn_list;
	uint64_t p2m_end = p2m + start_info->nr_pages * 8;
	uint64_t stack = start_info->pt_base +
			 start_info->nr_pt_frames * PAGE_SIZE;
	uint64_t end = (start_regs.rsp + 0x80000 + MB4 - 1) & ~(MB4 - 1);

	is(p2m, page_up(PTR(_end)), "the p2m list follows the image");
	is(PTR(start_info), page_up(p2m_end), "start_info follows it");
	is(start_info->pt_base, PTR(start_info) + PAGE_SIZE,
	   "the page tables follow that");
	is(start_regs.rsp, stack + PAGE_SIZE, "then one page of stack");
	ok(*pte_of((void *)(end - PAGE_SIZE)) & PTE_P,
	   "mapped up to a multiple of 4 MiB with 512 KiB spare");
	is(*((uint64_t *)kernel_l4() + 1), 0, "and no other slot of the L4");
}

/*
 * Every page of the p2m list belongs to this domain and is known in the M2P
 * under the number that it has here, and no frame comes twice.
 */
static void test_p2m(void)
{
	const uint64_t *p2m = (const uint64_t *)start_info->mfn_list;
	uint64_t i, bad = 0;

	for (i = 0; i < start_info->nr_pages; i++)
		if (M2P[p2m[i]] != i)
			bad++;
	is(bad, 0, "M2P and p2m agree on all %lu pages", start_info->nr_pages);
}

static uint64_t *table(uint64_t e)
{
	return va_of_mfn(PTE_MFN(e));
}

/* Where virtual and pseudo-physical addresses are the same thing. */
static void test_mapping(void)
{
	uint64_t va, end, wrong = 0, flags = 0, all = ~0ul;

	end = (start_regs.rsp + 0x80000 + MB4 - 1) & ~(MB4 - 1);
	for (va = VIRT_BASE; va < end; va += PAGE_SIZE) {
		uint64_t e = *pte_of((void *)va);

		if (PTE_MFN(e) != mfn_of((void *)va) &&
		    va != PTR(shared_info))
			wrong++;
		if (va >= start_info->pt_base && va <
		    start_info->pt_base + start_info->nr_pt_frames * PAGE_SIZE)
			continue;
		flags |= e;
		all &= e;
	}
	is(wrong, 0, "each page is mapped where the p2m says");
	is(all & 7, 7, "present, writable, for user mode");
	is(flags & (PTE_NX | PTE_PS), 0, "and executable");
}

static void test_tables(void)
{
	uint64_t *l4 = kernel_l4(), n = 0, writable = 0, nouser = 0, i, j, k;
	uint64_t *l3 = table(l4[VIRT_BASE >> 39 & 511]);

	for (i = 0; i < start_info->nr_pt_frames; i++)
		if (*pte_of((char *)l4 + i * PAGE_SIZE) & PTE_W)
			writable++;
	is(writable, 0, "page tables are mapped read-only");
	for (i = 0; i < 512; i++) {
		if (!(l3[i] & PTE_P))
			continue;
		n++;
		nouser |= ~l3[i] & PTE_U;
		for (j = 0; j < 512; j++) {
			uint64_t l2e = table(l3[i])[j];

			if (!(l2e & PTE_P))
				continue;
			n++;
			nouser |= ~l2e & PTE_U;
			for (k = 0; k < 512; k++)
				if (table(l2e)[k] & PTE_P)
					nouser |= ~table(l2e)[k] & PTE_U;
		}
	}
	is(n + 2, start_info->nr_pt_frames, "nr_pt_frames counts them all");
	is(nouser, 0, "each present entry has the user bit");
	ok(l4[256] & PTE_P, "slot 256 of the L4 is the hypervisor's");
	for (i = 272, n = 0; i < 512; i++)
		n += i != (VIRT_BASE >> 39 & 511) && l4[i];
	is(n, 0, "slots 272 to 511 are the guest's and empty");
}

static void test_shared_info(void)
{
	uint64_t pending = 0, mask = 0, sum = 0;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		pending |= shared_info->evtchn_pending[i];
		mask |= shared_info->evtchn_mask[i];
	}
	is(pending, 0, "no event is pending");
	is(mask, 0, "no port is masked");
	is(vcpu_info->evtchn_upcall_mask, 1, "upcalls are masked");
	is(vcpu_info->evtchn_upcall_pending, 0, "and none is pending");
	for (i = 1; i < XEN_LEGACY_MAX_VCPUS; i++)
		sum |= shared_info->vcpu_info[i].evtchn_pending_sel;
	is(sum, 0, "nor for another vCPU");
	ok(shared_info->wc_sec > 1577836800, "the wall clock is after 2020");
	is(shared_info->wc_version & 1, 0, "and not half written");
	ok(vcpu_info->time.tsc_to_system_mul, "the vCPU has a clock");
	is(vcpu_info->time.version & 1, 0, "not half written either");
}

/* push %rcx; push %r11; mov $n, %eax; syscall; pop %r11; pop %rcx; ret */
static void test_hypercall_page(void)
{
	static const unsigned char iret[] = {
		0x51, 0x41, 0x53, 0x50, 0xb8, 23, 0, 0, 0, 0x0f, 0x05,
	};
	unsigned char stub[] = {
		0x51, 0x41, 0x53, 0xb8, 0, 0, 0, 0, 0x0f, 0x05, 0x41, 0x5b,
		0x59, 0xc3,
	};
	unsigned int i, bad = 0;

	for (i = 0; i < 64; i++) {
		stub[4] = i;
		if (i != __HYPERVISOR_iret &&
		    memcmp(hypercall_page + 32 * i, stub, sizeof(stub)))
			bad++;
	}
	is(bad, 0, "stubs of the hypercall page");
	is(memcmp(hypercall_page + 32 * __HYPERVISOR_iret, iret,
		  sizeof(iret)), 0, "the stub of iret");
}

void test_main(void)
{
	test_registers();
	test_start_info();
	test_order();
	test_p2m();
	test_mapping();
	test_tables();
	test_shared_info();
	test_hypercall_page();
}
