/* SPDX-License-Identifier: MIT */
/*
 * multiboot.c - what the boot loader left, copied out and checked.
 *
 * GRUB speaks protocol 2, QEMU's -kernel protocol 1.  The loader's structures
 * lie anywhere in memory, perhaps where our own tables will be: so nothing of
 * them is kept but the copy.  Sizes in them are not trusted further than the
 * 4 GiB that the boot tables map.
 */
#include <lib.h>
#include <setup.h>

#define MB1_BOOTED	0x2badb002u
#define MB2_BOOTED	0x36d76289u
#define MAX_INFO	0x100000u	/* no loader leaves more than this */
#define MAX_STRING	4096
#define POOL_TAIL	4096		/* for the beginnings of what is cut */
#define CUT_STRING	32

struct boot_info boot_info = { .cmdline = "" };
u64 loader_rsdp;

static char text_pool[48 * 1024];
static size_t text_used;
static u8 rsdp_copy[36] __attribute__((aligned(8)));

/* Multiboot 1.0.9, section 3.3 */
struct mb1_info {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline;
	u32 mods_count, mods_addr;
	u32 symbols[4];
	u32 mmap_length, mmap_addr;
	u32 drives_length, drives_addr, config_table, loader_name;
};
#define MB1_HAS_MEM	0x001u
#define MB1_HAS_LINE	0x004u
#define MB1_HAS_MODS	0x008u
#define MB1_HAS_MMAP	0x040u
#define MB1_HAS_LOADER	0x200u

struct mb1_module {
	u32 start, end, line, pad;
};

struct mb1_mmap {
	u32 size;		/* of what follows */
	u64 base, len;
	u32 type;
} __attribute__((packed));

/* Multiboot 2, section 3.6: tags, each padded to 8 bytes. */
struct mb2_tag {
	u32 type, size;
};
enum {
	TAG_END, TAG_LINE, TAG_MODULE = 3, TAG_MMAP = 6, TAG_SCREEN = 8,
	TAG_RSDP_1 = 14, TAG_RSDP_2,
};

struct mb2_module {
	struct mb2_tag tag;
	u32 start, end;
	char line[];
};

struct mb2_screen {
	struct mb2_tag tag;
	u64 addr;
	u32 pitch, width, height;
	u8 bpp, type;
} __attribute__((packed));
#define SCREEN_RGB	1

struct mb2_mmap {
	struct mb2_tag tag;
	u32 entry_size, entry_version;
};

struct mb2_mem {
	u64 base, len;
	u32 type;
} __attribute__((packed));

/*
 * A copy for good of a line of at most max characters: without the file's
 * name that stands before it, which only GRUB leaves out.  When it does not
 * fit, then of its beginning: so the name in a module's line is known, and it
 * is not taken for one without.
 */
static const char *keep(const char *s, size_t max, bool named, bool *fits)
{
	const char *end = s + max;
	size_t n = 0;
	char *to = text_pool + text_used;

	for (; named && s < end && *s && *s != ' '; s++)
		;
	while (s < end && *s == ' ')
		s++;
	max = MIN((size_t)(end - s), MAX_STRING);
	while (n < max && s[n])
		n++;
	*fits = n < MAX_STRING && text_used + n < sizeof(text_pool) - POOL_TAIL;
	if (!*fits)
		n = MIN(n, CUT_STRING);
	memcpy(to, s, n);
	to[n] = '\0';
	text_used += n + 1;
	return to;
}
_Static_assert((CUT_STRING + 1) * (BOOT_MAX_MODULES + 1) < POOL_TAIL,
	       "the beginnings of all lines fit");

static void set_line(const char *s, size_t max, bool named)
{
	bool fits;

	boot_info.cmdline = keep(s, max, named, &fits);
	if (!fits) {
		printk(LOG_WARN, "the boot line is too long: ignored\n");
		boot_info.cmdline = "";
	}
}

static void add_module(u32 start, u32 end, const char *s, size_t max,
		       bool named)
{
	struct boot_module *m;
	bool fits;

	if (boot_info.nr_modules == BOOT_MAX_MODULES) {
		printk(LOG_WARN, "more than %u modules, the rest is ignored\n",
		       BOOT_MAX_MODULES);
		return;
	}
	m = &boot_info.modules[boot_info.nr_modules++];
	m->start = maddr(start);
	m->end = maddr(end);
	m->line = keep(s, max, named, &fits);
	if (!fits)
		m->bad = "its line is too long";
}

