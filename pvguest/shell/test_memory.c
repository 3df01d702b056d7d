/* SPDX-License-Identifier: MIT */
/*
 * test_memory.c - pages, heap, protections.
 */
#include <arch.h>
#include <device.h>
#include "test.h"

#define OBJECTS	200

extern const char _image[], _text_end[], _rodata_end[];

static bool test_pages(void)
{
	u64 before = pages_free(), *block[11];
	unsigned int order, i;

	if (!page_zeros_true())
		return test_fail("a page that counts as zero is not");
	for (order = 0; order < 11; order++) {
		block[order] = page_alloc(order);
		if (!block[order] && order < 8)
			return test_fail("no block");
		if (!block[order])
			break;
		if (virt_pfn(block[order]) & ((1U << order) - 1))
			return test_fail("a block is not aligned");
		for (i = 0; i < 1U << order; i++)
			block[order][i * 512] = order;
	}
	while (order--) {
		for (i = 0; i < 1U << order; i++)
			if (block[order][i * 512] != order)
				return test_fail("blocks overlap");
		page_free(block[order]);
	}
	return pages_free() == before || test_fail("pages were lost");
}

/* All there is, as a list through the pages; then none is left, then all. */
static bool test_exhaust(void)
{
	u64 before = pages_free(), n = 0;
	void **page, **list = NULL;

	while ((page = page_alloc(0))) {
		*page = list;
		list = page;
		n++;
	}
	if (page_alloc(3) || kmalloc(3000) || pages_free())
		return test_fail("memory out of nothing");
	while ((page = list)) {
		list = *page;
		page_free(page);
	}
	if (n != before || pages_free() != before)
		return test_fail("pages were lost");
	page = page_alloc(8);
	if (!page)
		return test_fail("free blocks were not joined");
	page_free(page);
	return true;
}

static bool holds(const u8 *p, size_t size, u8 value)
{
	while (size--)
		if (p[size] != value)
			return false;
	return true;
}

static bool test_heap(void)
{
	u64 before = heap_pages(), seed = 1;
	u8 *object[OBJECTS];
	size_t size[OBJECTS];
	unsigned int i;

	for (i = 0; i < OBJECTS; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		size[i] = (seed >> 33) % (i % 10 ? 600 : 9000) + 1;
		object[i] = kmalloc(size[i]);
		if (!object[i])
			return test_fail("no object");
		memset(object[i], i, size[i]);
	}
	for (i = 0; i < OBJECTS; i++)
		if (!holds(object[i], size[i], i))
			return test_fail("objects overlap");
	/* In an order that is neither that of allocation nor its reverse. */
	for (i = 0; i < OBJECTS; i++)
		kfree(object[i * 77 % OBJECTS]);
	kfree(NULL);
	return heap_pages() == before || test_fail("heap pages were lost");
}

static bool entry_good(u64 va, u64 pte)
{
	bool text = va >= (u64)_image && va < (u64)_text_end;
	bool fixed = va >= (u64)_image && va < (u64)_rodata_end;

	if (text && (pte & (PTE_W | PTE_NX)))
		return test_fail("text is writable or can't be executed");
	if (!text && !(pte & PTE_NX))
		return test_fail("a page that is not text can be executed");
	if (fixed && (pte & PTE_W))
		return test_fail("constants can be written");
	return true;
}

/* All of the kernel's part: its linear gigabyte, and the stacks. */
static bool test_protection(void)
{
	u64 *l4 = pfn_virt(kernel_space.root), *l3, *l2, *l1, va, entry;

	l3 = pfn_virt(arch->pte_pfn(l4[511]));
	for (va = KERNEL_BASE; va; va += PAGE_SIZE) {
		entry = l3[pt_index(va, 3)];
		l2 = entry & PTE_P ? pfn_virt(arch->pte_pfn(entry)) : NULL;
		entry = l2 ? l2[pt_index(va, 2)] : 0;
		if ((entry & (PTE_P | PTE_LARGE)) == PTE_P) {
			l1 = pfn_virt(arch->pte_pfn(entry));
			entry = l1[pt_index(va, 1)];
		} else {
			va |= 511 * PAGE_SIZE;
		}
		if ((entry & PTE_P) && !entry_good(va, entry))
			return false;
	}
	return true;
}

static bool test_guard(void)
{
	char *end = stack_alloc();
	bool good = end;
	unsigned int i;

	if (!end)
		return test_fail("no stack");
	for (i = 1; i <= STACK_SIZE; i++)
		end[-(int)i] = i;
	good = !space_mapped(&kernel_space, (u64)end - STACK_SIZE - 1) &&
	       !space_mapped(&kernel_space, (u64)end);
	stack_free(end);
	return good || test_fail("no gap around a stack");
}

/* One piece of the machine's memory, as devices see it. */
static bool test_dma(void)
{
	u64 machine, before = pages_free(), i;
	unsigned int order;
	char *p;

	for (order = 0; device_present() && order < 9; order++) {
		p = dma_alloc(PAGE_SIZE << order, &machine);
		if (!p)
			return test_fail("no memory for devices");
		for (i = 0; i < PAGE_SIZE << order; i += PAGE_SIZE) {
			if (dma_machine(p + i) != machine + i || p[i])
				return test_fail("it is not in one piece");
			p[i] = 1;
		}
		dma_free(p);
	}
	return pages_free() == before || test_fail("pages were lost");
}

const struct test memory_tests[] = {
	{ .name = "pages", .fn = test_pages },
	{ .name = "exhaust", .fn = test_exhaust },
	{ .name = "heap", .fn = test_heap },
	{ .name = "protection", .fn = test_protection },
	{ .name = "guard", .fn = test_guard, .keeps = true },
	{ .name = "dma", .fn = test_dma },
	{ }
};
