/* SPDX-License-Identifier: MIT */
/*
 * libc.c - the few functions of C's library that lwIP uses and the kernel does
 * not.
 */
#include <stdlib.h>
#include <string.h>

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; a++, b++, n--)
		;
	return n ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(size_t)s;
}

char *strstr(const char *s, const char *part)
{
	size_t n = strlen(part);

	for (; *s; s++)
		if (!strncmp(s, part, n))
			return (char *)(size_t)s;
	return n ? NULL : (char *)(size_t)s;
}

int atoi(const char *s)
{
	int n = 0, sign = *s == '-' ? -1 : 1;

	if (*s == '-' || *s == '+')
		s++;
	/* Digits come from the wire: none that would overflow. */
	for (; *s >= '0' && *s <= '9' && n < 100000000; s++)
		n = n * 10 + *s - '0';
	return n * sign;
}
