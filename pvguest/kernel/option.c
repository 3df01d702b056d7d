/* SPDX-License-Identifier: MIT */
/*
 * option.c - the kernel's command line: words, some of them KEY=VALUE.
 */
#include <option.h>

static char line[1024];

void option_init(const char *cmdline)
{
	strcopy(line, cmdline, sizeof(line));
}

bool option_get(const char *key, char *to, size_t size)
{
	size_t len = strlen(key), part;
	const char *at;

	for (at = line; *at; at += part + (at[part] == ' ')) {
		for (part = 0; at[part] && at[part] != ' '; part++)
			;
		if (part <= len || at[len] != '=' || memcmp(at, key, len))
			continue;
		strcopy(to, at + len + 1, min(size, part - len));
		return true;
	}
	return false;
}
