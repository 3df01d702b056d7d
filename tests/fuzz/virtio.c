/* SPDX-License-Identifier: MIT */
/*
 * virtio.c - a virtio NIC that does what it likes, and the driver.
 *
 * The input says what the device writes, and when: indices, numbers and lengths
 * in the rings, the buffers it was given, its registers.  Memory has borders
 * that the sanitizer watches; what the driver passes on must be as long as it
 * says, in whole buffers; and stopping the device gives every buffer back.
 */
#include <arch.h>
#include <mm.h>
#include <netdev.h>
#include <pci_drivers.h>

#include "../../drivers/nic/nic.h"
#include "../../drivers/nic/virtio.h"

void *calloc(size_t n, size_t size);
void *aligned_alloc(size_t align, size_t size);
void free(void *p);
void abort(void) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define CAP(n)		(0x40 + 0x20 * (n))
#define NOTIFY_STEP	4

static const u8 *input, *input_end;
static struct virtio_common common;
static u8 config_space[64], notify_space[64];
static u8 *rings[8];			/* in the order of their making */
static unsigned int nr_rings;
static struct nic *nic;
static struct netbuf *given[1024];	/* buffers that are not free */
static unsigned int nr_given;

static u8 next_byte(void)
{
	return input < input_end ? *input++ : 0;
}

static u16 next_word(void)
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

void thread_yield(void)
{
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
	rings[nr_rings++ % ARRAY_SIZE(rings)] = p;
	*machine = (u64)p;
	return p;
}

u64 dma_machine(const void *p)
{
	return (u64)p;
}

/* ---- The function and its registers -------------------------------------- */

u8 pci_capability(const struct pci_device *pci, u8 id, u8 after)
{
	(void)pci;
	(void)id;
	return after >= CAP(2) ? 0 : after ? after + 0x20 : CAP(0);
}

/* One capability each: common registers, notification, the NIC's own. */
u32 pci_read(const struct pci_device *pci, unsigned int reg,
	     unsigned int bytes)
{
	static const u8 kinds[] = { 1, 2, 4 };
	static const u8 lengths[] = { sizeof(common), 64, 64 };
	unsigned int n = (reg - CAP(0)) / 0x20;

	(void)pci;
	(void)bytes;
	switch ((reg - CAP(0)) % 0x20) {
	case 3:
		return kinds[n];
	case 4:
		return n;	/* the BAR says which */
	case 12:
		return lengths[n];
	case 16:
		return NOTIFY_STEP;
	}
	return 0;
}

volatile void *pci_map(const struct pci_device *pci, unsigned int bar,
		       u64 offset, u64 len)
{
	void *spaces[] = { &common, notify_space, config_space };

	(void)pci;
	(void)offset;
	(void)len;
	return spaces[bar];
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

/* ---- What the device does ------------------------------------------------ */

static void device_used(struct vq_used *used)
{
	u16 n = next_byte() % 8, at;

	while (n--) {
		at = used->index % common.queue_size;
		used->ring[at].id = next_word();
		used->ring[at].len = next_word();
		used->index++;
	}
}

/* Most often it answers a buffer that it has, with a length that fits. */
static void device_fair(struct vq_used *used, const struct vq_avail *avail,
			const struct vq_desc *desc)
{
	u16 at = used->index % common.queue_size;
	u16 id = avail->ring[at] % VQ_SIZE;
	u32 len = 12 + next_word() % 4500, i;
	u8 *to = (u8 *)desc[id].machine;

	/* A place that was overwritten is no buffer: not that much is fair. */
	for (i = 0; i < nr_given && given[i]->data - 12 != to; i++)
		;
	if (used->index == avail->index || i == nr_given)
		return;
	for (i = 0; i < 12; i++)
		to[i] = i < 10 ? next_byte() : 0;
	to[10] = 1 + (next_byte() & 64 ? next_byte() : 0);
	used->ring[at].id = id;
	used->ring[at].len = len;
	used->index++;
}

static void driver_receives(void)
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

static void driver_sends(void)
{
	struct netbuf *b = netbuf_alloc();

	if (!b)
		return;
	b->len = 14 + next_word() % 1500;
	b->data += next_byte() & 1 ? 0 : 0 - 60;
	b->flags = next_byte() & NETBUF_CSUM_BLANK;
	if (!nic->ops->send(nic, b))
		netbuf_free(b);
	nic->ops->kick(nic);
}

/* Rings: descriptors, what is available, what was used; receiving first. */
static void step(u8 what)
{
	switch (what % 8) {
	case 0:
		device_used((struct vq_used *)rings[2]);
		break;
	case 1:
		device_used((struct vq_used *)rings[5]);
		break;
	case 2:
	case 3:
		device_fair((struct vq_used *)rings[2],
			    (struct vq_avail *)rings[1],
			    (struct vq_desc *)rings[0]);
		break;
	case 4:
		driver_sends();
		break;
	case 5:
		nic->ops->reclaim(nic);
		break;
	case 6:
		/* It may write to our parts of the rings as well. */
		rings[next_byte() % 6][next_word() % PAGE_SIZE] = next_byte();
		break;
	case 7:
		nic->ops->fill(nic);
		driver_receives();
		if (!nic->ops->broken(nic))
			break;
		nic->ops->stop(nic);
		nic->ops->start(nic);
		nic->ops->fill(nic);
		break;
	}
}

/* The registers answer at once, as those of a device that is there. */
static void registers_init(void)
{
	memset(&common, 0, sizeof(common));
	common.device_feature = ~0u;
	common.num_queues = 2;
	common.queue_size = 1 << next_byte() % 9;
	common.queue_notify = next_byte() % 20;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct pci_device pci = { 0 };
	unsigned int i;

	input = data;
	input_end = data + size;
	nr_rings = nr_given = 0;
	registers_init();
	nic = NULL;
	if (virtio_net_driver.probe(&pci) || !nic)
		return 0;
	if (!nic->ops->start(nic)) {
		nic->ops->fill(nic);
		while (input < input_end)
			step(next_byte());
		driver_receives();
	}
	nic->ops->stop(nic);
	if (nr_given)
		abort();		/* a buffer was lost */
	for (i = 0; i < nr_rings; i++)
		free(rings[i]);
	free(nic);			/* the first field of what it made */
	return 0;
}
