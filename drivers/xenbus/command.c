/* SPDX-License-Identifier: MIT */
/*
 * command.c - the shell's look into the store.
 */
#include <console.h>
#include <xenbus.h>

#define ROOM	4096

static char *word(char **text)
{
	char *begin = *text, *end;

	while (*begin == ' ')
		begin++;
	for (end = begin; *end && *end != ' '; end++)
		;
	if (*end)
		*end++ = '\0';
	*text = end;
	return begin;
}

static int list(const char *path)
{
	static char names[ROOM];
	const char *name = names;
	int n = xs_directory(XS_NONE, path, names, sizeof(names)), i;

	for (i = 0; i < n; i++, name += strlen(name) + 1)
		cprintf("%s\n", name);
	return n;
}

static int read(const char *path)
{
	static char value[ROOM];
	int n = xs_read(XS_NONE, path, value, sizeof(value));

	if (n >= 0)
		cprintf("%s\n", value);
	return n;
}

void cmd_store(char *args)
{
	char *what = word(&args), *path = word(&args);
	int rc;

	if (!*path) {
		cprintf("store ls|read|write|rm PATH [VALUE]\n");
		return;
	}
	if (!strcmp(what, "ls"))
		rc = list(path);
	else if (!strcmp(what, "read"))
		rc = read(path);
	else if (!strcmp(what, "write"))
		rc = xs_write(XS_NONE, path, args);
	else if (!strcmp(what, "rm"))
		rc = xs_rm(XS_NONE, path);
	else
		rc = -EINVAL;
	if (rc < 0)
		cprintf("store: error %d\n", -rc);
}
