/* SPDX-License-Identifier: MIT */
/*
 * virtqueue.c - split rings of virtio devices: see virtqueue.h.
 *
 * Each of the three parts fits a page, so no memory in one piece is needed.
 */
#include <device.h>
#include "virtqueue.h"

#define DESC_NEXT	1
#define DESC_WRITE	2
#define AVAIL_QUIET	1		/* flags: no interrupt, please */
#define USED_QUIET	1		/* flags: no notification, please */

_Static_assert(sizeof(struct vq_desc) * VQ_SIZE <= 4096, "a page");
_Static_assert(sizeof(struct vq_used) <= 4096, "a page");

int vq_init(struct virtqueue *q, u16 size)
{
	q->size = size;
	if (!q->desc)
		q->desc = dma_alloc(sizeof(*q->desc) * VQ_SIZE, &q->desc_at);
	if (!q->avail)
		q->avail = dma_alloc(sizeof(*q->avail), &q->avail_at);
	if (!q->used)
		q->used = dma_alloc(sizeof(*q->used), &q->used_at);
	if (!q->desc || !q->avail || !q->used)
		return -ENOMEM;
	vq_reset(q);
	return 0;
}

void vq_reset(struct virtqueue *q)
{
	unsigned int i;

	for (i = 0; i < q->size; i++) {
		q->next[i] = i + 1;
		q->parts[i] = 0;
	}
	q->free = 0;
	q->nr_free = q->size;
	q->added = q->taken = q->shown = 0;
	q->broken = false;
	q->avail->index = q->avail->flags = 0;
	q->used->index = q->used->flags = 0;
}

static void chain_free(struct virtqueue *q, u16 head)
{
	unsigned int n = q->parts[head];
	u16 last = head, i;

	for (i = 1; i < n; i++)
		last = q->next[last];
	q->next[last] = q->free;
	q->free = head;
	q->nr_free += n;
	q->parts[head] = 0;
}

void *vq_abandon(struct virtqueue *q)
{
	unsigned int i;

	for (i = 0; i < q->size; i++)
		if (q->parts[i]) {
			chain_free(q, i);
			return q->token[i];
		}
	return NULL;
}

bool vq_add(struct virtqueue *q, const struct vq_part *parts, unsigned int n,
	    bool device_writes, void *token)
{
	u16 head = q->free, at = head;
	struct vq_desc *d;
	unsigned int i;

	if (q->broken || !n || n > VQ_PARTS || n > q->nr_free)
		return false;
	q->room[head] = 0;
	for (i = 0; i < n; i++) {
		d = &q->desc[at];
		d->machine = parts[i].machine;
		d->len = parts[i].len;
		d->flags = (device_writes ? DESC_WRITE : 0) |
			(i + 1 < n ? DESC_NEXT : 0);
		d->next = q->next[at];
		q->room[head] += device_writes ? parts[i].len : 0;
		at = q->next[at];
	}
	q->free = at;
	q->nr_free -= n;
	q->parts[head] = n;
	q->token[head] = token;
	q->avail->ring[q->added++ & (q->size - 1)] = head;
	return true;
}

bool vq_kick(struct virtqueue *q)
{
	if (q->shown == q->added)
		return false;
	dma_wmb();
	q->avail->index = q->shown = q->added;
	/* The device shows its flag, then looks at the index once more. */
	dma_mb();
	if (q->used->flags & USED_QUIET)
		return false;
	*q->notify = q->number;
	return true;
}

bool vq_pending(const struct virtqueue *q)
{
	return !q->broken && q->used->index != q->taken;
}

unsigned int vq_count(struct virtqueue *q)
{
	u16 n = q->used->index - q->taken;

	if (n > (u16)(q->shown - q->taken))
		q->broken = true;
	return q->broken ? 0 : n;
}

void *vq_take(struct virtqueue *q, u32 *len)
{
	unsigned int at = q->taken & (q->size - 1);
	u32 id;

	if (!vq_count(q))
		return NULL;
	dma_rmb();
	id = q->used->ring[at].id;
	*len = q->used->ring[at].len;
	if (id >= q->size || !q->parts[id] || *len > q->room[id]) {
		q->broken = true;
		return NULL;
	}
	q->taken++;
	chain_free(q, id);
	return q->token[id];
}

void vq_interrupt(struct virtqueue *q, bool on)
{
	q->avail->flags = on ? 0 : AVAIL_QUIET;
	dma_mb();
}
