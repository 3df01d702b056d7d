/* SPDX-License-Identifier: MIT */
/*
 * world.c - see world.h.
 */
#include <mm.h>

#include "world.h"

void *aligned_alloc(size_t align, size_t size);
void free(void *p);
u64 hc_virt_to_pfn(const volatile void *va);
u64 hc_pfn_to_mfn(u64 pfn);

const u8 *input, *input_end;
unsigned int nr_received;

/* A hypercall does nothing: each stub returns at once. */
asm(".text\n.globl hypercall_page\nhypercall_page: .fill 4096, 1, 0xc3\n");

u8 next_byte(void)
{
	return input < input_end ? *input++ : 0;
}

u16 next_word(void)
{
	u16 low = next_byte();

	return low | next_byte() << 8;
}

static bool no_irq_save(void)
{
	return false;
}

static void no_irq_restore(bool were_off)
{
	(void)were_off;
}

static u64 time_passes(void)
{
	static u64 now;

	return now += NSEC_PER_USEC;
}

static const struct arch_ops fake_arch = {
	.irq_save = no_irq_save,
	.irq_restore = no_irq_restore,
	.time = time_passes,
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
	(void)order;
	return aligned_alloc(PAGE_SIZE, PAGE_SIZE);
}

u64 pages_total(void)
{
	return 4096;
}

void mutex_lock(struct mutex *m)
{
	(void)m;
}

void mutex_unlock(struct mutex *m)
{
	(void)m;
}

u64 hc_virt_to_pfn(const volatile void *va)
{
	return (u64)va / PAGE_SIZE;
}

u64 hc_pfn_to_mfn(u64 pfn)
{
	return pfn;
}

void netdev_kick(struct netdev_kick *k)
{
	(void)k;
}

struct netbuf *some_packet(const u8 *from)
{
	struct netbuf *b = netbuf_alloc_len(ETH_MIN + next_word() %
					    (next_byte() & 15 ? 1600 : 20000));

	if (!b)
		return NULL;
	if (next_byte() & 1)
		b->data -= 60;
	netbuf_write(b, ETH_ADDRESS, from, ETH_ADDRESS);
	if (next_byte() & 1 && netbuf_csum_find(b))
		b->flags = NETBUF_CSUM_BLANK;
	if (!(next_byte() & 7))
		b->gso_size = next_word();
	return b;
}

void packet_check(const struct netbuf *b)
{
	const struct netbuf *part;

	for (part = b; part; part = part->more)
		if (part->data < part->page ||
		    part->data + part->len > part->page + PAGE_SIZE)
			abort();
	if (netbuf_len(b) < ETH_MIN)
		abort();
	if (b->flags & NETBUF_CSUM_BLANK &&
	    b->csum_start + b->csum_offset + 2u > netbuf_len(b))
		abort();
}

u64 buffers_used(void)
{
	struct netbuf_pool pool;

	netbuf_pool_show(&pool);
	return pool.used;
}
