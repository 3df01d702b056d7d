/* SPDX-License-Identifier: MIT */
/*
 * getopt.c - options of one letter, alone, together, or with a value.
 */
#include "../getopt.h"

char *optarg;
int optind = 1;

static int at;			/* within a word of several options */

static int next_word(void)
{
	optind++;
	at = 0;
	return 0;
}

int getopt(int argc, char **argv, const char *letters)
{
	const char *word = optind < argc ? argv[optind] : "";
	char c;

	if (!at && (word[0] != '-' || !word[1]))
		return -1;
	if (!at && word[1] == '-' && !word[2]) {
		next_word();
		return -1;
	}
	c = word[++at];
	while (*letters && (*letters != c || c == ':'))
		letters++;
	if (!*letters) {
		warn("%s: no option -%c\n", argv[0], c);
		next_word();
		return '?';
	}
	if (letters[1] != ':') {
		if (!word[at + 1])
			next_word();
		return c;
	}
	optarg = argv[optind] + at + 1;
	next_word();
	if (*optarg)
		return c;
	if (optind >= argc) {
		warn("%s: -%c wants a value\n", argv[0], c);
		return '?';
	}
	optarg = argv[optind++];
	return c;
}
