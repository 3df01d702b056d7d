/* SPDX-License-Identifier: MIT */
/*
 * virtio.c - a virtio NIC that does what it likes, and the driver.
 *
 * The input says what the device writes, and when: indices, numbers and lengths
 * in the rings, the buffers it was given, its registers.  Memory has borders
 * that the sanitizer watches; what the driver passes on must be as long as it
 * says, in whole buffers; and stopping the device gives every buffer back.
 */
#include "../../drivers/nic/virtio.h"
#include "nic/world.h"

#define CAP(n)		(0x40 + 0x20 * (n))
#define NOTIFY_STEP	4

static struct virtio_common common;
static u8 config_space[64], notify_space[64];

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

/* Rings: descriptors, what is available, what was used; receiving first. */
static void step(u8 what)
{
	switch (what % 8) {
	case 0:
		device_used((struct vq_used *)memory[2]);
		break;
	case 1:
		device_used((struct vq_used *)memory[5]);
		break;
	case 2:
	case 3:
		device_fair((struct vq_used *)memory[2],
			    (struct vq_avail *)memory[1],
			    (struct vq_desc *)memory[0]);
		break;
	case 4:
		driver_sends();
		break;
	case 5:
		nic->ops->reclaim(nic);
		break;
	case 6:
		/* It may write to our parts of the rings as well. */
		memory[next_byte() % 6][next_word() % PAGE_SIZE] = next_byte();
		break;
	case 7:
		driver_looks();
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

	input = data;
	input_end = data + size;
	registers_init();
	if (!world_begin(&virtio_net_driver, &pci))
		return 0;
	if (!nic->ops->start(nic)) {
		nic->ops->fill(nic);
		while (input < input_end)
			step(next_byte());
		driver_receives();
	}
	world_end();
	return 0;
}
