/* SPDX-License-Identifier: MIT */
/*
 * world.c - see world.h.
 */
#include <arch.h>

#include "world.h"

void *calloc(size_t n, size_t size);
void *aligned_alloc(size_t align, size_t size);

const u8 *input, *input_end;
u8 *memory[8];
unsigned int nr_memory;
struct nic *nic;
struct netbuf *given[1024];
unsigned int nr_given;

u8 next_byte(void)
{
	return input < input_end ? *input++ : 0;
}

u16 next_word(void)
{
	u16 low = next_byte();

	return low | next_byte() << 8;
}

/* ---- The kernel --------------------------------------------------------- */

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

	return now += NSEC_PER_MSEC;
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

void kprintf(const char *fmt, ...)
{
	(void)fmt;
}

void (*while_waiting)(void);

void thread_yield(void)
{
	if (while_waiting)
		while_waiting();
}

struct netbuf *netbuf_alloc(void)
{
	struct netbuf *b;

	if (nr_given == ARRAY_SIZE(given))
		return NULL;
	b = calloc(1, sizeof(*b));
	b->page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	memset(b->page, 0, PAGE_SIZE);
	b->data = b->page + NETBUF_HEADROOM;
	given[nr_given++] = b;
	return b;
}

void netbuf_free(struct netbuf *b)
{
	struct netbuf *next;
	unsigned int i;

	for (; b; b = next) {
		next = b->more;
		for (i = 0; i < nr_given && given[i] != b; i++)
			;
		if (i == nr_given)
			abort();	/* freed twice, or never given */
		given[i] = given[--nr_given];
		free(b->page);
		free(b);
	}
}

size_t netbuf_len(const struct netbuf *b)
{
	size_t len = 0;

	for (; b; b = b->more)
		len += b->len;
	return len;
}

bool netbuf_checksum(struct netbuf *b)
{
	b->flags = 0;
	return true;
}

void *dma_alloc(size_t len, u64 *machine)
{
	u8 *p = aligned_alloc(PAGE_SIZE, align_up(len, PAGE_SIZE));

	memset(p, 0, align_up(len, PAGE_SIZE));
	memory[nr_memory++ % ARRAY_SIZE(memory)] = p;
	*machine = (u64)p;
	return p;
}

void dma_free(volatile void *p)
{
	free((void *)(u64)p);
}

u64 dma_machine(const void *p)
{
	return (u64)p;
}

void pci_enable(const struct pci_device *pci, bool master)
{
	(void)pci;
	(void)master;
}

int pci_interrupt(const struct pci_device *pci, unsigned int entry,
		  struct msi *m)
{
	(void)pci;
	(void)entry;
	(void)m;
	return 0;
}

void pci_interrupt_free(const struct pci_device *pci, struct msi *m)
{
	(void)pci;
	(void)m;
}

void nic_received(struct nic *n)
{
	(void)n;
}

void nic_link_changed(struct nic *n)
{
	(void)n;
}

int nic_start(struct nic *n, struct pci_device *pci)
{
	n->pci = pci;
	nic = n;
	return 0;
}

/* ---- What drivers do with it -------------------------------------------- */

void driver_receives(void)
{
	struct list bufs = LIST(bufs);
	struct netbuf *b, *part;

	while (nic->ops->receive(nic, &bufs))
		;
	while ((b = netbuf_take(&bufs))) {
		for (part = b; part; part = part->more)
			if (part->data < part->page || part->data + part->len >
			    part->page + PAGE_SIZE)
				abort();
		if (netbuf_len(b) < ETH_MIN)
			abort();
		if (b->flags & NETBUF_CSUM_BLANK && b->csum_start +
		    b->csum_offset + 2u > netbuf_len(b))
			abort();
		netbuf_free(b);
	}
}

void driver_sends(void)
{
	struct netbuf *b = netbuf_alloc();

	if (!b)
		return;
	b->len = 14 + next_word() % 1500;
	b->data += next_byte() & 1 ? 0 : 0 - 60;
	b->flags = next_byte() & NETBUF_CSUM_BLANK;
	b->csum_start = next_byte();
	b->csum_offset = 6;
	if (nic->ops->send(nic, b))
		netbuf_free(b);
	nic->ops->kick(nic);
}

void driver_looks(void)
{
	nic->ops->fill(nic);
	driver_receives();
	if (!nic->ops->broken(nic))
		return;
	nic->ops->stop(nic);
	nic->ops->start(nic);
	nic->ops->fill(nic);
}

bool world_begin(const struct pci_driver *driver, struct pci_device *pci)
{
	nr_memory = nr_given = 0;
	nic = NULL;
	return !driver->probe(pci) && nic;
}

void world_end(void)
{
	unsigned int i;

	nic->ops->stop(nic);
	if (nr_given)
		abort();		/* a buffer was lost */
	for (i = 0; i < nr_memory; i++)
		free(memory[i]);
	free(nic);			/* the first field of what it made */
}
