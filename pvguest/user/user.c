/* SPDX-License-Identifier: MIT */
/*
 * user.c - text out, and the end.
 */
#include "user.h"

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

void put(const char *text)
{
	sys3(SYS_write, 1, (long)text, length(text));
}

void put_number(uint64_t n)
{
	char text[21];
	int i = 20;

	text[i] = 0;
	do
		text[--i] = '0' + n % 10;
	while (n /= 10);
	put(text + i);
}

int same(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

void exit(int status)
{
	for (;;)
		sys3(SYS_exit, status, 0, 0);
}

void sleep_ms(uint64_t ms)
{
	uint64_t time[2] = { ms / 1000, ms % 1000 * 1000000 };

	sys3(SYS_nanosleep, (long)time, 0, 0);
}
