/* SPDX-License-Identifier: MIT */
/*
 * elf_test.c - images good and bad: each refusal of elf.c once, what it takes
 * from headers and notes, and what it loads where.
 *
 * A case starts from a good image, changes one thing and says what elf.c has
 * to answer.  Images are of their exact size on the heap, so that the address
 * sanitizer sees a read beyond them.
 */
#include <abi/elfnote.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <tap.h>

struct ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

struct shdr {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 align, entsize;
};

#define TEXT_PADDR	0x100000UL
#define DATA_PADDR	0x103000UL
#define NOTES		512

/* A file: two segments, notes, a section; all one after the other. */
static struct file {
	struct ehdr eh;
	struct phdr ph[3];
	struct shdr sh;
	u8 notes[NOTES];
	u8 text[64], data[32];
} file;
static u64 file_size;
static u32 note_end;

static void note(u32 type, const void *desc, u32 size)
{
	u32 head[3] = { 4, size, type };

	memcpy(file.notes + note_end, head, 12);
	memcpy(file.notes + note_end + 12, "Xen", 4);
	memcpy(file.notes + note_end + 16, desc, size);
	note_end += 16 + (size + 3) / 4 * 4;
	file.ph[2].filesz = note_end;
}

static void number(u32 type, u64 value)
{
	note(type, &value, sizeof(value));
}

static void text(u32 type, const char *s)
{
	note(type, s, strlen(s) + 1);
}

static void set_segment(u32 i, u64 paddr, u64 offset, u64 filesz, u64 memsz)
{
	file.ph[i] = (struct phdr){
		.type = 1, .flags = 7, .offset = offset, .vaddr = paddr,
		.paddr = paddr, .filesz = filesz, .memsz = memsz,
	};
}

static void no_notes(void)
{
	memset(file.notes, 0, sizeof(file.notes));
	note_end = 0;
	file.ph[2].filesz = 0;
}

static void fresh(void)
{
	memset(&file, 0, sizeof(file));
	memcpy(file.eh.ident, "\177ELF\2\1\1", 7);
	file.eh.type = 2;
	file.eh.machine = 62;
	file.eh.entry = TEXT_PADDR;
	file.eh.phoff = offsetof(struct file, ph);
	file.eh.phentsize = sizeof(struct phdr);
	file.eh.phnum = 3;
	file.eh.shentsize = sizeof(struct shdr);
	set_segment(0, TEXT_PADDR, offsetof(struct file, text), 64, 0x2000);
	set_segment(1, DATA_PADDR, offsetof(struct file, data), 32, 0x5000);
	file.ph[2].type = 4;
	file.ph[2].offset = offsetof(struct file, notes);
	no_notes();
	text(XEN_ELFNOTE_XEN_VERSION, "xen-3.0");
	memset(file.text, 't', sizeof(file.text));
	memset(file.data, 'd', sizeof(file.data));
	file_size = sizeof(file);
}

static struct elf_image image;

static const char *parse(void)
{
	u8 *copy = malloc(file_size);
	const char *why;

	memcpy(copy, &file, file_size);
	why = elf_parse(&image, copy, file_size);
	free(copy);
	return why;
}

/* A case that must be refused with a message that has these words. */
static void refused(const char *words, const char *name)
{
	const char *why = parse();

	ok(why && strstr(why, words), name);
	if (why && !strstr(why, words))
		printf("# it says: %s\n", why);
	fresh();
}

static void accepted(const char *name)
{
	const char *why = parse();

	ok(!why, name);
	if (why)
		printf("# it says: %s\n", why);
}

static void test_header(void)
{
	file_size = 0;
	refused("not an ELF", "an empty file");
	file_size = sizeof(struct ehdr) - 1;
	refused("not an ELF", "half a header");
	file.eh.ident[3] = 'G';
	refused("not an ELF", "another magic");
	file.eh.ident[4] = 1;
	refused("64-bit", "32-bit");
	file.eh.ident[5] = 2;
	refused("64-bit", "big-endian");
	file.eh.machine = 183;
	refused("not an executable for", "another machine");
	file.eh.type = 3;
	refused("not an executable for", "a shared object");
	file.eh.phnum = 0;
	refused("program headers", "no program headers");
	file.eh.phnum = 65535;
	refused("program headers", "65535 program headers");
	file.eh.phentsize = 32;
	refused("program headers", "program headers of another size");
	file.eh.phoff = ~0UL - 8;
	refused("program headers", "program headers beyond the end");
	file.eh.phoff = sizeof(file) - sizeof(struct phdr);
	refused("program headers", "program headers half beyond the end");
}

