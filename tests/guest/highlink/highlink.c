/* SPDX-License-Identifier: MIT */
/*
 * highlink.c - a guest that is linked as Linux is.
 *
 * At -2 GiB, with a base of its own, the p2m list apart at 512 GiB and the
 * ramdisk handed over by frame number: where the builder puts things then, and
 * that user mode and traps work from there.
 */
#include "test.h"

#define P2M	0x8000000000ul
#define AT	0x10000000000ul		/* where nothing is */
#define DISK	0x18000000000ul		/* likewise */
#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)
#define MB4	0x400000ul

SNIPPET(do_ud, "ud2");

static const char content[] = "# SPDX-License-Identifier: MIT\n"
			      "# A ramdisk of the tests' own.\n";

static void test_places(void)
{
	uint64_t stack = start_info->pt_base +
			 start_info->nr_pt_frames * PAGE_SIZE;
	uint64_t end = (start_regs.rsp + 0x80000 + MB4 - 1) & ~(MB4 - 1);
	uint64_t *l4 = kernel_l4();

	is(start_regs.rip, PTR(_text), "linked at -2 GiB");
	is(start_info->mfn_list, P2M, "the p2m list is where the note says");
	is(PTR(start_info), (PTR(_end) + 4095) & ~4095ul,
	   "start_info follows the image");
	is(start_info->pt_base, PTR(start_info) + PAGE_SIZE,
	   "the page tables follow that");
	is(start_regs.rsp, stack + PAGE_SIZE, "then one page of stack");
	ok(*pte_of((void *)(end - PAGE_SIZE)) & PTE_P,
	   "mapped up to a multiple of 4 MiB with 512 KiB spare");
	ok(*pte_of((void *)VIRT_BASE) & PTE_P, "from the base");
	is(l4[0], 0, "nothing is at 0");
	ok(l4[1] & PTE_P && l4[511] & PTE_P, "slots 1 and 511 are used");
}

static void test_p2m(void)
{
	const uint64_t *p2m = (const uint64_t *)P2M;
	uint64_t first = start_info->first_p2m_pfn, i, bad = 0, wrong = 0;
	uint64_t frames = start_info->nr_p2m_frames, n;

	for (i = 0; i < start_info->nr_pages; i++)
		bad += M2P[p2m[i]] != i;
	is(bad, 0, "M2P and p2m agree on all %lu pages",
	   start_info->nr_pages);
	n = (start_info->nr_pages * 8 + 4095) / 4096;
	ok(frames >= n, "the list has its frames");
	ok(frames <= n + 5, "and those of its page tables");
	for (i = 0; i < frames; i++)
		map_at(kernel_l4(), AT + i * 4096,
		       p2m[first + i] << 12 | PTE_P | PTE_U);
	for (i = 0; i < n; i++) {
		char *have = (char *)P2M + i * 4096, *at = (char *)AT;

		while (at < (char *)AT + frames * 4096 &&
		       memcmp(at, have, 4096))
			at += 4096;
		wrong += at == (char *)AT + frames * 4096;
	}
	is(wrong, 0, "from first_p2m_pfn on, among its tables");
	*(volatile uint64_t *)P2M = p2m[0];
	ok(true, "which may be written");
}

static void test_ramdisk(void)
{
	uint64_t pfn = start_info->mod_start;
	char *at = (char *)DISK;

	is(start_info->flags & SIF_MOD_START_PFN, SIF_MOD_START_PFN,
	   "the ramdisk comes by frame number");
	is(start_info->mod_len, sizeof(content) - 1, "it has its length");
	ok(pfn < start_info->nr_pages, "its frame is the domain's");
	map_at(kernel_l4(), PTR(at),
	       ((const uint64_t *)P2M)[pfn] << 12 | PTE_P | PTE_U);
	is(memcmp(at, content, sizeof(content) - 1), 0, "its contents");
	is(at[sizeof(content) - 1], 0, "with zeroes behind");
}

static void test_traps(void)
{
	struct expect e = { .vector = 6, .rip = PTR(do_ud) };
	struct regs in, out;

	user_tables();
	regs_kernel(&in, do_ud);
	enter(&in, &out);
	check_trap("ud2 up here", &in, &out, &e);
	regs_user(&in, do_ud);
	enter(&in, &out);
	check_trap("ud2 up here", &in, &out, &e);
}

void test_main(void)
{
	test_places();
	test_p2m();
	test_ramdisk();
	test_traps();
}
