/* SPDX-License-Identifier: MIT */
/*
 * checksum.c - the Internet checksum, 32 bytes a turn.
 */
#include "stack.h"

/* One's complement: where a carry goes to, and in which order, is the same. */
static u64 add(u64 sum, u64 n)
{
	sum += n;
	return sum + (sum < n);
}

struct words {
	u64 word[4];
};

/* The sum, not inverted, of bytes that begin at an even place of it. */
u16 net_checksum(const void *data, int len)
{
	unsigned int left = len;
	const u8 *p = data;
	u64 sum = 0;

	for (; left >= 32; left -= 32, p += 32)
		asm("addq (%1), %0\n\t"
		    "adcq 8(%1), %0\n\t"
		    "adcq 16(%1), %0\n\t"
		    "adcq 24(%1), %0\n\t"
		    "adcq $0, %0"
		    : "+r" (sum) : "r" (p), "m" (*(const struct words *)p));
	for (; left >= 8; left -= 8, p += 8)
		sum = add(sum, *(const u64 *)p);
	if (left & 4) {
		sum = add(sum, *(const u32 *)p);
		p += 4;
	}
	if (left & 2) {
		sum = add(sum, *(const u16 *)p);
		p += 2;
	}
	if (left & 1)
		sum = add(sum, *p);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}
