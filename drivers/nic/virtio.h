/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - a virtio device on PCI, in its modern form (VIRTIO 1.0, 4.1).
 */
#ifndef VIRTIO_H
#define VIRTIO_H

#include <pci.h>
#include "virtqueue.h"

#define VIRTIO_VENDOR		0x1af4

#define VIRTIO_F_VERSION_1	(1ULL << 32)

/* Registers that all devices have (4.1.4.3). */
struct virtio_common {
	u32 device_feature_select, device_feature;
	u32 driver_feature_select, driver_feature;
	u16 config_vector, num_queues;
	u8 status, generation;
	u16 queue_select, queue_size, queue_vector, queue_enable;
	u16 queue_notify;
	u32 queue_desc[2], queue_avail[2], queue_used[2];
};

struct virtio {
	struct pci_device *pci;
	volatile struct virtio_common *common;
	volatile u8 *config;		/* registers of its kind, or NULL */
	u32 config_len;
	volatile u8 *notify;
	u32 notify_len, notify_step;
	u64 features;			/* agreed upon */
};

/* Find the registers: 0 or -EINVAL. */
int virtio_init(struct virtio *v, struct pci_device *pci);
/* It does nothing any more: 0, or -ETIMEDOUT. */
int virtio_reset(struct virtio *v);
/* Of WANTED, what the device has: 0, or -EINVAL if it will not have it. */
int virtio_features(struct virtio *v, u64 wanted);
/* How many descriptors a queue may have, or 0. */
u16 virtio_queue_size(struct virtio *v, u16 number);
/* Give the device a queue, whose interrupts come by VECTOR. */
int virtio_queue_start(struct virtio *v, u16 number, struct virtqueue *q,
		       u16 vector);
int virtio_config_vector(struct virtio *v, u16 vector);
/* Let it go. */
void virtio_start(struct virtio *v);
/* It wants to be reset. */
bool virtio_failed(const struct virtio *v);

#endif
