/* SPDX-License-Identifier: MIT */
/*
 * build_plan.c - where a new domain's kernel, lists and tables go.
 *
 * Arithmetic alone, and all of it in pages: a domain has fewer than 2^32 of
 * them and an address space 2^52, so no sum can overflow once the sizes that
 * come from outside have been compared with the domain's.
 */
#include <build.h>
#include <layout.h>

#define PAGES_4M	1024
#define PAGES_512K	128
#define LOW_END		(1UL << 35)	/* end of the lower half, in pages */
#define TOP		(1UL << 52)	/* end of the address space, in pages */

static u64 pages_of(u64 bytes)
{
	return bytes / PAGE_SIZE + !!(bytes % PAGE_SIZE);
}

/* Pages from that page on that are the guest's to map. */
static u64 room(u64 page)
{
	if (page < LOW_END)
		return LOW_END - page;
	return page >= HV_VIRT_END >> PAGE_SHIFT ? TOP - page : 0;
}

/* Tables of level 1 to 3 that map n pages from that page on. */
static u64 tables_for(u64 page, u64 n)
{
	u64 last = page + n - 1;

	return (last >> 9) - (page >> 9) + (last >> 18) - (page >> 18) +
	       (last >> 27) - (page >> 27) + 3;
}

/*
 * The page where a mapping of that many pages may end: a multiple of 4 MiB
 * with 512 KiB to spare.
 */
static u64 rounded(u64 base, u64 pages)
{
	u64 end = ROUND_UP(base + pages, PAGES_4M);

	if (end - (base + pages) < PAGES_512K)
		end += PAGES_4M;
	return end - base;
}

/*
 * What lies outside of the initial mapping: nowhere (0 pages), or at the page
 * numbers after it, which are not known yet.
 */
static u64 pages_apart(const struct elf_image *img,
		       const struct build_plan *plan)
{
	u64 n = img->mod_start_pfn ? plan->ramdisk_pages : 0;

	if (img->init_p2m == ELF_UNSET)
		return n;
	return n + plan->p2m_pages +
	       tables_for(img->init_p2m >> PAGE_SHIFT, plan->p2m_pages);
}

/* Page tables and stack, and the end: more tables may need more tables. */
static void plan_tables(struct build_plan *plan, u64 base, u64 limit)
{
	for (plan->nr_tables = 4; ; plan->nr_tables++) {
		plan->stack = plan->tables + plan->nr_tables;
		plan->mapped = MIN(rounded(base, plan->stack + 1), limit);
		if (1 + tables_for(base, plan->mapped) <= plan->nr_tables)
			return;
	}
}

static const char *plan_mapped(const struct build_config *cfg,
			       struct build_plan *plan, u64 limit)
{
	const struct elf_image *img = &cfg->image;
	u64 base = img->virt_base >> PAGE_SHIFT;
	u64 next = pages_of(img->end - img->virt_base);

	if (plan->ramdisk_pages && !img->mod_start_pfn) {
		plan->ramdisk = next;
		next += plan->ramdisk_pages;
	}
	if (img->init_p2m == ELF_UNSET) {
		plan->p2m = next;
		next += plan->p2m_pages;
	}
	plan->start_info = next++;
	if (cfg->id) {
		plan->store = next++;
		plan->console = next++;
	}
	plan->tables = next;
	plan_tables(plan, base, limit);
	if (plan->stack >= limit)
		return "its memory is too small for its kernel";
	if (plan->mapped > room(base))
		return "its kernel has no room at VIRT_BASE";
	return NULL;
}

static const char *plan_apart(const struct build_config *cfg,
			      struct build_plan *plan)
{
	u64 base = cfg->image.virt_base >> PAGE_SHIFT;
	u64 list = cfg->image.init_p2m >> PAGE_SHIFT;
	u64 next = plan->mapped;

	if (plan->ramdisk_pages && cfg->image.mod_start_pfn) {
		plan->ramdisk = next;
		next += plan->ramdisk_pages;
	}
	if (cfg->image.init_p2m == ELF_UNSET)
		return NULL;
	plan->p2m = next;
	plan->p2m_tables = next + plan->p2m_pages;
	if (plan->p2m_pages > room(list) ||
	    (list < base + plan->mapped && base < list + plan->p2m_pages))
		return "there is no room at INIT_P2M";
	return NULL;
}

const char *build_plan(const struct build_config *cfg, struct build_plan *plan)
{
	const struct elf_image *img = &cfg->image;
	const char *why;
	u64 apart;

	*plan = (struct build_plan){
		.nr_pages = cfg->nr_pages,
		.ramdisk_pages = pages_of(cfg->ramdisk_len),
		.p2m_pages = pages_of(cfg->nr_pages * sizeof(u64)),
	};
	if (cfg->nr_pages >= 1UL << 32)
		return "it has too much memory";
	if (pages_of(img->end - img->virt_base) > cfg->nr_pages ||
	    plan->ramdisk_pages > cfg->nr_pages)
		return "its memory is too small for its kernel or ramdisk";
	apart = pages_apart(img, plan);
	if (apart >= cfg->nr_pages)
		return "its memory is too small for its ramdisk";
	why = plan_mapped(cfg, plan, cfg->nr_pages - apart);
	return why ? why : plan_apart(cfg, plan);
}