static void test_segments(void)
{
	file.ph[0].offset = sizeof(file) - 63;
	refused("outside of the file", "a segment that the file cuts off");
	file.ph[0].offset = ~0UL;
	refused("outside of the file", "a segment whose offset wraps");
	file.ph[0].filesz = 0x2001;
	file.ph[0].offset = 0;
	refused("outside of the file", "a segment larger than the file");
	file.ph[1].memsz = 31;
	refused("larger in the file", "a segment larger in the file");
	file.ph[1].memsz = 0;
	refused("larger in the file", "contents of no memory");
	file.ph[1].paddr = ~0UL - 31;
	refused("wraps", "a segment that wraps around");
	file.ph[1].memsz = ~0UL;
	refused("wraps", "a segment of all memory");
	file.ph[0].memsz = 0x3001;
	refused("overlap", "segments that share one byte");
	file.ph[1].paddr = TEXT_PADDR;
	refused("overlap", "segments at one place");
	file.ph[1].paddr = TEXT_PADDR - 0x1000;
	refused("overlap", "a segment around another");
	file.ph[0].type = file.ph[1].type = 0;
	refused("nothing to load", "no segment to load");
	file.ph[0].memsz = 0x3000;
	accepted("segments that touch");
	set_segment(1, TEXT_PADDR + 8, 0, 0, 0);
	accepted("an empty segment inside another");
	fresh();
}

static void test_notes(void)
{
	no_notes();
	refused("no Xen notes", "no notes");
	file.notes[12] = 'Y';
	refused("no Xen notes", "notes of another owner");
	file.ph[2].offset = sizeof(file) - 8;
	refused("notes outside", "notes beyond the end");
	file.ph[2].filesz = ~0UL;
	refused("notes outside", "notes without end");
	file.ph[2].filesz = note_end - 5;
	refused("cut off", "a note that is cut off");
	file.ph[2].filesz = note_end;
	memset(file.notes, 0xff, 4);
	refused("cut off", "a name of 4 GiB");
	memset(file.notes + 4, 0xff, 4);
	refused("cut off", "a note of 4 GiB");
	note(XEN_ELFNOTE_ENTRY, "\0\0", 2);
	accepted("a number of two bytes is none");
	fresh();
	note(XEN_ELFNOTE_LOADER, "generic", 7);
	note(XEN_ELFNOTE_FEATURES, "", 0);
	accepted("strings without a NUL at the end");
	note(XEN_ELFNOTE_LOADER, "", 0);
	refused("another loader", "a loader of no bytes");
	note(XEN_ELFNOTE_LOADER, "generic\0", 9);
	refused("another loader", "a NUL too many");
	note(XEN_ELFNOTE_LOADER, "gen", 3);
	refused("another loader", "a part of a loader");
	no_notes();
	text(XEN_ELFNOTE_LOADER, "generic");
	refused("XEN_VERSION", "no version");
	text(XEN_ELFNOTE_XEN_VERSION, "xen-2.0");
	refused("XEN_VERSION", "another version");
	text(XEN_ELFNOTE_LOADER, "special");
	refused("another loader", "another loader");
	note(XEN_ELFNOTE_L1_MFN_VALID, "0123456789abcdef", 16);
	note(1234, "x", 1);
	number(XEN_ELFNOTE_SUSPEND_CANCEL, 1);
	accepted("notes that mean nothing to us");
	fresh();
	text(XEN_ELFNOTE_FEATURES, "");
	file.ph[2].filesz -= 3;
	accepted("a last note without its padding");
	fresh();
}

static void test_sections(void)
{
	file.ph[2].type = 0;
	file.eh.shnum = 1;
	file.eh.shoff = offsetof(struct file, sh);
	file.sh.type = 7;
	file.sh.offset = offsetof(struct file, notes);
	file.sh.size = note_end;
	accepted("notes in a section alone");
	file.sh.size = ~0UL;
	refused("notes outside", "a section without end");
	file.ph[2].type = 0;
	file.eh.shnum = 1;
	file.eh.shoff = sizeof(file) - 1;
	refused("no Xen notes", "sections beyond the end are not looked at");
	file.eh.shoff = ~0UL - 3;
	file.eh.shnum = 65535;
	accepted("nor are they needed");
	fresh();
}

static void test_features(void)
{
	text(XEN_ELFNOTE_FEATURES,
	     "!writable_page_tables|pae_pgdir_above_4gb|novelty");
	accepted("features that can do without");
	fresh();
	text(XEN_ELFNOTE_FEATURES, "dom0|!novelty");
	refused("requires a feature", "an unknown feature is required");
	text(XEN_ELFNOTE_FEATURES, "!supervisor_mode_kernel");
	refused("requires a feature", "ring 0 is required");
	text(XEN_ELFNOTE_FEATURES, "x|!auto_translated_physmap|y");
	refused("requires a feature", "translation is required");
	text(XEN_ELFNOTE_FEATURES, "!dom");
	refused("requires a feature", "a part of a name is no name");
	text(XEN_ELFNOTE_FEATURES, "||!dom0|");
	accepted("empty names are none");
	fresh();
	note(XEN_ELFNOTE_FEATURES, "dom0|!pae_pgdir_above_4gbx", 25);
	accepted("a name that ends with the note");
	fresh();
	text(XEN_ELFNOTE_FEATURES, "!");
	refused("requires a feature", "nothing is required");
}

