/* SPDX-License-Identifier: MIT */
/*
 * bootline.c - from the lines of the modules to a description of domains.
 *
 * First each line is read by itself, then names are looked up in the others.  A
 * line may hold anything and refuses at most its own domain.  A domain's number
 * is its place among the kernels, so that the refusal of one never gives its
 * number, and domain 0's rights, to the next.
 */
#include <bootline.h>
#include <lib.h>
#include <stdarg.h>

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

/* Only the first reason counts. */
static void printf_like(2, 3) refuse(struct boot_domain *dom,
				     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!*dom->why)
		vsnprintf(dom->why, sizeof(dom->why), fmt, ap);
	va_end(ap);
}

static void take_size(struct boot_domain *dom, const char *key, const char *v)
{
	if (!bootline_size(v, &dom->mem))
		refuse(dom, "%s=%s: not a number with K, M or G", key, v);
}

/* A number from 1 on that may be given once: false, the word is none such. */
static bool take_number(struct boot_domain *dom, const char *word,
			const char *key, u32 max, u32 *to)
{
	const char *v = value_of(word, key);
	u64 n;

	if (!v || *to)
		return false;
	v = number(v, max, &n);
	if (!v || *v || !n)
		refuse(dom, "%s: not a number from 1 to %u", word, max);
	else
		*to = n;
	return true;
}

/* Numbers and ranges, with commas. */
static void take_cpus(struct boot_domain *dom, const char *v)
{
	const char *s = v;
	u64 from = 0, to;

	do {
		s = number(s, CONFIG_NR_CPUS - 1, &from);
		to = from;
		if (s && *s == '-')
			s = number(s + 1, CONFIG_NR_CPUS - 1, &to);
		if (!s || to < from)
			break;
		dom->share.cpus |= ~0UL >> (63 - to) & ~0UL << from;
	} while (*s == ',' && s++);
	if (!s || *s || to < from)
		refuse(dom, "cpus=%s: not CPUs from 0 to %u", v,
		       (u32)CONFIG_NR_CPUS - 1);
}

static void take_setting(struct boot_domain *dom, const char *word)
{
	const char *v;

	if (take_number(dom, word, "vcpus", CONFIG_MAX_VCPUS, &dom->vcpus) ||
	    take_number(dom, word, "count", COUNT_MAX, &dom->count) ||
	    take_number(dom, word, "weight", SCHED_WEIGHT_MAX,
			&dom->share.weight) ||
	    take_number(dom, word, "cap", 100 * CONFIG_NR_CPUS,
			&dom->share.cap))
		return;
	if ((v = value_of(word, "mem")) && !dom->mem) {
		take_size(dom, "mem", v);
	} else if ((v = value_of(word, "cpus")) && !dom->share.cpus) {
		take_cpus(dom, v);
	} else if ((v = value_of(word, "ramdisk")) && !*dom->disk) {
		if (!name_good(v))
			refuse(dom, "%s: not a name", word);
		else
			strcopy(dom->disk, v, sizeof(dom->disk));
	} else if (!strcmp(word, "store=no")) {
		dom->no_store = true;
	} else {
		refuse(dom, "%s: unknown, or given twice", word);
	}
}

/* A line that begins with a name; false: it is the guest's altogether. */
static bool parse_named(struct boot_domain *dom, const char *line)
{
	char word[WORD_MAX];
	const char *v;

	line = next_word(line, word);
	v = line ? value_of(word, "name") : NULL;
	if (!v)
		return false;
	if (name_good(v))
		strcopy(dom->name, v, sizeof(dom->name));
	else
		refuse(dom, "its name is not 1 to %u of a-z A-Z 0-9 . _ -",
		       DOMAIN_NAME_LEN - 1);
	dom->named = true;
	dom->bare_name = !next_word(line, word);
	while ((line = next_word(line, word)) && strcmp(word, "--"))
		take_setting(dom, word);
	/* A number comes to it, behind a character that no name has. */
	if (dom->count && strlen(dom->name) + sizeof("#500") > DOMAIN_NAME_LEN)
		refuse(dom, "count=%u: its name is too long", dom->count);
	while (line && (*line == ' ' || *line == '\t'))
		line++;
	if (line)
		dom->cmdline = line;
	return true;
}

/*
 * Without a name: the first is domain 0, the second its ramdisk.  The line is
 * the guest's, so the memory's size is an option of the boot line.
 */
static void parse_bare(const struct boot_info *info, u32 i,
		       struct boot_domain *dom, struct boot_domain **first)
{
	char size[WORD_MAX];

	strcopy(dom->name, "domain0", sizeof(dom->name));
	if (!*first) {
		*first = dom;
		dom->cmdline = info->modules[i].line;
		if (option_get("dom0_mem", size, sizeof(size)))
			take_size(dom, "dom0_mem", size);
	} else if ((*first)->ramdisk == NO_MODULE) {
		(*first)->ramdisk = i;
		dom->starts = false;
	} else {
		refuse(dom, "only domain 0 and its ramdisk need no name=");
	}
}

static void check_name(struct boot_domain *doms, u32 nr, u32 n)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (i != n && (i < n || !doms[i].named) &&
		    !strcmp(doms[i].name, doms[n].name))
			refuse(&doms[n], "module %u has that name already",
			       i + 1);
}

/* A module that is named as a ramdisk and has no settings starts nothing. */
static void link_ramdisk(struct boot_domain *doms, u32 nr,
			 struct boot_domain *dom)
{
	u32 i, found = 0;

	for (i = 0; i < nr; i++) {
		if (!doms[i].named || strcmp(doms[i].name, dom->disk))
			continue;
		found++;
		dom->ramdisk = i;
		if (doms[i].bare_name)
			doms[i].starts = false;
	}
	if (found != 1)
		refuse(dom, "ramdisk=%s: %s that name", dom->disk,
		       found ? "several modules have" : "no module has");
	else if (!doms[dom->ramdisk].bare_name)
		refuse(dom, "ramdisk=%s: a ramdisk has no settings", dom->disk);
}

static void check_module(const struct boot_info *info, u32 module,
			 struct boot_domain *dom)
{
	if (module != NO_MODULE && info->modules[module].bad)
		refuse(dom, "module %u: %s", module + 1,
		       info->modules[module].bad);
}

u32 bootline_parse(const struct boot_info *info, struct boot_domain *doms)
{
	struct boot_domain *first = NULL;
	u32 i, id, nr = info->nr_modules;

	for (i = 0; i < nr; i++) {
		doms[i] = (struct boot_domain){
			.starts = true, .ramdisk = NO_MODULE, .cmdline = "",
		};
		if (!parse_named(&doms[i], info->modules[i].line))
			parse_bare(info, i, &doms[i], &first);
	}
	for (i = 0; i < nr; i++) {
		if (doms[i].named)
			check_name(doms, nr, i);
		if (*doms[i].disk)
			link_ramdisk(doms, nr, &doms[i]);
	}
	id = first != NULL;
	for (i = 0; i < nr; i++) {
		doms[i].vcpus = MAX(doms[i].vcpus, 1);
		doms[i].count = MAX(doms[i].count, 1);
		if (doms[i].named && doms[i].starts) {
			doms[i].id = id;
			id += doms[i].count;
		}
		check_module(info, i, &doms[i]);
		check_module(info, doms[i].ramdisk, &doms[i]);
	}
	return id;
}
