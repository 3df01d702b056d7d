/* SPDX-License-Identifier: MIT */
/*
 * elf.c - the ELF image of a guest, and the notes by which it asks for things.
 *
 * The file may hold anything.  So a header is copied out before it is looked
 * at, every offset is compared with the file's size before it is used, sums are
 * formed only of numbers that were compared, and each loop has a bound.
 */
#include <abi/elfnote.h>
#include <elf.h>
#include <layout.h>
#include <lib.h>

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

struct section_header {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 align, entsize;
};

struct note_header {
	u32 namesz, descsz, type;
};

#define ELF_64		2
#define ELF_LSB		1
#define ET_EXEC		2
#define EM_X86_64	62
#define PT_LOAD		1
#define PT_NOTE		4
#define SHT_NOTE	7

/* Bounds of our own: no kernel comes near them. */
#define MAX_SEGMENTS	64
#define MAX_SECTIONS	4096
#define MAX_NOTES	65536		/* bytes of one segment or section */

/* What the notes say, by type: a number where the size allows one, a text. */
struct notes {
	bool found;
	u64 number[XEN_ELFNOTE_MAX + 1];
	struct text {
		const char *s;		/* NULL: no such note */
		u64 len;		/* without a NUL at the end */
	} text[XEN_ELFNOTE_MAX + 1];
};

/*
 * What an image may require.  Xen starts those, too, that require writable
 * tables, which no PV guest has: many ask for them and none needs them.
 */
static const char *const features[] = {
	"writable_page_tables", "writable_descriptor_tables",
	"pae_pgdir_above_4gb", "dom0",
};

static bool in_file(const struct elf_image *img, u64 offset, u64 n)
{
	return offset <= img->size && n <= img->size - offset;
}

/* Headers in a file need not be aligned: they are copied. */
static void segment(const struct elf_image *img, u32 i,
		    struct program_header *ph)
{
	memcpy(ph, img->file + img->phoff + i * sizeof(*ph), sizeof(*ph));
}

static const char *check_header(struct elf_image *img)
{
	struct elf_header h;

	if (!in_file(img, 0, sizeof(h)))
		return "not an ELF file";
	memcpy(&h, img->file, sizeof(h));
	if (memcmp(h.ident, "\177ELF", 4))
		return "not an ELF file";
	if (h.ident[4] != ELF_64 || h.ident[5] != ELF_LSB)
		return "not a 64-bit ELF file";
	if (h.machine != EM_X86_64 || h.type != ET_EXEC)
		return "not an executable for x86-64";
	if (!h.phnum || h.phnum > MAX_SEGMENTS ||
	    h.phentsize != sizeof(struct program_header) ||
	    !in_file(img, h.phoff, h.phnum * sizeof(struct program_header)))
		return "program headers outside of the file, or too many";
	img->phoff = h.phoff;
	img->phnum = h.phnum;
	/* Sections are only looked at for notes: do without where it can be. */
	if (h.shentsize == sizeof(struct section_header) &&
	    h.shnum <= MAX_SECTIONS &&
	    in_file(img, h.shoff, h.shnum * sizeof(struct section_header))) {
		img->shoff = h.shoff;
		img->shnum = h.shnum;
	}
	img->entry = h.entry;
	return NULL;
}

/* True when a segment before the nth shares memory with it. */
static bool overlaps(const struct elf_image *img, u32 n,
		     const struct program_header *ph)
{
	struct program_header other;

	while (n--) {
		segment(img, n, &other);
		if (other.type == PT_LOAD && other.memsz &&
		    other.paddr < ph->paddr + ph->memsz &&
		    ph->paddr < other.paddr + other.memsz)
			return true;
	}
	return false;
}

