/* SPDX-License-Identifier: MIT */
/*
 * merge.c - TCP segments of a batch that follow each other, made one large
 * packet: what was cut for the wire crosses to a domain as a whole again.
 *
 * Nothing is copied: a segment's buffer without its headers becomes a part of
 * the first one.  Only segments of which all but number, length and PSH is the
 * same are merged, and only those whose checksum is right, as nobody can check
 * it later.  What was merged can be cut again into the same segments.
 */
#include "sum.h"
#include "tcp_headers.h"

/* As many parts as a back end passes on. */
#define PARTS		17u
#define FLAGS_PLAIN	0x10	/* ACK; and PSH, which does not matter */

/* The packet that is being made. */
struct merge {
	struct netbuf *b, *last;	/* NULL: none */
	struct headers h;
	u32 next;			/* sequence number */
	size_t size, len;		/* of a segment's data; of all */
	unsigned int parts;
	u8 push;
	bool ended;			/* one was shorter: it is the last */
};

static bool checksum_right(struct netbuf *b, const struct headers *h)
{
	size_t n = b->len - h->tcp;
	u32 sum;

	if (b->flags & (NETBUF_CSUM_BLANK | NETBUF_CSUM_OK))
		return true;
	sum = netbuf_pseudo_sum(b->data + ETH_HEADER, n) +
	      net_sum(b->data + h->tcp, n);
	if ((sum & 0xffff) + (sum >> 16) != 0xffff)
		return false;
	b->flags |= NETBUF_CSUM_OK;
	return true;
}

static bool candidate(struct netbuf *b, struct headers *h)
{
	return !b->more && !b->gso_size && headers_read(b, h) &&
	       h->tcp == (h->v6 ? ETH_HEADER + IPV6_HEADER :
			  ETH_HEADER + 20u) &&
	       (h->byte[h->tcp + TCP_FLAGS] & ~TCP_PSH) == FLAGS_PLAIN &&
	       checksum_right(b, h);
}

/* The same but for what differs between segments of one packet. */
static bool same_flow(const struct headers *a, const struct headers *b)
{
	const unsigned int ip = ETH_HEADER;
	struct headers c = *b;

	if (a->v6 != b->v6 || a->data != b->data)
		return false;
	if (a->v6) {
		memcpy(c.byte + ip + 4, a->byte + ip + 4, 2);
	} else {
		memcpy(c.byte + ip + 2, a->byte + ip + 2, 4);
		memcpy(c.byte + ip + 10, a->byte + ip + 10, 2);
	}
	memcpy(c.byte + a->tcp + 4, a->byte + a->tcp + 4, 4);
	memcpy(c.byte + a->tcp + TCP_CHECKSUM, a->byte + a->tcp + TCP_CHECKSUM,
	       2);
	c.byte[a->tcp + TCP_FLAGS] = a->byte[a->tcp + TCP_FLAGS];
	return !memcmp(a->byte, c.byte, a->data);
}

/* Its headers say what it has become. */
static void merge_end(struct merge *m)
{
	struct netbuf *b = m->b;
	u8 *tcp;

	m->b = NULL;
	if (!b || m->parts == 1)
		return;
	tcp = b->data + m->h.tcp;
	tcp[TCP_FLAGS] |= m->push;
	headers_fit(b->data + ETH_HEADER, tcp, m->len);
	b->gso_size = m->size;
	b->flags = NETBUF_CSUM_BLANK;
	b->csum_start = m->h.tcp;
	b->csum_offset = TCP_CHECKSUM;
}

static void merge_begin(struct merge *m, struct netbuf *b,
			const struct headers *h)
{
	m->b = m->last = b;
	m->h = *h;
	m->size = m->len = b->len - h->data;
	m->next = get32(h->byte + h->tcp + 4) + m->len;
	m->parts = 1;
	m->push = 0;
	m->ended = false;
}

/* False: it is none of the packet's. */
static bool merge_add(struct merge *m, struct netbuf *b,
		      const struct headers *h)
{
	size_t n = b->len - h->data;

	if (!m->b || m->ended || m->parts == PARTS || n > m->size ||
	    get32(h->byte + h->tcp + 4) != m->next || !same_flow(&m->h, h))
		return false;
	m->ended = n < m->size;
	m->push |= h->byte[h->tcp + TCP_FLAGS] & TCP_PSH;
	m->next += n;
	m->len += n;
	m->parts++;
	b->data += h->data;
	b->len = n;
	m->last->more = b;
	m->last = b;
	return true;
}

void netbuf_merge(struct list *bufs)
{
	struct list done = LIST(done);
	struct merge m = { .b = NULL };
	struct headers h;
	struct netbuf *b;

	while ((b = netbuf_take(bufs))) {
		if (!candidate(b, &h)) {
			merge_end(&m);
		} else if (merge_add(&m, b, &h)) {
			continue;
		} else {
			merge_end(&m);
			merge_begin(&m, b, &h);
		}
		list_add(&done, &b->node);
	}
	merge_end(&m);
	netbuf_splice(bufs, &done);
}
