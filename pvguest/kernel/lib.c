/* SPDX-License-Identifier: MIT */
/*
 * lib.c - strings and numbers.  The library brings memcpy and its kin, and the
 * formatting: neither needs a hypervisor.
 */
#include <hcall/print.h>
#include <lib.h>
#include "format.h"

size_t text_format(char *buf, size_t size, const char *fmt, va_list ap)
{
	size_t n = hc_vsnprintf(buf, size, fmt, ap);

	return min(n, size - 1);
}

/* Eight bytes at a time: half-filled words are rare. */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *ret = to;
	size_t words = n / 8;

	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (words)
		     :: "memory");
	n %= 8;
	asm volatile("rep movsb" : "+D" (to), "+S" (from), "+c" (n)
		     :: "memory");
	return ret;
}

void *memset(void *to, int c, size_t n)
{
	void *ret = to;
	size_t words = n / 8;
	u64 word = (u8)c * 0x0101010101010101ULL;

	asm volatile("rep stosq" : "+D" (to), "+c" (words) : "a" (word)
		     : "memory");
	n %= 8;
	asm volatile("rep stosb" : "+D" (to), "+c" (n) : "a" (word)
		     : "memory");
	return ret;
}

void *memchr(const void *p, int c, size_t n)
{
	const u8 *at = p;

	for (; n; n--, at++)
		if (*at == (u8)c)
			return (void *)(u64)at;
	return NULL;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (u8)*a - (u8)*b;
}

void strcopy(char *to, const char *from, size_t size)
{
	size_t n = min(strlen(from), size - 1);

	memcpy(to, from, n);
	to[n] = 0;
}

u64 number(const char *s)
{
	u64 n = 0, base = 10, digit;

	if (s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
	}
	for (; *s; s++) {
		digit = *s >= 'a' ? *s - 'a' + 10ULL : *s - '0' + 0ULL;
		if (digit >= base)
			return 0;
		n = n * base + digit;
	}
	return n;
}
