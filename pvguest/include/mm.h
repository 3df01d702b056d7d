/* SPDX-License-Identifier: MIT */
/*
 * mm.h - pages, heap, stacks, address spaces.
 *
 * Key letters: [I] changed with interrupts off; [O] by the owner of the page.
 */
#ifndef PVGUEST_MM_H
#define PVGUEST_MM_H

#include <arch.h>
#include <pte.h>

enum page_use {
	PAGE_RESERVED,		/* not ours to give */
	PAGE_FREE,		/* first page of a free block */
	PAGE_USED,
	PAGE_HEAP,		/* small objects */
};

struct page {
	u32 next, prev;		/* [I] page numbers, 0: none */
	u32 count;		/* [I] references; of a heap page, objects */
	u8 use;			/* [I] enum page_use */
	u8 order;		/* [O] of the block, or the heap's class */
	bool zero;		/* [I] free, and never written to */
	u8 pad;
	void *objects;		/* [I] of a heap page: free ones */
};

extern struct page *pages;

void page_init(const struct boot_info *boot);
/* 2^ORDER pages in a row, unfilled; NULL if there are none. */
void *page_alloc(unsigned int order);
/* One page of zeros. */
void *page_zalloc(void);
void page_free(void *p);
/* For tests: all that counts as never written to is zero. */
bool page_zeros_true(void);
/* Counted use of a single page by several. */
void page_get(void *p);
void page_put(void *p);

/* Who holds one of the references may ask. */
static inline bool page_shared(const void *p)
{
	return pages[virt_pfn(p)].count > 1;
}

u64 pages_total(void);
u64 pages_free(void);
/* Pages have left us, or came back, by way of the balloon. */
void pages_adjust(s64 n);

/* Of any size; NULL if there is none. */
void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *p);
/* Of small ones: pages they take, and how many there are. */
u64 heap_pages(void);
u64 heap_objects(void);

#define STACK_SIZE	(16 * KIB)

/* A kernel stack with nothing mapped below; returns its end, or NULL. */
char *stack_alloc(void);
void stack_free(char *end);

/* What may be done with the pages of an area. */
#define PROT_READ	1
#define PROT_WRITE	2
#define PROT_EXEC	4

struct area {
	struct list node;
	u64 start, end;
	unsigned int prot;
};

/*
 * An address space: areas sorted by address, and the tables.  Until it is
 * live, its tables are plain memory and written directly.  Changed by its one
 * thread, or before and after that lives.
 */
struct space {
	u64 root;
	bool live;
	struct list areas;
	unsigned int nr_areas;
	u64 nr_pages;
};

extern struct space kernel_space;

int space_init(struct space *s);
void space_destroy(struct space *s);
/* All is prepared: let the CPU use it. */
void space_start(struct space *s);
int area_add(struct space *s, u64 start, u64 end, unsigned int prot);
struct area *area_find(struct space *s, u64 va);
/* A gap of SIZE bytes for a new area, or 0. */
u64 area_gap(struct space *s, u64 size);
/* Forget START to END - 1, which may cut areas; returns 0 or -ENOMEM. */
int area_remove(struct space *s, u64 start, u64 end);
int area_protect(struct space *s, u64 start, u64 end, unsigned int prot);
/* Map a page there; FLAGS are PTE_.  -ENOMEM if no table is to be had. */
int space_map(struct space *s, u64 va, u64 pfn, u64 flags);
/* The same with an entry of the back end's making. */
int space_map_pte(struct space *s, u64 va, u64 pte);
bool space_mapped(struct space *s, u64 va);
/* As space_map for the process; the reference to PAGE is given away, come what
 * may. */
int space_map_user(struct space *s, u64 va, void *page, unsigned int prot);
/*
 * Give the empty CHILD what S has, pages shared until somebody writes, and let
 * the CPU use it.  What has been done when memory runs out (-ENOMEM) goes with
 * the child.
 */
int space_fork(struct space *child, struct space *s);
int areas_copy(struct space *to, struct space *from);
/* ENTRY, for VA, may be written from now on: a copy unless S has it alone. */
int space_unshare(struct space *s, u64 va, u64 *entry, unsigned int prot);
/* Make VA usable for ACCESS (PROT_): 0, -EFAULT if it can't be, -ENOMEM. */
int space_fault(struct space *s, u64 va, unsigned int access);
/* Between the kernel and a space that need not be loaded: 0 or -EFAULT. */
int copy_in(struct space *s, void *to, u64 from, size_t n);
int copy_out(struct space *s, u64 to, const void *from, size_t n);

#endif