static const char *check_segments(struct elf_image *img)
{
	struct program_header ph;
	u32 i;

	img->low = ~0UL;
	for (i = 0; i < img->phnum; i++) {
		segment(img, i, &ph);
		if (ph.type != PT_LOAD || !(ph.memsz | ph.filesz))
			continue;
		if (!in_file(img, ph.offset, ph.filesz))
			return "a segment outside of the file";
		if (ph.filesz > ph.memsz)
			return "a segment larger in the file than in memory";
		if (ph.memsz > ~ph.paddr)
			return "a segment that wraps around";
		/* The earlier ones have passed the test above. */
		if (overlaps(img, i, &ph))
			return "segments that overlap";
		img->low = MIN(img->low, ph.paddr);
		img->high = MAX(img->high, ph.paddr + ph.memsz);
	}
	return img->low < img->high ? NULL : "nothing to load";
}

static void take_note(struct notes *notes, u32 type, const u8 *desc, u32 size)
{
	notes->found = true;
	if (type > XEN_ELFNOTE_MAX)
		return;
	if (size == 4 || size == 8) {
		notes->number[type] = 0;
		memcpy(&notes->number[type], desc, size);
	}
	notes->text[type].s = (const char *)desc;
	notes->text[type].len = size - (size && !desc[size - 1]);
}

/* size is at most MAX_NOTES and each turn takes 12 bytes, so this ends. */
static const char *take_notes(struct elf_image *img, u64 offset, u64 size,
			      struct notes *notes)
{
	struct note_header n;
	u64 name, desc;
	const u8 *p;

	if (!in_file(img, offset, size) || size > MAX_NOTES)
		return "notes outside of the file, or too many";
	p = img->file + offset;
	while (size >= sizeof(n)) {
		memcpy(&n, p, sizeof(n));
		name = ROUND_UP((u64)n.namesz, 4);
		desc = ROUND_UP((u64)n.descsz, 4);
		if (sizeof(n) + name + n.descsz > size)
			return "a note that is cut off";
		if (n.namesz == 4 && !memcmp(p + sizeof(n), "Xen", 4))
			take_note(notes, n.type, p + sizeof(n) + name,
				  n.descsz);
		/* The last one may lack its padding. */
		name = MIN(sizeof(n) + name + desc, size);
		p += name;
		size -= name;
	}
	return NULL;
}

static const char *find_notes(struct elf_image *img, struct notes *notes)
{
	struct program_header ph;
	struct section_header sh;
	const char *why = NULL;
	u32 i;

	memset(notes, 0, sizeof(*notes));
	memset(notes->number, 0xff, sizeof(notes->number));
	for (i = 0; i < img->phnum && !why; i++) {
		segment(img, i, &ph);
		if (ph.type == PT_NOTE)
			why = take_notes(img, ph.offset, ph.filesz, notes);
	}
	for (i = 0; i < img->shnum && !why && !notes->found; i++) {
		memcpy(&sh, img->file + img->shoff + i * sizeof(sh),
		       sizeof(sh));
		if (sh.type == SHT_NOTE)
			why = take_notes(img, sh.offset, sh.size, notes);
	}
	if (why)
		return why;
	return notes->found ? NULL : "no Xen notes: not a guest's kernel";
}

static bool text_is(const struct text *t, const char *want)
{
	return t->len == strlen(want) && !memcmp(t->s, want, t->len);
}

/* FEATURES: names between bars, one with a ! before it being required. */
static const char *check_features(const struct text *list)
{
	struct text name;
	u64 i, n;
	u32 f;

	for (i = 0; i < list->len; i += n + 1) {
		n = 0;
		while (i + n < list->len && list->s[i + n] != '|')
			n++;
		if (!n || list->s[i] != '!')
			continue;
		name = (struct text){ list->s + i + 1, n - 1 };
		for (f = 0; f < ARRAY_SIZE(features); f++)
			if (text_is(&name, features[f]))
				break;
		if (f == ARRAY_SIZE(features))
			return "it requires a feature that there is not";
	}
	return NULL;
}

