/* SPDX-License-Identifier: MIT */
/*
 * guest_trace.c - where a guest was when it crashed: its instruction and what
 * looks like return addresses on its stack, by the names that its image has.
 *
 * Everything read here is the guest's: the image may hold anything, and so
 * may the stack.  Each offset is compared with the file's size before it is
 * used, and what is looked up is bounded, so a crash takes no longer than some
 * hundred microseconds.  No lock.
 */
#include <domain.h>
#include <guest_trace.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#define SHT_SYMTAB	2
#define STT_FUNC	2
#define MAX_SECTIONS	4096u
#define MAX_SYMBOLS	8192u
#define MAX_WORDS	128u		/* of the stack */
#define MAX_LOOKUPS	24u		/* of words that may be addresses */

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct section {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 align, entsize;
};

struct symbol {
	u32 name;
	u8 info, other;
	u16 section;
	u64 value, size;
};

struct image {
	const u8 *file;
	u64 size;
	u64 symbols, nr_symbols;	/* offset in the file, how many */
	u64 names, names_size;
};

static bool in_file(const struct image *img, u64 offset, u64 n)
{
	return offset <= img->size && n <= img->size - offset;
}

static bool section_at(const struct image *img, const struct elf_header *h,
		       u32 i, struct section *s)
{
	if (i >= h->shnum)
		return false;
	memcpy(s, img->file + h->shoff + i * sizeof(*s), sizeof(*s));
	return in_file(img, s->offset, s->size);
}

/* elf.c has taken the file, but not looked at its sections. */
static bool find_symbols(struct image *img)
{
	struct elf_header h;
	struct section s, names;
	u32 i;

	if (!in_file(img, 0, sizeof(h)))
		return false;
	memcpy(&h, img->file, sizeof(h));
	if (h.shentsize != sizeof(s) || h.shnum > MAX_SECTIONS ||
	    !in_file(img, h.shoff, h.shnum * sizeof(s)))
		return false;
	for (i = 0; i < h.shnum; i++) {
		memcpy(&s, img->file + h.shoff + i * sizeof(s), sizeof(s));
		if (s.type != SHT_SYMTAB || !section_at(img, &h, i, &s) ||
		    !section_at(img, &h, s.link, &names))
			continue;
		img->symbols = s.offset;
		img->nr_symbols = MIN(s.size / sizeof(struct symbol),
				      MAX_SYMBOLS);
		img->names = names.offset;
		img->names_size = names.size;
		return true;
	}
	return false;
}

/* The function around an address: false when none is. */
static bool function_at(const struct image *img, u64 addr, struct symbol *sym)
{
	u64 i;

	for (i = 0; i < img->nr_symbols; i++) {
		memcpy(sym, img->file + img->symbols + i * sizeof(*sym),
		       sizeof(*sym));
		if ((sym->info & 15) == STT_FUNC &&
		    addr - sym->value < sym->size &&
		    sym->name < img->names_size)
			return true;
	}
	return false;
}

static void show(const struct image *img, u64 addr, const struct symbol *sym)
{
	const char *from = (const char *)img->file + img->names + sym->name;
	u64 left = img->names_size - sym->name;
	char name[48];
	u32 i;

	for (i = 0; i < sizeof(name) - 1 && i < left; i++) {
		if (from[i] <= ' ' || from[i] > '~')
			break;
		name[i] = from[i];
	}
	name[i] = '\0';
	printk(LOG_ERR, "  0x%lx %s+0x%lx\n", addr, name, addr - sym->value);
}

void guest_trace(const struct vcpu *v, const void *file, u64 size)
{
	const struct regs *r = guest_regs();
	struct image img = { .file = file, .size = size };
	u32 i, lookups = 0;
	struct symbol sym;
	u64 word;

	printk(LOG_ERR, "domain %u, vCPU %u: RIP 0x%lx, RSP 0x%lx, RAX 0x%lx, "
	       "RDI 0x%lx\n", v->domain->id, v->id, r->rip, r->rsp, r->rax,
	       r->rdi);
	if (!file || !find_symbols(&img))
		return;
	if (function_at(&img, r->rip, &sym))
		show(&img, r->rip, &sym);
	for (i = 0; i < MAX_WORDS && lookups < MAX_LOOKUPS; i++) {
		if (copy_from_guest(&word, gva(r->rsp + i * sizeof(word)),
				    sizeof(word)))
			return;
		/* Most words are no addresses of anything. */
		if (word - r->rip + (16UL << 20) > 32UL << 20)
			continue;
		lookups++;
		/* A call that does not return may end its function. */
		if (function_at(&img, word - 1, &sym))
			show(&img, word, &sym);
	}
}