static void test_places(void)
{
	number(XEN_ELFNOTE_PADDR_OFFSET, 0x100000);
	refused("no VIRT_BASE", "PADDR_OFFSET without VIRT_BASE");
	number(XEN_ELFNOTE_VIRT_BASE, 0x800);
	refused("VIRT_BASE", "VIRT_BASE within a page");
	number(XEN_ELFNOTE_VIRT_BASE, 0);
	number(XEN_ELFNOTE_PADDR_OFFSET, 0x100001);
	refused("before PADDR_OFFSET", "a segment before PADDR_OFFSET");
	number(XEN_ELFNOTE_VIRT_BASE, -0x108000UL);
	refused("address space", "a kernel that reaches the very end");
	number(XEN_ELFNOTE_HV_START_LOW, 0xffff800000001000);
	refused("HV_START_LOW", "no room for the hypervisor");
	file.eh.entry = TEXT_PADDR - 1;
	refused("entry", "an entry before the kernel");
	file.eh.entry = DATA_PADDR + 0x5000;
	refused("entry", "an entry behind the kernel");
	number(XEN_ELFNOTE_ENTRY, 0);
	refused("entry", "an entry by note, too");
	number(XEN_ELFNOTE_HYPERCALL_PAGE, TEXT_PADDR + 8);
	refused("HYPERCALL_PAGE", "a hypercall page within a page");
	number(XEN_ELFNOTE_HYPERCALL_PAGE, TEXT_PADDR - 0x1000);
	refused("HYPERCALL_PAGE", "a hypercall page before the kernel");
	number(XEN_ELFNOTE_HYPERCALL_PAGE, DATA_PADDR + 0x5000);
	refused("HYPERCALL_PAGE", "a hypercall page behind the kernel");
	file.ph[1].memsz = 0x4fff;
	number(XEN_ELFNOTE_HYPERCALL_PAGE, DATA_PADDR + 0x4000);
	refused("HYPERCALL_PAGE", "a hypercall page that reaches beyond");
	number(XEN_ELFNOTE_INIT_P2M, 0x8000000008);
	refused("INIT_P2M", "a p2m list within a page");
}

static u8 memory[0x8000];

static void load(u64 first)
{
	struct elf_piece p;
	u32 i;

	for (i = 0; i < image.phnum; i++) {
		p = elf_piece(&image, i);
		if (!p.n)
			continue;
		ok(p.offset - first + p.n <= sizeof(memory),
		   "within the kernel");
		memcpy(memory + (p.offset - first), p.from, p.n);
	}
}

static void test_load(void)
{
	u64 first = TEXT_PADDR - 0x40000;

	accepted("the plain image");
	is_eq(image.virt_base, 0, "memory begins at 0");
	is_eq(image.start, TEXT_PADDR, "the kernel where it says");
	is_eq(image.end, DATA_PADDR + 0x5000, "with its zeroes");
	is_eq(image.entry, TEXT_PADDR, "the entry is the ELF header's");
	is_eq(image.hypercall_page, ELF_UNSET, "no hypercall page");
	is_eq(image.init_p2m, ELF_UNSET, "no place for the p2m list");
	ok(!image.mod_start_pfn, "the ramdisk mapped");
	ok(!image.pae_mode, "no mode");
	number(XEN_ELFNOTE_VIRT_BASE, 0xffffffff80000000);
	number(XEN_ELFNOTE_PADDR_OFFSET, 0x40000);
	number(XEN_ELFNOTE_ENTRY, 0xffffffff80000000 + first + 16);
	number(XEN_ELFNOTE_HYPERCALL_PAGE, 0xffffffff80000000 + first + 0x1000);
	number(XEN_ELFNOTE_INIT_P2M, 0x8000000000);
	number(XEN_ELFNOTE_HV_START_LOW, 0xffff800000000000);
	note(XEN_ELFNOTE_MOD_START_PFN, "\1\0\0\0", 4);
	text(XEN_ELFNOTE_PAE_MODE, "yes");
	accepted("an image with all notes");
	is_eq(image.virt_base, 0xffffffff80000000, "memory begins at -2 GiB");
	is_eq(image.start, 0xffffffff80000000 + first, "the kernel above it");
	is_eq(image.entry, 0xffffffff80000010 + first, "the entry of the note");
	is_eq(image.hypercall_page, image.start + 0x1000, "hypercall page");
	is_eq(image.init_p2m, 0x8000000000, "a place for the p2m list");
	ok(image.mod_start_pfn, "the ramdisk by number");
	ok(image.pae_mode, "and a mode that means nothing");
	image.file = (u8 *)&file;
	load(first);
	ok(memory[0] == 't' && memory[63] == 't' && !memory[64], "text");
	ok(memory[0x3000] == 'd' && memory[0x301f] == 'd' && !memory[0x3020],
	   "data");
	fresh();
}

int main(void)
{
	fresh();
	test_header();
	test_segments();
	test_notes();
	test_sections();
	test_features();
	test_places();
	test_load();
	return tap_done();
}
