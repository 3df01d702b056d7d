/* SPDX-License-Identifier: MIT */
/*
 * sha256sum.c - the SHA-256 of files, or of what comes in (FIPS 180-4).
 */
#include "user.h"

#define BLOCK	64

static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t h[8];

static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void schedule_make(const uint8_t *p, uint32_t *w)
{
	uint32_t a, b;
	int i;

	for (i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	for (; i < 64; i++) {
		a = w[i - 15];
		b = w[i - 2];
		a = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3;
		b = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10;
		w[i] = w[i - 16] + a + w[i - 7] + b;
	}
}

static void block(const uint8_t *p)
{
	uint32_t w[64], s[8], t, u;
	int i;

	schedule_make(p, w);
	memcpy(s, h, sizeof(s));
	for (i = 0; i < 64; i++) {
		t = s[7] + k[i] + w[i] + (s[6] ^ (s[4] & (s[5] ^ s[6]))) +
		    (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25));
		u = ((s[0] & s[1]) | (s[2] & (s[0] | s[1]))) +
		    (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22));
		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += t;
		s[0] = t + u;
	}
	for (i = 0; i < 8; i++)
		h[i] += s[i];
}

static void start(void)
{
	static const uint32_t first[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
		0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(h, first, sizeof(h));
}

static void finish(uint8_t *tail, size_t n, uint64_t total)
{
	uint64_t bits = total * 8;
	int i;

	memset(tail + n, 0, 2 * BLOCK - n);
	tail[n] = 0x80;
	n = n + 9 > BLOCK ? 2 * BLOCK : BLOCK;
	for (i = 1; i <= 8; i++, bits >>= 8)
		tail[n - i] = bits;
	block(tail);
	if (n > BLOCK)
		block(tail + BLOCK);
}

static int sum(int fd, const char *name)
{
	static uint8_t buf[64 * 1024 + 2 * BLOCK];
	uint64_t total = 0;
	size_t have = 0, at;
	long n;

	start();
	while ((n = read(fd, buf + have, 64 * 1024 - have)) > 0) {
		total += n;
		have += n;
		for (at = 0; at + BLOCK <= have; at += BLOCK)
			block(buf + at);
		have -= at;
		memmove(buf, buf + at, have);
	}
	if (n < 0) {
		warn("sha256sum: %s: error %ld\n", name, -n);
		return 1;
	}
	finish(buf, have, total);
	for (at = 0; at < 8; at++)
		printf("%08x", h[at]);
	printf("  %s\n", name);
	return 0;
}

int main(int argc, char **argv)
{
	int i, fd, bad = 0;

	if (argc < 2)
		return sum(0, "-");
	for (i = 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY);
		if (fd < 0)
			warn("sha256sum: no file %s\n", argv[i]);
		bad |= fd < 0 || sum(fd, argv[i]);
		if (fd >= 0)
			close(fd);
	}
	return bad;
}
