/* SPDX-License-Identifier: MIT */
/*
 * wc.c - counts lines, words and characters of what comes in.
 */
#include "user.h"

int main(int argc, char **argv)
{
	unsigned long lines = 0, words = 0, chars = 0;
	char buf[512], last = ' ';
	long n, i;

	(void)argc;
	(void)argv;
	while ((n = read(0, buf, sizeof(buf))) > 0) {
		chars += n;
		for (i = 0; i < n; i++) {
			lines += buf[i] == '\n';
			words += buf[i] > ' ' && last <= ' ';
			last = buf[i];
		}
	}
	printf("%lu %lu %lu\n", lines, words, chars);
	return n < 0;
}
