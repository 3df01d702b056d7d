/* SPDX-License-Identifier: MIT */
/*
 * ramdisk.c - a second module, for a small guest: mapped behind the image.
 */
#include "test.h"

static const char content[] = "# SPDX-License-Identifier: MIT\n"
			      "# A ramdisk of the tests' own.\n";

void test_main(void)
{
	const char *at = (const char *)start_info->mod_start;

	is(start_info->flags & SIF_MOD_START_PFN, 0, "it comes by address");
	is(start_info->mod_len, sizeof(content) - 1, "it has its length");
	is(PTR(at), (PTR(_end) + 4095) & ~4095ul, "it follows the image");
	is(memcmp(at, content, sizeof(content) - 1), 0, "its contents");
	is(PTE_MFN(*pte_of(at)), mfn_of(at), "mapped where the p2m says");
	is(start_info->mfn_list, (PTR(at) + sizeof(content) - 1 + 4095) &
	   ~4095ul, "the p2m list follows it");
}
