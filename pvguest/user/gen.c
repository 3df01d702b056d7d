/* SPDX-License-Identifier: MIT */
/*
 * gen.c - so many bytes of noise, the same each time: for transfers that are
 * checked.
 */
#include "user.h"

static uint64_t buf[8 * 1024];

int main(int argc, char **argv)
{
	uint64_t x = 88172645463325252;
	unsigned long left, part, i;
	long n;

	if (argc != 2) {
		warn("usage: gen BYTES\n");
		return 2;
	}
	for (left = number(argv[1]); left; left -= part) {
		for (i = 0; i < sizeof(buf) / 8; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			buf[i] = x;
		}
		part = left < sizeof(buf) ? left : sizeof(buf);
		for (i = 0; i < part; i += n) {
			n = write(1, (char *)buf + i, part - i);
			if (n <= 0)
				return 1;
		}
	}
	return 0;
}
