/* SPDX-License-Identifier: MIT */
/*
 * pool.c - what a pool of packets needs of a kernel, from the host's library.
 */
#include <arch.h>
#include <mm.h>

void *calloc(size_t n, size_t size);
void *aligned_alloc(size_t align, size_t size);
void free(void *p);

static bool no_irq_save(void)
{
	return false;
}

static void no_irq_restore(bool were_off)
{
	(void)were_off;
}

static const struct arch_ops fake_arch = {
	.irq_save = no_irq_save,
	.irq_restore = no_irq_restore,
};
const struct arch_ops *arch = &fake_arch;

void *kzalloc(size_t size)
{
	return calloc(1, size);
}

void kfree(void *p)
{
	free(p);
}

void *page_alloc(unsigned int order)
{
	return aligned_alloc(PAGE_SIZE, PAGE_SIZE << order);
}
