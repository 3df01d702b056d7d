/* SPDX-License-Identifier: MIT */
/*
 * options.c - the boot line: words "name" or "name=value".
 *
 * There is no table of options.  Whoever has one asks for it by name; words
 * that nobody has asked for by the end of start-up are reported as unknown, so
 * a misspelt option does not go unnoticed.
 */
#include <lib.h>
#include <setup.h>

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
	size_t len;

	for (; *p; p += len) {
		for (len = 0; p[len] && p[len] != ' '; len++)
			;
		if (!len) {
			len = 1;
		} else if (nr_words < MAX_WORDS) {
			words[nr_words].text = p;
			words[nr_words++].len = len;
		} else {
			printk(LOG_WARN, "boot line: more than %u options, "
			       "the rest is ignored\n", MAX_WORDS);
			return;
		}
	}
}

bool option_get(const char *name, char *buf, size_t size)
{
	size_t n = strlen(name), value;
	bool found = false;
	u32 i;

	for (i = 0; i < nr_words; i++) {
		const char *w = words[i].text;

		if (words[i].len < n || strncmp(w, name, n) ||
		    (words[i].len > n && w[n] != '='))
			continue;
		words[i].known = found = true;
		value = MIN(n + 1, words[i].len);
		snprintf(buf, size, "%.*s", (int)(words[i].len - value),
			 w + value);
	}
	return found;
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
