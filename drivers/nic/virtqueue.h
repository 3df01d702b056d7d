/* SPDX-License-Identifier: MIT */
/*
 * virtqueue.h - a split ring of a virtio device (VIRTIO 1.0, 2.4).
 *
 * The device may write whatever it likes to what we share with it: so what we
 * rely on is kept here, and what it says is checked once it was read.  A queue
 * whose device breaks the rules is broken, and gives nothing any more.
 *
 * Used by one thread at a time; who uses it sees to that.
 */
#ifndef VIRTQUEUE_H
#define VIRTQUEUE_H

#include <lib.h>

#define VQ_SIZE		256		/* at most; a power of two */
#define VQ_PARTS	16		/* at most, of one chain */

struct vq_part {
	u64 machine;
	u32 len;
};

/* As the device sees them; little endian, as we are. */
struct vq_desc {
	u64 machine;
	u32 len;
	u16 flags, next;
};

struct vq_avail {
	u16 flags, index;
	u16 ring[VQ_SIZE];
};

struct vq_used {
	u16 flags, index;
	struct {
		u32 id, len;
	} ring[VQ_SIZE];
};

struct virtqueue {
	u16 size;
	u16 free;		/* first of the free descriptors' chain */
	u16 nr_free;
	u16 added, taken;	/* what we count of both indices */
	u16 shown;		/* of added, what the device was told */
	bool broken;
	volatile u16 *notify;	/* register, and what to write there */
	u16 number;
	struct vq_desc *desc;
	volatile struct vq_avail *avail;
	volatile struct vq_used *used;
	u64 desc_at, avail_at, used_at;	/* machine addresses */
	u16 next[VQ_SIZE];	/* our own copy of the chains */
	u32 room[VQ_SIZE];	/* by head: what the device may write; */
	u16 parts[VQ_SIZE];	/* how long the chain is; 0: not in use */
	void *token[VQ_SIZE];	/* whose it is */
};

/* Memory for SIZE descriptors: 0 or -ENOMEM. */
int vq_init(struct virtqueue *q, u16 size);
/* All free, nothing in flight: while the device does not use it. */
void vq_reset(struct virtqueue *q);
/* Of what is in flight then, one at a time: its token, or NULL. */
void *vq_abandon(struct virtqueue *q);
/* A chain that the device reads, or writes.  False: no room. */
bool vq_add(struct virtqueue *q, const struct vq_part *parts, unsigned int n,
	    bool device_writes, void *token);
/* Show what was added; true if the device was notified. */
bool vq_kick(struct virtqueue *q);
/*
 * The next that the device is done with: its token, and how much was written,
 * which is no more than there was room for.  NULL: none, or broken.
 */
void *vq_take(struct virtqueue *q, u32 *len);
bool vq_pending(const struct virtqueue *q);
/* How many vq_take would give. */
unsigned int vq_count(struct virtqueue *q);
/* Whether the device is to interrupt; look at vq_pending after switching on. */
void vq_interrupt(struct virtqueue *q, bool on);

#endif
