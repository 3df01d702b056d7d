/* SPDX-License-Identifier: MIT */
/*
 * bootline.c - any text as lines of modules: what is accepted has a name, a
 * number of its own, and points into its own line.
 */
#include <bootline.h>
#include <lib.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct boot_info info;

static void check(bool x)
{
	if (!x)
		abort();
}

/* The last module's line stands in for the option. */
bool option_get(const char *name, char *buf, size_t size)
{
	(void)name;
	strcopy(buf, info.modules[info.nr_modules - 1].line, size);
	return true;
}

#define DOMAINS	(BOOT_MAX_MODULES * COUNT_MAX)

static void check_domain(const struct boot_domain *dom, u32 kernel, u32 count)
{
	const char *line = info.modules[kernel].line;

	check(dom->count >= 1 && dom->count <= COUNT_MAX);
	check(dom->id < count && dom->id + dom->count <= count && *dom->name);
	check(dom->count == 1 || strlen(dom->name) <= DOMAIN_NAME_LEN - 5);
	check(strspn(dom->name, "abcdefghijklmnopqrstuvwxyz0123456789._-"
		     "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(dom->name));
	check(dom->ramdisk == NO_MODULE || dom->ramdisk < info.nr_modules);
	check(dom->ramdisk != kernel);
	check(dom->vcpus >= 1 && dom->vcpus <= CONFIG_MAX_VCPUS);
	check(!dom->mem || dom->mem >= 1024);
	check(!*dom->cmdline || (dom->cmdline >= line &&
				 dom->cmdline < line + strlen(line)));
}

static void check_all(void)
{
	static struct boot_domain doms[BOOT_MAX_MODULES];
	static bool seen[DOMAINS];
	u32 i, id, count = bootline_parse(&info, doms);

	check(count <= DOMAINS);
	memset(seen, 0, sizeof(seen));

	for (i = 0; i < info.nr_modules; i++) {
		check(strlen(doms[i].why) < sizeof(doms[i].why));
		if (!doms[i].starts || *doms[i].why)
			continue;
		check_domain(&doms[i], i, count);
		for (id = doms[i].id; id < doms[i].id + doms[i].count; id++) {
			check(!seen[id]);
			seen[id] = true;
		}
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char *text = malloc(size + 1), *p = text;
	struct boot_module *m;

	memcpy(text, data, size);
	text[size] = 0;
	info.nr_modules = 0;
	while (p && info.nr_modules < 16) {
		m = &info.modules[info.nr_modules++];
		m->line = p;
		p = strchr(p, '\n');
		if (p)
			*p++ = 0;
		m->bad = strlen(m->line) == 7 ? "it has 7 characters" : NULL;
	}
	check_all();
	free(text);
	return 0;
}