static void read_mb1_mmap(const struct mb1_info *in)
{
	u64 at = in->mmap_addr, end = at + MIN(in->mmap_length, MAX_INFO);
	const struct mb1_mmap *m;

	for (; at + sizeof(*m) <= MIN(end, EARLY_LIMIT); at += m->size + 4) {
		m = early_virt(at);
		if (m->size < sizeof(*m) - 4) {
			printk(LOG_WARN, "memory map: an entry of %u bytes, "
			       "the rest is ignored\n", m->size);
			return;
		}
		memmap_add(m->base, m->len, m->type);
	}
}

static void read_mb1(u32 data)
{
	const struct mb1_info *in = early_virt(data);
	const struct mb1_module *m = early_virt(in->mods_addr);
	bool named = !(in->flags & MB1_HAS_LOADER) ||
		     strncmp(early_virt(in->loader_name), "GRUB ", 5);
	u32 i;

	if (in->flags & MB1_HAS_LINE)
		set_line(early_virt(in->cmdline), MAX_INFO, named);
	if (in->flags & MB1_HAS_MODS)
		for (i = 0; i < MIN(in->mods_count, BOOT_MAX_MODULES + 1); i++)
			add_module(m[i].start, m[i].end, early_virt(m[i].line),
				   MAX_INFO, named);
	if (in->flags & MB1_HAS_MMAP) {
		read_mb1_mmap(in);
	} else if (in->flags & MB1_HAS_MEM) {
		memmap_add(0, in->mem_lower * 1024UL, MEM_RAM);
		memmap_add(1UL << 20, in->mem_upper * 1024UL, MEM_RAM);
	}
}

static void read_mb2_mmap(const struct mb2_mmap *t)
{
	const struct mb2_mem *e;
	u64 at;

	if (t->tag.size < sizeof(*t) || t->entry_size < sizeof(*e)) {
		printk(LOG_WARN, "memory map: malformed tag\n");
		return;
	}
	for (at = sizeof(*t); at + t->entry_size <= t->tag.size;
	     at += t->entry_size) {
		e = (const struct mb2_mem *)((const u8 *)t + at);
		memmap_add(e->base, e->len, e->type);
	}
}

/* Full colours alone, and all of it where the boot tables show it. */
static bool fb_usable(const struct boot_fb *fb)
{
	u64 end = fb->addr + (u64)fb->pitch * fb->height;

	return fb->addr && fb->addr < EARLY_LIMIT && end <= EARLY_LIMIT &&
	       (fb->bpp == 24 || fb->bpp == 32) &&
	       fb->pitch >= (u64)fb->width * (fb->bpp / 8) &&
	       fb->width >= FB_CHAR_WIDTH && fb->height >= 2 * FB_CHAR_HEIGHT;
}

static void read_screen(const struct mb2_screen *t)
{
	struct boot_fb fb = { t->addr, t->pitch, t->width, t->height, t->bpp };

	if (t->tag.size >= sizeof(*t) && t->type == SCREEN_RGB &&
	    fb_usable(&fb))
		boot_info.fb = fb;
}

static void read_tag(const struct mb2_tag *t)
{
	const struct mb2_module *m = (const struct mb2_module *)t;
	const char *s = (const char *)(t + 1);
	size_t n = t->size - sizeof(*t);

	switch (t->type) {
	case TAG_LINE:
		set_line(s, n, false);
		break;
	case TAG_MODULE:
		if (t->size > sizeof(*m))
			add_module(m->start, m->end, m->line,
				   t->size - sizeof(*m), false);
		break;
	case TAG_MMAP:
		read_mb2_mmap((const struct mb2_mmap *)t);
		break;
	case TAG_SCREEN:
		read_screen((const struct mb2_screen *)t);
		break;
	case TAG_RSDP_1:
	case TAG_RSDP_2:
		/* The younger generation comes last and holds the older. */
		memcpy(rsdp_copy, s, MIN(n, sizeof(rsdp_copy)));
		loader_rsdp = (u64)rsdp_copy;
		break;
	}
}

static void read_mb2(u32 data)
{
	u32 total = MIN(*(u32 *)early_virt(data), MAX_INFO);
	const struct mb2_tag *t;
	u64 at;

	for (at = 8; at + sizeof(*t) <= total; at += ROUND_UP(t->size, 8)) {
		t = early_virt(data + at);
		if (t->type == TAG_END)
			return;
		if (t->size < sizeof(*t) || t->size > total - at)
			break;
		read_tag(t);
	}
	printk(LOG_WARN, "boot information ends early\n");
}

void loader_read(u32 magic, u32 data)
{
	if (magic == MB2_BOOTED)
		read_mb2(data);
	else if (magic == MB1_BOOTED)
		read_mb1(data);
	else
		boot_stop("not started by a Multiboot loader (magic %x)",
			  magic);
}
