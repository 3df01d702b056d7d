/* SPDX-License-Identifier: MIT */
/*
 * segment.c - TCP data that travels in one large packet, and is cut into
 * frames only where a device can't take it so (or never, between domains).
 *
 * A packet is what somebody sent: its headers are copied once, and checked
 * against its length before anything is made of them.
 */
#include "sum.h"
#include "tcp_headers.h"

#define TYPE_IPV4	0x0800
#define TYPE_IPV6	0x86dd
#define FLAGS_LAST	0x09	/* FIN, PSH: of the last segment alone */
#define FLAGS_FIRST	0x80	/* CWR */
#define FRAGMENT	0x3fff
/* Who asks for smaller ones has us make too many of one packet. */
#define SEGMENTS	128u

/* Where TCP begins; 0: it is none, or not whole. */
static unsigned int tcp_find(const struct headers *h, size_t len)
{
	const u8 *ip = h->byte + ETH_HEADER;
	unsigned int size;

	if (h->v6)
		return ip[0] >> 4 == 6 && ip[6] == PROTO_TCP &&
		       get16(ip + 4) + IPV6_HEADER + ETH_HEADER == len ?
		       ETH_HEADER + IPV6_HEADER : 0;
	size = (ip[0] & 15) * 4;
	return ip[0] >> 4 == 4 && size >= 20 && ip[9] == PROTO_TCP &&
	       !(get16(ip + 6) & FRAGMENT) &&
	       get16(ip + 2) + ETH_HEADER == len ? ETH_HEADER + size : 0;
}

bool headers_read(const struct netbuf *b, struct headers *h)
{
	size_t len = netbuf_len(b);
	u32 type;

	if (len < ETH_HEADER + IPV6_HEADER ||
	    !netbuf_read(b, 0, h->byte, min(len, (size_t)HEADERS)))
		return false;
	type = get16(h->byte + 12);
	h->v6 = type == TYPE_IPV6;
	if (type != TYPE_IPV4 && !h->v6)
		return false;
	h->tcp = tcp_find(h, len);
	if (!h->tcp || h->tcp + TCP_HEADER > len)
		return false;
	h->data = h->tcp + (h->byte[h->tcp + 12] >> 4) * 4;
	return h->data >= h->tcp + TCP_HEADER && h->data < len;
}

bool netbuf_gso_find(struct netbuf *b, u16 size)
{
	struct headers h;

	if (!size || !headers_read(b, &h) ||
	    netbuf_len(b) - h.data > SEGMENTS * size)
		return false;
	b->gso_size = size;
	b->flags = NETBUF_CSUM_BLANK;
	b->csum_start = h.tcp;
	b->csum_offset = TCP_CHECKSUM;
	return true;
}

bool netbuf_is_v6(const struct netbuf *b)
{
	u8 type[2] = { 0 };

	netbuf_read(b, ETH_HEADER - 2, type, 2);
	return get16(type) == TYPE_IPV6;
}

u16 netbuf_pseudo_sum(const u8 *ip, size_t len)
{
	bool v6 = ip[0] >> 4 == 6;
	u32 sum = net_sum(v6 ? ip + 8 : ip + 12, v6 ? 32 : 8);

	sum += __builtin_bswap16(PROTO_TCP) + __builtin_bswap16(len);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

void headers_fit(u8 *ip, u8 *tcp, size_t n)
{
	size_t len = (tcp[12] >> 4) * 4 + n;
	u16 sum;

	if (ip[0] >> 4 == 6) {
		put16(ip + 4, len);
	} else {
		put16(ip + 2, tcp - ip + len);
		put16(ip + 10, 0);
		sum = ~net_sum(ip, tcp - ip);
		memcpy(ip + 10, &sum, 2);
	}
	sum = netbuf_pseudo_sum(ip, len);
	memcpy(tcp + TCP_CHECKSUM, &sum, 2);
}

/* The headers of the segment of N bytes from AT on. */
static void headers_make(const struct headers *h, u8 *to, size_t at, size_t n,
			 unsigned int nr, bool last)
{
	u8 *ip = to + ETH_HEADER, *tcp = to + h->tcp;
	u32 seq;

	memcpy(to, h->byte, h->data);
	if (!h->v6)
		put16(ip + 4, get16(ip + 4) + nr);
	seq = get32(tcp + 4) + at;
	put16(tcp + 4, seq >> 16);
	put16(tcp + 6, seq);
	tcp[TCP_FLAGS] &= ~((last ? 0 : FLAGS_LAST) | (nr ? FLAGS_FIRST : 0));
	headers_fit(ip, tcp, n);
}

static struct netbuf *segment(const struct netbuf *b, const struct headers *h,
			      size_t at, size_t n, unsigned int nr)
{
	struct netbuf *to = netbuf_alloc_len(h->data + n), *part;
	bool last = h->data + at + n == netbuf_len(b);
	size_t skip = h->data, from = h->data + at;

	if (!to)
		return NULL;
	headers_make(h, to->data, at, n, nr, last);
	for (part = to; part; part = part->more, skip = 0) {
		netbuf_read(b, from, part->data + skip, part->len - skip);
		from += part->len - skip;
	}
	to->flags = NETBUF_CSUM_BLANK;
	to->csum_start = h->tcp;
	to->csum_offset = TCP_CHECKSUM;
	return to;
}

int netbuf_segment(struct netbuf *b, struct list *out)
{
	struct list made = LIST(made);
	size_t at, len = netbuf_len(b), n;
	struct netbuf *part;
	struct headers h;
	unsigned int nr = 0;
	int ret = headers_read(b, &h) ? 0 : -EINVAL;

	for (at = 0; !ret && at < len - h.data; at += n) {
		n = min((size_t)b->gso_size, len - h.data - at);
		part = segment(b, &h, at, n, nr++);
		if (part)
			list_add(&made, &part->node);
		else
			ret = -ENOBUFS;
	}
	netbuf_free(b);
	netbuf_splice(out, &made);
	return ret;
}

/* Its checksum completed, if the device does not do that. */
static int checksum_fit(struct netbuf *b, u32 features, struct list *out)
{
	if (b->flags & NETBUF_CSUM_BLANK && !(features & NETDEV_TX_CSUM) &&
	    !netbuf_checksum(b)) {
		netbuf_free(b);
		return -EINVAL;
	}
	list_add(out, &b->node);
	return 0;
}

int netbuf_fit(struct netbuf *b, u32 features, struct list *out)
{
	struct list parts = LIST(parts);
	int ret, ret2;

	if (!b->gso_size || features & NETDEV_GSO)
		return checksum_fit(b, features, out);
	ret = netbuf_segment(b, &parts);
	while ((b = netbuf_take(&parts))) {
		ret2 = checksum_fit(b, features, out);
		ret = ret ? ret : ret2;
	}
	return ret;
}
