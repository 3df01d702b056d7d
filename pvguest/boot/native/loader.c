/* SPDX-License-Identifier: MIT */
/*
 * loader.c - what the boot loader said: memory, command line, ramdisk, ACPI.
 *
 * It lies anywhere in memory, perhaps where we will put something else: so it
 * is copied.  Every size is checked against that of what holds it.
 */
#include "loader.h"
#include "native.h"

#define INFO_MAX	MIB

struct loaded loaded;

static void region_add(const struct memory_entry *e)
{
	struct region *r = &loaded.map[loaded.nr];

	/* A map that wraps around is nonsense. */
	if (loaded.nr == REGIONS_MAX || e->base + e->size < e->base)
		return;
	r->start = e->base;
	r->end = e->base + e->size;
	r->ram = e->type == MEMORY_RAM;
	loaded.nr++;
}

static void cmdline_take(const char *line, size_t size)
{
	size_t n = 0;

	size = min(size, sizeof(loaded.cmdline) - 1);
	while (n < size && line[n])
		n++;
	memcpy(loaded.cmdline, line, n);
}

void native_acpi_take(const u8 *rsdp)
{
	u32 rsdt;

	if (memcmp(rsdp, "RSD PTR ", 8))
		return;
	memcpy(&rsdt, rsdp + 16, sizeof(rsdt));
	loaded.acpi_root = rsdt;
	loaded.acpi_size = 4;
	if (rsdp[15] < 2)
		return;
	memcpy(&loaded.acpi_root, rsdp + 24, sizeof(loaded.acpi_root));
	loaded.acpi_size = 8;
}

static void mb2_memory(const struct mb2_memory *t)
{
	struct memory_entry e;
	size_t at;

	if (t->entry_size < sizeof(e))
		return;
	for (at = sizeof(*t); at + t->entry_size <= t->tag.size;
	     at += t->entry_size) {
		memcpy(&e, (const char *)t + at, sizeof(e));
		region_add(&e);
	}
}

static void mb2_screen(const struct mb2_screen *t)
{
	if (t->type == SCREEN_TEXT)
		loaded.screen = true;
	else if (t->type == SCREEN_RGB)
		loaded.screen = native_fb_init(t->base, t->pitch, t->width,
					       t->height, t->bits);
}

static void mb2_tag(const struct mb2_tag *t)
{
	const struct mb2_module *m = (const struct mb2_module *)t;
	size_t size = t->size - sizeof(*t);
	u8 rsdp[36] = { 0 };

	switch (t->type) {
	case MB2_CMDLINE:
		cmdline_take((const char *)(t + 1), size);
		break;
	case MB2_MODULE:
		/* The first one. */
		if (t->size < sizeof(*m) || loaded.ramdisk_end)
			break;
		loaded.ramdisk = m->start;
		loaded.ramdisk_end = m->end;
		break;
	case MB2_MEMORY:
		if (t->size >= sizeof(struct mb2_memory))
			mb2_memory((const struct mb2_memory *)t);
		break;
	case MB2_SCREEN:
		if (t->size >= offsetof(struct mb2_screen, type) + 1)
			mb2_screen((const struct mb2_screen *)t);
		break;
	case MB2_RSDP_OLD:
	case MB2_RSDP:
		/* The younger generation comes last. */
		memcpy(rsdp, t + 1, min(size, sizeof(rsdp)));
		native_acpi_take(rsdp);
		break;
	}
}

static void mb2_read(u64 info)
{
	const char *start = native_window(info);
	u64 total = *(const u32 *)start, at;
	const struct mb2_tag *t;

	total = min(total, INFO_MAX);
	for (at = 8; at + sizeof(*t) <= total;
	     at += align_up((u64)t->size, 8ULL)) {
		t = (const struct mb2_tag *)(start + at);
		if (t->type == MB2_END || t->size < sizeof(*t) ||
		    t->size > total - at)
			break;
		mb2_tag(t);
	}
}

static void pvh_read(u64 phys)
{
	struct pvh_info info;
	struct pvh_module m;
	const struct memory_entry *e;
	unsigned int i;

	memcpy(&info, native_window(phys), sizeof(info));
	/* As the BIOS left it. */
	loaded.screen = true;
	if (info.cmdline)
		cmdline_take(native_window(info.cmdline), INFO_MAX);
	if (info.rsdp)
		native_acpi_take(native_window(info.rsdp));
	if (info.nr_modules) {
		memcpy(&m, native_window(info.modules), sizeof(m));
		loaded.ramdisk = m.base;
		loaded.ramdisk_end = m.base + m.size;
	}
	/* Version 0 has no map: then there is no memory, which is said. */
	if (!info.version)
		return;
	e = native_window(info.memory);
	for (i = 0; i < min(info.nr_memory, REGIONS_MAX); i++)
		region_add(&e[i]);
}

bool native_loader_read(u32 magic, u64 info)
{
	if (magic == MB2_MAGIC)
		mb2_read(info);
	else if (magic == PVH_MAGIC)
		pvh_read(info);
	else
		return false;
	return true;
}
