/* SPDX-License-Identifier: MIT */
/*
 * string.c - what the compiler may call on its own account.
 *
 * Weak: a guest that has better ones keeps them.
 */
#include "internal.h"

#define weak __attribute__((weak))

weak void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *ret = to;

	asm volatile("rep movsb"
		     : "+D" (to), "+S" (from), "+c" (n) :: "memory");
	return ret;
}

weak void *memset(void *to, int c, size_t n)
{
	void *ret = to;

	asm volatile("rep stosb" : "+D" (to), "+c" (n) : "a" (c) : "memory");
	return ret;
}

weak void *memmove(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + n)
		return memcpy(to, from, n);
	while (n--)
		t[n] = f[n];
	return to;
}

weak int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
