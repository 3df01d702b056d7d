/* SPDX-License-Identifier: MIT */
/*
 * options.c - the boot line: words "name" or "name=value".
 *
 * There is no table of options.  Whoever has one asks for it by name; words
 * that nobody has asked for by the end of start-up are reported as unknown, so
 * a misspelt option does not go unnoticed.
 */
#include <lib.h>
#include "loader.h"

#define MAX_WORDS	64

static struct {
	const char *text;
	size_t len;
	bool known;
} words[MAX_WORDS];
static u32 nr_words;

void options_init(void)
{
	const char *p = boot_info.cmdline;

	for (;;) {
		while (*p == ' ' || *p == '\t')
			p++;
		if (!*p)
			return;
		if (nr_words == MAX_WORDS) {
			printk(LOG_WARN, "boot line: more than %u options, "
			       "the rest is ignored\n", MAX_WORDS);
			return;
		}
		words[nr_words].text = p;
		while (*p && *p != ' ' && *p != '\t')
			p++;
		words[nr_words].len = p - words[nr_words].text;
		nr_words++;
	}
}

bool option_get(const char *name, char *buf, size_t size)
{
	size_t n = strlen(name);
	const char *value = NULL;
	size_t len = 0;
	u32 i;

	for (i = 0; i < nr_words; i++) {
		const char *w = words[i].text;

		if (words[i].len < n || strncmp(w, name, n) ||
		    (words[i].len > n && w[n] != '='))
			continue;
		words[i].known = true;
		value = w + n + (words[i].len > n);
		len = words[i].len - (value - w);
	}
	if (!value)
		return false;
	if (size) {
		len = MIN(len, size - 1);
		memcpy(buf, value, len);
		buf[len] = '\0';
	}
	return true;
}

bool option_flag(const char *name)
{
	return option_get(name, NULL, 0);
}

void options_done(void)
{
	u32 i;

	for (i = 0; i < nr_words; i++)
		if (!words[i].known)
			printk(LOG_WARN, "boot line: unknown option %.*s\n",
			       (int)words[i].len, words[i].text);
}
