/* SPDX-License-Identifier: MIT */
/*
 * elf.c - programs: static ELF files for x86-64.
 *
 * A file may say anything: each number is checked against the file's size and
 * user mode's part before it is used.
 */
#include <process.h>

#define PT_LOAD		1
#define PF_X		1
#define PF_W		2
#define PHDRS_MAX	16

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

/* Class 64, little endian; type EXEC, machine x86-64. */
static bool header_good(const struct elf_header *h, size_t size)
{
	static const u8 ident[6] = { 0x7f, 'E', 'L', 'F', 2, 1 };

	return size >= sizeof(*h) &&
	       !memcmp(h->ident, ident, sizeof(ident)) &&
	       h->type == 2 && h->machine == 62 &&
	       h->phentsize == sizeof(struct elf_segment) &&
	       h->phnum <= PHDRS_MAX && h->phoff <= size &&
	       h->phnum * sizeof(struct elf_segment) <= size - h->phoff &&
	       h->entry >= USER_START && h->entry < USER_END;
}

static bool segment_good(const struct elf_segment *s, size_t size)
{
	return s->filesz <= s->memsz && s->offset <= size &&
	       s->filesz <= size - s->offset &&
	       s->vaddr >= USER_START && s->vaddr < USER_END &&
	       s->memsz < USER_END - s->vaddr - PAGE_SIZE &&
	       (s->flags & (PF_X | PF_W)) != (PF_X | PF_W);
}

static unsigned int segment_prot(const struct elf_segment *s)
{
	return PROT_READ | (s->flags & PF_W ? PROT_WRITE : 0) |
	       (s->flags & PF_X ? PROT_EXEC : 0);
}

/* The file's part goes in now, the rest comes as zeros when touched. */
static int segment_load(struct space *space, const char *image,
			const struct elf_segment *s)
{
	u64 start = s->vaddr & -(u64)PAGE_SIZE;
	u64 end = align_up(s->vaddr + s->memsz, (u64)PAGE_SIZE);
	u64 at, from, to;
	char *page;
	int ret = area_add(space, start, end, segment_prot(s));

	/* Two segments overlap. */
	if (ret)
		return ret == -EEXIST ? -ENOEXEC : ret;
	for (at = start; at < s->vaddr + s->filesz; at += PAGE_SIZE) {
		page = page_zalloc();
		if (!page)
			return -ENOMEM;
		from = max(at, s->vaddr);
		to = min(at + PAGE_SIZE, s->vaddr + s->filesz);
		memcpy(page + (from - at),
		       image + s->offset + (from - s->vaddr), to - from);
		ret = space_map_user(space, at, page, segment_prot(s));
		if (ret)
			return ret;
	}
	return 0;
}

int elf_load(struct space *space, const char *image, size_t size, u64 *entry)
{
	const struct elf_header *h = (const struct elf_header *)image;
	struct elf_segment s;
	unsigned int i;
	int ret;

	if (!header_good(h, size))
		return -ENOEXEC;
	for (i = 0; i < h->phnum; i++) {
		memcpy(&s, image + h->phoff + i * sizeof(s), sizeof(s));
		if (s.type != PT_LOAD || !s.memsz)
			continue;
		if (!segment_good(&s, size))
			return -ENOEXEC;
		ret = segment_load(space, image, &s);
		if (ret)
			return ret;
	}
	*entry = h->entry;
	return 0;
}
