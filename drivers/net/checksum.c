/* SPDX-License-Identifier: MIT */
/*
 * checksum.c - TCP's and UDP's checksums, where no device completes them.
 *
 * A packet is what somebody sent: all that is read from it is checked against
 * its length first.
 */
#include <netdev.h>

#include "sum.h"

#define TYPE_IPV4	0x0800
#define TYPE_IPV6	0x86dd
#define TYPE_VLAN	0x8100
#define PROTO_TCP	6
#define PROTO_UDP	17
#define IPV6_HEADER	40
#define FRAGMENT	0x3fff	/* more of them, or an offset */

static u32 read16(const struct netbuf *b, size_t at)
{
	const u8 *in = netbuf_head(b, at, 2);
	u8 copy[2];

	if (!in)
		in = netbuf_read(b, at, copy, 2) ? copy : (const u8 *)"\0";
	return in[0] << 8 | in[1];
}

static u8 read8(const struct netbuf *b, size_t at)
{
	const u8 *in = netbuf_head(b, at, 1);
	u8 copy;

	if (!in)
		in = netbuf_read(b, at, &copy, 1) ? &copy : (const u8 *)"";
	return *in;
}

bool netbuf_csum_find(struct netbuf *b)
{
	size_t at = ETH_HEADER;
	u32 type = read16(b, at - 2);
	u8 proto;

	if (type == TYPE_VLAN) {
		at += 4;
		type = read16(b, at - 2);
	}
	if (type == TYPE_IPV4) {
		/* Of a fragment it would cover what is not here. */
		if (read16(b, at + 6) & FRAGMENT)
			return false;
		proto = read8(b, at + 9);
		at += (read8(b, at) & 15) * 4;
	} else if (type == TYPE_IPV6) {
		proto = read8(b, at + 6);
		at += IPV6_HEADER;
	} else {
		return false;
	}
	if (proto != PROTO_TCP && proto != PROTO_UDP)
		return false;
	b->csum_start = at;
	b->csum_offset = proto == PROTO_TCP ? 16 : 6;
	return at + b->csum_offset + 2 <= netbuf_len(b);
}

struct words {
	u64 word[4];
};

/* 32 bytes a turn: the carry of each addition goes into the next. */
static u64 sum_words(const u8 **p, size_t *n)
{
	u64 sum = 0;

	for (; *n >= 32; *n -= 32, *p += 32)
		asm("addq (%1), %0\n\t"
		    "adcq 8(%1), %0\n\t"
		    "adcq 16(%1), %0\n\t"
		    "adcq 24(%1), %0\n\t"
		    "adcq $0, %0"
		    : "+r" (sum) : "r" (*p), "m" (*(const struct words *)*p));
	return (sum & 0xffffffff) + (sum >> 32);
}

/* The sum of N bytes, folded; ODD: they begin in the middle of a word. */
static u64 sum_part(const u8 *p, size_t n, bool odd)
{
	u64 sum = sum_words(&p, &n);
	u32 word;

	for (; n >= 4; n -= 4, p += 4) {
		memcpy(&word, p, 4);
		sum += word;
	}
	for (word = 0; n; n--)
		word = word << 8 | p[n - 1];
	sum += word;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return odd ? __builtin_bswap16(sum) : sum;
}

u16 net_sum(const u8 *p, size_t n)
{
	return sum_part(p, n, false);
}

bool netbuf_checksum(struct netbuf *b)
{
	size_t skip = b->csum_start, done = 0;
	size_t at = skip + b->csum_offset;
	const struct netbuf *part;
	u64 sum = 0;
	u16 out;

	if (at + 2 > netbuf_len(b))
		return false;
	for (part = b; part; part = part->more) {
		if (skip >= part->len) {
			skip -= part->len;
			continue;
		}
		sum += sum_part(part->data + skip, part->len - skip, done & 1);
		done += part->len - skip;
		skip = 0;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	out = ~sum;
	/* UDP: 0 would say that there is none. */
	if (!out && b->csum_offset == 6)
		out = 0xffff;
	b->flags &= ~NETBUF_CSUM_BLANK;
	return netbuf_write(b, at, &out, 2);
}
