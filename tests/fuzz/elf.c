/* SPDX-License-Identifier: MIT */
/*
 * elf.c - any file as a kernel: whatever is accepted must lie where it says,
 * load from within the file, and be laid out within its memory.
 */
#include <build.h>
#include <lib.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static volatile u8 sink;

static void check(bool x)
{
	if (!x)
		abort();
}

static void load(const struct elf_image *img, u32 i)
{
	struct elf_piece piece = elf_piece(img, i);
	u64 at = img->virt_base + piece.offset, n = piece.n;
	const u8 *p = piece.from;

	if (!n)
		return;
	check(at >= img->start && at < img->end && n <= img->end - at);
	check(p >= img->file && p + n <= img->file + img->size);
	sink = p[0] ^ p[n - 1];
}

static void lay_out(struct build_config *cfg)
{
	struct build_plan plan;

	if (build_plan(cfg, &plan))
		return;
	check(plan.stack < plan.mapped && plan.mapped <= cfg->nr_pages);
	check(plan.p2m + plan.p2m_pages <= cfg->nr_pages);
	check(plan.ramdisk + plan.ramdisk_pages <= cfg->nr_pages);
	check(cfg->image.end - cfg->image.virt_base <=
	      plan.start_info * PAGE_SIZE);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u64 pages[] = { 0, 1, 300, 16384, 1UL << 31 };
	struct build_config cfg = { .ramdisk_len = size };
	struct elf_image *img = &cfg.image;
	u32 i;

	if (elf_parse(img, data, size))
		return 0;
	check(img->virt_base <= img->start && img->start < img->end);
	check(img->entry >= img->start && img->entry < img->end);
	if (img->hypercall_page != ELF_UNSET)
		check(img->hypercall_page >= img->start &&
		      img->hypercall_page + PAGE_SIZE <= img->end);
	for (i = 0; i < img->phnum; i++)
		load(img, i);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		cfg.nr_pages = pages[i];
		cfg.id = size & 1;
		lay_out(&cfg);
	}
	return 0;
}
