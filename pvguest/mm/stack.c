/* SPDX-License-Identifier: MIT */
/*
 * stack.c - the kernel's stacks, each with as much unmapped space below it.
 *
 * A stack that was freed stays mapped and is taken first, so that a thread
 * costs no page-table updates as a rule.  The free ones are a list through
 * their last words; interrupts are off while it changes.
 */
#include <mm.h>
#include <thread.h>

#define SLOT_SIZE	(2 * STACK_SIZE)
#define SLOTS		4096

static char *free_stacks;
static u64 next_slot;
static u64 slot_pages;		/* of next_slot that are mapped already */

static char **link_of(char *end)
{
	return (char **)(end - sizeof(char *));
}

static char *slot_map(void)
{
	u64 end = VMAP_BASE + (next_slot + 1) * SLOT_SIZE;
	void *page;

	if (next_slot == SLOTS)
		return NULL;
	for (; slot_pages < STACK_SIZE / PAGE_SIZE; slot_pages++) {
		page = page_alloc(0);
		if (!page)
			return NULL;
		if (space_map(&kernel_space,
			      end - STACK_SIZE + slot_pages * PAGE_SIZE,
			      virt_pfn(page), PTE_KERNEL)) {
			page_free(page);
			return NULL;
		}
	}
	slot_pages = 0;
	next_slot++;
	return (char *)end;
}

char *stack_alloc(void)
{
	bool off = irq_save();
	char *end = free_stacks;

	if (end)
		free_stacks = *link_of(end);
	irq_restore(off);
	if (end)
		return end;
	preempt_disable();
	end = slot_map();
	preempt_enable();
	return end;
}

void stack_free(char *end)
{
	bool off = irq_save();

	*link_of(end) = free_stacks;
	free_stacks = end;
	irq_restore(off);
}
