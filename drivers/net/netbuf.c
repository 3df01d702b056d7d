/* SPDX-License-Identifier: MIT */
/*
 * netbuf.c - the buffers of packets: a pool with a bound.
 *
 * Buffers that come back are kept with their pages for the next who asks, so
 * that a packet costs no allocation.  The bound, a part of memory, keeps what
 * arrives from the outside from using up the machine.  Interrupts are off while
 * the pool changes.
 */
#include <mm.h>
#include <netdev.h>

#define SHARE	8	/* at most this part of all pages */
#define MOST	8192

static struct list kept = LIST(kept);
static struct netbuf_pool pool;

static struct netbuf *pool_grow(void)
{
	struct netbuf *b = kzalloc(sizeof(*b));

	if (!b)
		return NULL;
	b->page = page_alloc(0);
	if (!b->page) {
		kfree(b);
		return NULL;
	}
	return b;
}

struct netbuf *netbuf_alloc(void)
{
	struct netbuf *b = NULL;
	bool off = irq_save();

	if (!pool.most)
		pool.most = min(pages_total() / SHARE, (u64)MOST);
	if (!list_empty(&kept)) {
		b = netbuf_first(&kept);
		list_del(&b->node);
		pool.kept--;
	} else if (pool.used < pool.most) {
		b = pool_grow();
	}
	if (b)
		pool.used++;
	else
		pool.refused++;
	irq_restore(off);
	if (!b)
		return NULL;
	b->more = NULL;
	b->data = b->page + NETBUF_HEADROOM;
	b->len = 0;
	b->flags = 0;
	b->gso_size = 0;
	b->free = NULL;
	return b;
}

static void part_free(struct netbuf *b)
{
	bool off;

	if (b->free) {
		b->free(b);
		return;
	}
	off = irq_save();
	pool.used--;
	pool.kept++;
	/* The last one used is the likeliest to be in the cache. */
	list_add(kept.next, &b->node);
	irq_restore(off);
}

void netbuf_free(struct netbuf *b)
{
	struct netbuf *next;

	for (; b; b = next) {
		next = b->more;
		part_free(b);
	}
}

void netbuf_free_list(struct list *bufs)
{
	struct netbuf *b;

	while ((b = netbuf_take(bufs)))
		netbuf_free(b);
}

size_t netbuf_len(const struct netbuf *b)
{
	size_t len = 0;

	for (; b; b = b->more)
		len += b->len;
	return len;
}

/* Between the packet and OUT, or IN if that is not NULL. */
static bool copy(const struct netbuf *b, size_t at, u8 *out, const u8 *in,
		 size_t n)
{
	size_t part;

	for (; b && n; b = b->more) {
		if (at >= b->len) {
			at -= b->len;
			continue;
		}
		part = min(n, b->len - at);
		if (in) {
			memcpy(b->data + at, in, part);
			in += part;
		} else {
			memcpy(out, b->data + at, part);
			out += part;
		}
		n -= part;
		at = 0;
	}
	return !n;
}

bool netbuf_read(const struct netbuf *b, size_t at, void *to, size_t n)
{
	return copy(b, at, to, NULL, n);
}

bool netbuf_write(struct netbuf *b, size_t at, const void *from, size_t n)
{
	return copy(b, at, NULL, from, n);
}

struct netbuf *netbuf_alloc_len(size_t len)
{
	struct netbuf *first = NULL, **link = &first;

	do {
		*link = netbuf_alloc();
		if (!*link) {
			netbuf_free(first);
			return NULL;
		}
		(*link)->len = min(len, (size_t)NETBUF_SIZE);
		len -= (*link)->len;
		link = &(*link)->more;
	} while (len);
	return first;
}

void netbuf_pool_show(struct netbuf_pool *to)
{
	/* Each for itself: nobody needs them to agree. */
	*to = pool;
}
