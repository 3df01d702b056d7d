/* SPDX-License-Identifier: MIT */
/*
 * boot.c - what both back ends share: the boot stack, and what they know of the
 * kernel's image.
 */
#include <boot.h>

extern char _text_end[], _rodata_end[];

const struct arch_ops *arch;

char boot_stack[BOOT_STACK_SIZE] __attribute__((aligned(16)));

u64 image_protection(u64 va)
{
	if (va >= (u64)_image && va < (u64)_text_end)
		return PTE_P | PTE_A;
	if (va >= (u64)_text_end && va < (u64)_rodata_end)
		return PTE_P | PTE_A | PTE_NX;
	return PTE_KERNEL;
}

bool memory_enough(u64 nr_pages, u64 needed)
{
	if (nr_pages >= needed)
		return true;
	kprintf("pvguest: needs %lu MiB of memory, has %lu\n",
		(needed * PAGE_SIZE + MIB - 1) / MIB,
		nr_pages * PAGE_SIZE / MIB);
	return false;
}