static const char *check_texts(const struct notes *notes)
{
	const struct text *version = &notes->text[XEN_ELFNOTE_XEN_VERSION];
	const struct text *loader = &notes->text[XEN_ELFNOTE_LOADER];

	if (!text_is(version, "xen-3.0"))
		return "its note XEN_VERSION is not xen-3.0";
	if (loader->s && !text_is(loader, "generic"))
		return "it asks for another loader";
	return check_features(&notes->text[XEN_ELFNOTE_FEATURES]);
}

/*
 * The guest's first page is at virt_base and at paddr_offset; the rest follows
 * it in both.
 */
static const char *check_place(struct elf_image *img, const u64 *note)
{
	u64 hole = note[XEN_ELFNOTE_HV_START_LOW];

	if (img->virt_base == ELF_UNSET && img->paddr_offset != ELF_UNSET)
		return "it has PADDR_OFFSET and no VIRT_BASE";
	if (img->virt_base == ELF_UNSET)
		img->virt_base = 0;
	if (img->paddr_offset == ELF_UNSET)
		img->paddr_offset = 0;
	if (img->virt_base % PAGE_SIZE)
		return "VIRT_BASE does not begin a page";
	if (hole != ELF_UNSET && hole > HV_VIRT_START)
		return "HV_START_LOW leaves the hypervisor no room";
	if (img->low < img->paddr_offset)
		return "a segment before PADDR_OFFSET";
	if (img->high - img->paddr_offset > ~img->virt_base)
		return "segments beyond the end of the address space";
	img->start = img->virt_base + (img->low - img->paddr_offset);
	img->end = img->virt_base + (img->high - img->paddr_offset);
	return NULL;
}

static const char *check_pointers(const struct elf_image *img)
{
	u64 page = img->hypercall_page;

	if (img->entry < img->start || img->entry >= img->end)
		return "the entry is outside of the segments";
	if (page != ELF_UNSET &&
	    (page % PAGE_SIZE || page < img->start || page >= img->end ||
	     img->end - page < PAGE_SIZE))
		return "HYPERCALL_PAGE is not a page of its own";
	if (img->init_p2m != ELF_UNSET && img->init_p2m % PAGE_SIZE)
		return "INIT_P2M does not begin a page";
	return NULL;
}

const char *elf_parse(struct elf_image *img, const void *file, u64 size)
{
	struct notes notes;
	const char *why;
	const u64 *note = notes.number;

	*img = (struct elf_image){ .file = file, .size = size };
	why = check_header(img);
	if (!why)
		why = check_segments(img);
	if (!why)
		why = find_notes(img, &notes);
	if (!why)
		why = check_texts(&notes);
	if (why)
		return why;
	img->virt_base = note[XEN_ELFNOTE_VIRT_BASE];
	img->paddr_offset = note[XEN_ELFNOTE_PADDR_OFFSET];
	img->hypercall_page = note[XEN_ELFNOTE_HYPERCALL_PAGE];
	img->init_p2m = note[XEN_ELFNOTE_INIT_P2M];
	img->mod_start_pfn = note[XEN_ELFNOTE_MOD_START_PFN] != ELF_UNSET &&
			     note[XEN_ELFNOTE_MOD_START_PFN];
	img->pae_mode = text_is(&notes.text[XEN_ELFNOTE_PAE_MODE], "yes");
	if (note[XEN_ELFNOTE_ENTRY] != ELF_UNSET)
		img->entry = note[XEN_ELFNOTE_ENTRY];
	why = check_place(img, note);
	return why ? why : check_pointers(img);
}

struct elf_piece elf_piece(const struct elf_image *img, u32 i)
{
	struct program_header ph;

	segment(img, i, &ph);
	if (ph.type != PT_LOAD || !ph.filesz)
		return (struct elf_piece){ 0 };
	return (struct elf_piece){
		ph.paddr - img->paddr_offset, ph.filesz, img->file + ph.offset
	};
}
