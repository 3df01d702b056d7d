/* SPDX-License-Identifier: MIT */
/*
 * netbuf.c - packets of any parts: reading, writing, checksums.
 *
 * The input is a packet, and where to cut it; what is done to its parts must be
 * what the same does to the whole.
 */
#include <arch.h>
#include <mm.h>
#include <netdev.h>

void abort(void) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define PARTS	4
#define MOST	2048

u64 pages_total(void)
{
	return 64;
}

/* Cut where the first bytes say; the parts' places in memory vary as well. */
static struct netbuf *packet(const u8 *cut, const u8 *data, size_t len)
{
	struct netbuf *first = NULL, **link = &first;
	unsigned int i;
	size_t n;

	for (i = 0; i < PARTS; i++) {
		*link = netbuf_alloc();
		if (!*link)
			abort();
		n = i + 1 < PARTS ? min((size_t)cut[i] * 3, len) : len;
		(*link)->data += cut[i] & 7;
		(*link)->len = n;
		memcpy((*link)->data, data, n);
		data += n;
		len -= n;
		link = &(*link)->more;
	}
	return first;
}

static u16 sum(const u8 *p, size_t n)
{
	u32 total = 0;
	size_t i;

	for (i = 0; i < n; i++)
		total += i & 1 ? p[i] : p[i] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~total;
}

static void check_sum(struct netbuf *b, const u8 *whole, size_t len)
{
	size_t at = b->csum_start + b->csum_offset;
	u16 want = 0;
	u8 got[2];

	if (at + 2 <= len)
		want = sum(whole + b->csum_start, len - b->csum_start);
	if (!want && b->csum_offset == 6)
		want = 0xffff;
	if (netbuf_checksum(b) != (at + 2 <= len))
		abort();
	if (at + 2 > len)
		return;
	if (!netbuf_read(b, at, got, 2) || (got[0] << 8 | got[1]) != want)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 whole[MOST], copy[MOST];
	struct netbuf_pool pool;
	struct netbuf *b;
	size_t len;

	if (size < PARTS + 2 || size - PARTS - 2 > MOST)
		return 0;
	len = size - PARTS - 2;
	memcpy(whole, data + PARTS + 2, len);
	b = packet(data, whole, len);
	if (netbuf_len(b) != len || !netbuf_read(b, 0, copy, len) ||
	    memcmp(copy, whole, len) || netbuf_read(b, 1, copy, len + !len))
		abort();
	b->flags = NETBUF_CSUM_BLANK;
	/* Finding must not reach beyond the packet, whatever is in it. */
	if (netbuf_csum_find(b) && b->csum_start + b->csum_offset + 2u > len)
		abort();
	b->csum_start = data[PARTS];
	b->csum_offset = data[PARTS + 1] & 1 ? 6 : 16;
	check_sum(b, whole, len);
	netbuf_free(b);
	netbuf_pool_show(&pool);
	if (pool.used)
		abort();
	return 0;
}
