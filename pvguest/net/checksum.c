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

static u64 load(const u8 *p, int n)
{
	u64 word = 0;

	memcpy(&word, p, n);
	return word;
}

struct words {
	u64 word[4];
};

static u64 sum_words(const u8 *p, int words, u64 sum)
{
	for (; words >= 4; words -= 4, p += 32)
		asm("addq (%1), %0\n\t"
		    "adcq 8(%1), %0\n\t"
		    "adcq 16(%1), %0\n\t"
		    "adcq 24(%1), %0\n\t"
		    "adcq $0, %0"
		    : "+r" (sum) : "r" (p), "m" (*(const struct words *)p));
	for (; words; words--, p += 8)
		sum = add(sum, *(const u64 *)p);
	return sum;
}

/* The sum, not inverted, of bytes that begin at an even place of it. */
u16 net_checksum(const void *data, int len)
{
	const u8 *p = data;
	u64 sum = sum_words(p, len / 8, 0);

	sum = add(sum, load(p + (len & ~7), len & 7));
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}
