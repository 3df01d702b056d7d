/* SPDX-License-Identifier: MIT */
/*
 * segment.c - large packets of TCP's, cut into frames.
 *
 * The input is a packet, or what makes a good one, and the size to cut it to.
 * Whatever it is, the frames hold its data once and in order, and each has
 * headers and checksums that are right, by the plain way.
 */
#include <arch.h>
#include <mm.h>
#include <netdev.h>

void abort(void) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define MOST	9000u
#define SETTINGS 5u

u64 pages_total(void)
{
	return 2048;
}

static u32 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static u32 add(u32 total, const u8 *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		total += i & 1 ? p[i] : p[i] << 8;
	return total;
}

static u16 fold(u32 total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

/* Makes the headers of LEN bytes such that they may be cut. */
static void repair(u8 *p, size_t len, bool v6)
{
	unsigned int tcp = v6 ? 54 : 34;

	p[12] = v6 ? 0x86 : 0x08;
	p[13] = v6 ? 0xdd : 0;
	p[14] = v6 ? 0x60 : 0x45;
	if (v6) {
		p[18] = (len - 54) >> 8;
		p[19] = len - 54;
		p[20] = 6;
	} else {
		p[16] = (len - 14) >> 8;
		p[17] = len - 14;
		p[20] = p[21] = 0;
		p[23] = 6;
	}
	if (p[tcp + 12] >> 4 < 5)
		p[tcp + 12] = 0x50;
}

/* A frame: its data is that of WHOLE from AT on; how much of it. */
static size_t check(struct netbuf *b, const u8 *whole, size_t at, size_t len)
{
	u8 f[MOST];
	size_t size = netbuf_len(b), header, data;
	bool v6 = whole[12] == 0x86, last;
	unsigned int tcp = v6 ? 54 : 14 + (whole[14] & 15) * 4;
	u32 sum;

	if (!netbuf_checksum(b) || !netbuf_read(b, 0, f, size))
		abort();
	header = tcp + (whole[tcp + 12] >> 4) * 4;
	data = size - header;
	last = header + at + data == len;
	if (memcmp(f + header, whole + header + at, data) ||
	    get32(f + tcp + 4) != (u32)(get32(whole + tcp + 4) + at) ||
	    (f[tcp + 13] & 9) != (last ? whole[tcp + 13] & 9 : 0))
		abort();
	if (v6 ? get16(f + 18) != size - 54 : get16(f + 16) != size - 14)
		abort();
	if (!v6 && fold(add(0, f + 14, tcp - 14)) != 0xffff)
		abort();
	sum = add(0, f + (v6 ? 22 : 26), v6 ? 32 : 8) + 6 + size - tcp;
	if (fold(add(sum, f + tcp, size - tcp)) != 0xffff)
		abort();
	return data;
}

/* Nothing but how many parts a packet may have keeps its frames apart. */
static bool plain(const u8 *whole, unsigned int frames)
{
	unsigned int tcp = whole[12] == 8 ? 34 : 54;

	return frames > 1 && frames <= 17 &&
	       (whole[12] != 8 || whole[14] == 0x45) &&
	       (whole[tcp + 13] & ~8) == 0x10;
}

/* The frames are put together again: the same data in fewer packets. */
static void merge_check(struct list *frames, const u8 *whole, size_t header,
			size_t len)
{
	unsigned int before = 0, after = 0;
	size_t at = 0, n;
	struct netbuf *b;
	u8 f[MOST];

	list_for(b, frames, node)
		before++;
	netbuf_merge(frames);
	while ((b = netbuf_take(frames))) {
		n = netbuf_len(b) - header;
		if (!netbuf_read(b, header, f, n) ||
		    memcmp(f, whole + header + at, n))
			abort();
		if (b->gso_size && (b->flags != NETBUF_CSUM_BLANK ||
				    !netbuf_gso_find(b, b->gso_size)))
			abort();
		at += n;
		after++;
		netbuf_free(b);
	}
	if (header + at != len || (plain(whole, before) && after != 1))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct list out = LIST(out);
	struct netbuf_pool pool;
	size_t len, n, at = 0;
	struct netbuf *b;
	u8 whole[MOST];

	if (size < SETTINGS + 60)
		return 0;
	len = 60 + get16(data) % (MOST - 60);
	for (n = 0; n < len; n++)
		whole[n] = data[SETTINGS + n % (size - SETTINGS)] + n / 251;
	if (data[4] & 1)
		repair(whole, len, data[4] & 2);
	b = netbuf_alloc_len(len);
	if (!b || !netbuf_write(b, 0, whole, len))
		abort();
	if (netbuf_gso_find(b, get16(data + 2) % 2048)) {
		if (netbuf_segment(b, &out))
			abort();
		list_for(b, &out, node)
			at += check(b, whole, at, len);
		if (!at)
			abort();
		merge_check(&out, whole, len - at, len);
	} else {
		netbuf_free(b);
	}
	netbuf_pool_show(&pool);
	if (pool.used)
		abort();
	return 0;
}
