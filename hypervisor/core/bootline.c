/* SPDX-License-Identifier: MIT */
/*
 * bootline.c - from the lines of the modules to a description of domains.
 *
 * A line may hold anything.  It refuses at most its own domain: nothing here
 * depends on another domain's line but names and the place in the list.  A
 * domain's number is its place among the kernels, so that the refusal of one
 * never gives its number, and domain 0's rights, to the next.
 */
#include <bootline.h>
#include <lib.h>

#define WORD_MAX	64
#define BARE_NAME	"domain0"	/* of a domain 0 without a name= */

/* Copies the next word, cut if need be; the place after it, or NULL. */
static const char *next_word(const char *s, char word[WORD_MAX])
{
	u32 n = 0;

	while (*s == ' ' || *s == '\t')
		s++;
	if (!*s)
		return NULL;
	for (; *s && *s != ' ' && *s != '\t'; s++)
		if (n < WORD_MAX - 1)
			word[n++] = *s > ' ' && *s < 127 ? *s : '?';
	word[n] = 0;
	return s;
}

/* The value if the word is "key=value", or else NULL. */
static const char *value_of(const char *word, const char *key)
{
	size_t n = strlen(key);

	return strncmp(word, key, n) || word[n] != '=' ? NULL : word + n + 1;
}

/* Decimal digits only, at most max; the place after them, or NULL. */
static const char *number(const char *s, u64 max, u64 *out)
{
	u64 n = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		n = n * 10 + (*s - '0');
		if (n > max)
			return NULL;
	}
	*out = n;
	return s;
}

bool bootline_size(const char *s, u64 *bytes)
{
	u64 n;
	u32 shift;

	s = number(s, 1UL << 42, &n);
	if (!s || !n)
		return false;
	shift = *s == 'K' ? 10 : *s == 'M' ? 20 : *s == 'G' ? 30 : 0;
	if (!shift || s[1] || n > (1UL << 52) >> shift)
		return false;
	*bytes = n << shift;
	return true;
}

static bool name_good(const char *s)
{
	size_t n;

	for (n = 0; s[n]; n++)
		if (!(s[n] >= 'a' && s[n] <= 'z') &&
		    !(s[n] >= 'A' && s[n] <= 'Z') &&
		    !(s[n] >= '0' && s[n] <= '9') && !strchr("._-", s[n]))
			return false;
	return n && n < DOMAIN_NAME_LEN;
}

/* The name that a line begins with; false: it begins otherwise. */
static bool line_name(const char *line, char word[WORD_MAX],
		      const char **name)
{
	if (!next_word(line, word))
		return false;
	*name = value_of(word, "name");
	return *name;
}

/* The value of a key before " -- ", copied to word; false: there is none. */
static bool line_value(const char *line, const char *key, char word[WORD_MAX],
		       const char **value)
{
	while ((line = next_word(line, word)) && strcmp(word, "--")) {
		*value = value_of(word, key);
		if (*value)
			return true;
	}
	return false;
}

static bool is_named(const struct boot_info *info, u32 i, const char *name)
{
	char word[WORD_MAX];
	const char *own;

	return line_name(info->modules[i].line, word, &own) &&
	       !strcmp(own, name);
}

/* True for a line of a name and nothing else. */
static bool only_named(const char *line)
{
	char word[WORD_MAX];
	const char *name;

	return line_name(line, word, &name) &&
	       !next_word(next_word(line, word), word);
}

/* True when another module's ramdisk= names this one. */
static bool is_ramdisk(const struct boot_info *info, u32 module)
{
	char word[WORD_MAX];
	const char *value, *name;
	u32 i;

	if (!only_named(info->modules[module].line))
		return false;
	for (i = 0; i < info->nr_modules; i++) {
		if (i == module ||
		    !line_name(info->modules[i].line, word, &name) ||
		    !line_value(info->modules[i].line, "ramdisk", word, &value))
			continue;
		if (is_named(info, module, value))
			return true;
	}
	return false;
}

/* The first module after i whose line begins without a name. */
static u32 next_bare(const struct boot_info *info, u32 i)
{
	char word[WORD_MAX];
	const char *name;

	for (i++; i < info->nr_modules; i++)
		if (!line_name(info->modules[i].line, word, &name))
			return i;
	return NO_MODULE;
}

#define refuse(dom, ...) \
	((void)snprintf((dom)->why, sizeof((dom)->why), __VA_ARGS__))

static void take_ramdisk(const struct boot_info *info, const char *name,
			 struct boot_domain *out)
{
	u32 i, n = 0;

	for (i = 0; i < info->nr_modules; i++) {
		if (!is_named(info, i, name))
			continue;
		n++;
		out->ramdisk = i;
	}
	if (n != 1)
		refuse(out, "ramdisk=%s: %s that name", name,
		       n ? "several modules have" : "no module has");
	else if (out->ramdisk == out->kernel)
		refuse(out, "ramdisk=%s is the kernel itself", name);
	else if (!only_named(info->modules[out->ramdisk].line))
		refuse(out, "ramdisk=%s: a ramdisk has no settings", name);
}

