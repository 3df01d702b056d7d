/* SPDX-License-Identifier: MIT */
/*
 * virtio.c - virtio devices on PCI: registers, features, queues.
 */
#include <arch.h>
#include <thread.h>
#include "virtio.h"

#define CFG_COMMON	1		/* kinds of capabilities (4.1.4) */
#define CFG_NOTIFY	2
#define CFG_DEVICE	4
#define ACKNOWLEDGE	1		/* status */
#define DRIVER		2
#define DRIVER_OK	4
#define FEATURES_OK	8
#define NEEDS_RESET	64
#define RESET_TIME	(100 * NSEC_PER_MSEC)

_Static_assert(sizeof(struct virtio_common) == 56, "as the standard says");

/* The first capability of a kind, as the standard wants: registers or NULL. */
static volatile void *part_find(struct virtio *v, u8 kind, u32 least,
				u32 *len, u8 *cap)
{
	const struct pci_device *pci = v->pci;
	unsigned int tries = 0;
	u8 at = 0;

	while ((at = pci_capability(pci, PCI_CAP_VENDOR, at)) &&
	       tries++ < 16) {
		if (pci_read(pci, at + 3, 1) != kind)
			continue;
		*len = pci_read(pci, at + 12, 4);
		*cap = at;
		if (*len < least || *len > MIB)
			return NULL;
		return pci_map(pci, pci_read(pci, at + 4, 1),
			       pci_read(pci, at + 8, 4), *len);
	}
	return NULL;
}

int virtio_init(struct virtio *v, struct pci_device *pci)
{
	u32 len;
	u8 cap;

	v->pci = pci;
	v->common = part_find(v, CFG_COMMON, sizeof(*v->common), &len, &cap);
	v->config = part_find(v, CFG_DEVICE, 1, &v->config_len, &cap);
	if (!v->config)
		v->config_len = 0;
	v->notify = part_find(v, CFG_NOTIFY, 2, &v->notify_len, &cap);
	if (!v->common || !v->notify)
		return -EINVAL;
	v->notify_step = pci_read(pci, cap + 16, 4);
	return 0;
}

int virtio_reset(struct virtio *v)
{
	u64 end = arch->time() + RESET_TIME;

	v->common->status = 0;
	while (v->common->status) {
		if (arch->time() > end)
			return -ETIMEDOUT;
		thread_yield();
	}
	v->common->status = ACKNOWLEDGE;
	v->common->status = ACKNOWLEDGE | DRIVER;
	return 0;
}

int virtio_features(struct virtio *v, u64 wanted)
{
	volatile struct virtio_common *c = v->common;
	u64 has;

	c->device_feature_select = 0;
	has = c->device_feature;
	c->device_feature_select = 1;
	has |= (u64)c->device_feature << 32;
	v->features = has & wanted;
	c->driver_feature_select = 0;
	c->driver_feature = v->features;
	c->driver_feature_select = 1;
	c->driver_feature = v->features >> 32;
	c->status = ACKNOWLEDGE | DRIVER | FEATURES_OK;
	return c->status & FEATURES_OK ? 0 : -EINVAL;
}

u16 virtio_queue_size(struct virtio *v, u16 number)
{
	u16 size;

	if (number >= v->common->num_queues)
		return 0;
	v->common->queue_select = number;
	size = v->common->queue_size;
	/* A power of two, by the standard. */
	return size & (size - 1) ? 0 : min(size, VQ_SIZE);
}

static void address_set(volatile u32 *reg, u64 machine)
{
	reg[0] = machine;
	reg[1] = machine >> 32;
}

int virtio_queue_start(struct virtio *v, u16 number, struct virtqueue *q,
		       u16 vector)
{
	volatile struct virtio_common *c = v->common;
	u64 at;

	c->queue_select = number;
	at = (u64)c->queue_notify * v->notify_step;
	if (at + 2 > v->notify_len)
		return -EINVAL;
	q->notify = (volatile u16 *)(v->notify + at);
	q->number = number;
	c->queue_size = q->size;
	c->queue_vector = vector;
	if (c->queue_vector != vector)
		return -EINVAL;
	address_set(c->queue_desc, q->desc_at);
	address_set(c->queue_avail, q->avail_at);
	address_set(c->queue_used, q->used_at);
	c->queue_enable = 1;
	return 0;
}

int virtio_config_vector(struct virtio *v, u16 vector)
{
	v->common->config_vector = vector;
	return v->common->config_vector == vector ? 0 : -EINVAL;
}

void virtio_start(struct virtio *v)
{
	v->common->status = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

bool virtio_failed(const struct virtio *v)
{
	return v->common->status & NEEDS_RESET;
}
