/* SPDX-License-Identifier: MIT */
/*
 * memory.c - what of the machine's memory is ours to give.
 *
 * The loader's map may have overlaps: what anybody reserves is reserved.
 */
#include "native.h"

#define MIN_PAGES	(6 * MIB / PAGE_SIZE)

/* In the first gap; for want of one the smallest is given up. */
static void add(struct boot_info *boot, u64 start, u64 end)
{
	struct range *r, *least = boot->free;

	if (start >= end)
		return;
	for (r = boot->free; r < boot->free + BOOT_RANGES; r++)
		if (r->end - r->start < least->end - least->start)
			least = r;
	if (end - start > least->end - least->start)
		*least = (struct range){ start, end };
}

static void cut(struct boot_info *boot, u64 start, u64 end)
{
	struct range *r, old;

	for (r = boot->free; r < boot->free + BOOT_RANGES; r++) {
		old = *r;
		if (old.start >= end || old.end <= start)
			continue;
		*r = (struct range){ 0, 0 };
		add(boot, old.start, min(old.end, start));
		add(boot, max(old.start, end), old.end);
	}
}

static u64 page_up(u64 at)
{
	return at / PAGE_SIZE + !!(at % PAGE_SIZE);
}

static void ram_add(struct boot_info *boot, const struct region *r)
{
	u64 start = page_up(r->start), end = r->end / PAGE_SIZE;
	u64 ours = min(end, LINEAR_PAGES);

	if (end > LINEAR_PAGES)
		boot->unused_pages += end - max(start, LINEAR_PAGES);
	if (start >= ours)
		return;
	cut(boot, start, ours);
	add(boot, start, ours);
	boot->nr_pages = max(boot->nr_pages, ours);
}

/* Memory of ours for a copy of N pages, or 0. */
static u64 place_for(const struct boot_info *boot, u64 n)
{
	const struct range *r;

	for (r = boot->free; r < boot->free + BOOT_RANGES; r++)
		if (r->end - r->start > n + MIN_PAGES)
			return r->end - n;
	return 0;
}

/* From where only the window reaches to PFN. */
static void ramdisk_copy(u64 pfn)
{
	char *to = pfn_virt(pfn);
	u64 at, part;

	for (at = loaded.ramdisk; at < loaded.ramdisk_end; at += part) {
		part = min(loaded.ramdisk_end - at, 2 * MIB);
		memcpy(to, native_window(at), part);
		to += part;
	}
	loaded.ramdisk_end -= loaded.ramdisk - pfn * PAGE_SIZE;
	loaded.ramdisk = pfn * PAGE_SIZE;
}

static void ramdisk_take(struct boot_info *boot)
{
	u64 size = loaded.ramdisk_end - loaded.ramdisk, pfn;

	if (!loaded.ramdisk_end)
		return;
	if (loaded.ramdisk_end > boot->nr_pages * PAGE_SIZE) {
		pfn = place_for(boot, page_up(size));
		if (loaded.ramdisk > loaded.ramdisk_end || !pfn) {
			kprintf("pvguest: no place for the ramdisk\n");
			return;
		}
		ramdisk_copy(pfn);
	}
	boot->ramdisk = (const void *)(KERNEL_BASE + loaded.ramdisk);
	boot->ramdisk_size = size;
	cut(boot, loaded.ramdisk / PAGE_SIZE, page_up(loaded.ramdisk_end));
}

static u64 free_pages(const struct boot_info *boot)
{
	const struct range *r;
	u64 n = 0;

	for (r = boot->free; r < boot->free + BOOT_RANGES; r++)
		n += r->end - r->start;
	return n;
}

bool native_memory_init(struct boot_info *boot)
{
	const struct region *r, *end = loaded.map + loaded.nr;

	for (r = loaded.map; r < end; r++)
		if (r->ram)
			ram_add(boot, r);
	for (r = loaded.map; r < end; r++)
		if (!r->ram)
			cut(boot, r->start / PAGE_SIZE, page_up(r->end));
	/* Page 0 is none: so a page number of 0 can mean that. */
	cut(boot, 0, 1);
	if (!memory_enough(free_pages(boot), MIN_PAGES))
		return false;
	cut(boot, virt_pfn(_image), virt_pfn(_end));
	native_pt_init(boot->nr_pages);
	ramdisk_take(boot);
	return true;
}