static void take_setting(const struct boot_info *info, const char *word,
			 struct boot_domain *out)
{
	const char *v;
	u64 n;

	if ((v = value_of(word, "mem"))) {
		if (out->mem)
			refuse(out, "mem= twice");
		else if (!bootline_size(v, &out->mem))
			refuse(out, "%s: not a number with K, M or G", word);
	} else if ((v = value_of(word, "vcpus"))) {
		if (out->vcpus)
			refuse(out, "vcpus= twice");
		else if (!(v = number(v, CONFIG_MAX_VCPUS, &n)) || *v || !n)
			refuse(out, "%s: not a number from 1 to %u", word,
			       CONFIG_MAX_VCPUS);
		else
			out->vcpus = n;
	} else if ((v = value_of(word, "ramdisk"))) {
		if (out->ramdisk != NO_MODULE)
			refuse(out, "ramdisk= twice");
		else
			take_ramdisk(info, v, out);
	} else if ((v = value_of(word, "store"))) {
		if (out->no_store)
			refuse(out, "store= twice");
		else if (strcmp(v, "no"))
			refuse(out, "%s: only store=no is known", word);
		else
			out->no_store = true;
	} else {
		refuse(out, "%s: unknown setting", word);
	}
}

static void parse_named(const struct boot_info *info, const char *name,
			struct boot_domain *out)
{
	const char *line = info->modules[out->kernel].line;
	char word[WORD_MAX];
	u32 i;

	strcopy(out->name, name_good(name) ? name : "?", sizeof(out->name));
	if (!name_good(name))
		refuse(out, "its name is not 1 to %u of a-z A-Z 0-9 . _ -",
		       DOMAIN_NAME_LEN - 1);
	for (i = 0; i < out->kernel && !*out->why; i++)
		if (is_named(info, i, name))
			refuse(out, "module %u has that name already", i + 1);
	if (!strcmp(name, BARE_NAME) && next_bare(info, NO_MODULE) != NO_MODULE)
		refuse(out, "domain 0 has that name already");
	line = next_word(line, word);
	while (!*out->why && (line = next_word(line, word))) {
		if (!strcmp(word, "--")) {
			while (*line == ' ' || *line == '\t')
				line++;
			out->cmdline = line;
			break;
		}
		take_setting(info, word, out);
	}
}

/*
 * Without a name: the first is domain 0, the second its ramdisk.  The line is
 * the guest's, so the memory's size is an option of the boot line.
 */
static bool parse_bare(const struct boot_info *info, struct boot_domain *out)
{
	u32 first = next_bare(info, NO_MODULE);
	char size[WORD_MAX];

	strcopy(out->name, BARE_NAME, sizeof(out->name));
	if (out->kernel == next_bare(info, first))
		return false;
	if (out->kernel != first) {
		refuse(out, "only domain 0 and its ramdisk need no name=");
		return true;
	}
	out->ramdisk = next_bare(info, first);
	out->cmdline = info->modules[first].line;
	if (option_get("dom0_mem", size, sizeof(size)) &&
	    !bootline_size(size, &out->mem))
		refuse(out, "dom0_mem=%s: not a number with K, M or G", size);
	return true;
}

/* Its place among the kernels; one without a name comes before all others. */
static u32 domain_id(const struct boot_info *info, u32 module)
{
	char word[WORD_MAX];
	const char *name;
	u32 i, id = next_bare(info, NO_MODULE) != NO_MODULE;

	for (i = 0; i < module; i++)
		id += line_name(info->modules[i].line, word, &name) &&
		      !is_ramdisk(info, i);
	return id;
}

static void check_module(const struct boot_info *info, u32 module,
			 struct boot_domain *out)
{
	if (module != NO_MODULE && info->modules[module].bad && !*out->why)
		refuse(out, "module %u: %s", module + 1,
		       info->modules[module].bad);
}

bool bootline_parse(const struct boot_info *info, u32 module,
		    struct boot_domain *out)
{
	char word[WORD_MAX];
	const char *name;

	*out = (struct boot_domain){
		.kernel = module, .ramdisk = NO_MODULE, .cmdline = "",
	};
	if (line_name(info->modules[module].line, word, &name)) {
		if (is_ramdisk(info, module))
			return false;
		out->id = domain_id(info, module);
		parse_named(info, name, out);
	} else if (!parse_bare(info, out)) {
		return false;
	}
	out->vcpus = MAX(out->vcpus, 1);
	check_module(info, out->kernel, out);
	check_module(info, out->ramdisk, out);
	return true;
}

u32 bootline_count(const struct boot_info *info)
{
	return domain_id(info, info->nr_modules);
}
