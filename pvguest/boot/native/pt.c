/* SPDX-License-Identifier: MIT */
/*
 * pt.c - page tables, which the CPU reads as we write them.
 *
 * Each process's top table has the kernel's part in its last entry; the table
 * below that is shared, so a change in the kernel's part is made once.
 */
#include "native.h"

#define PTE_GLOBAL	0x100
#define LARGE_PAGES	512		/* in a large one */
#define LARGE_SIZE	(2 * MIB)
#define IMAGE_TABLES	2		/* pvguest.lds.S keeps to it */
#define KERNEL_SLOT	511
/* Of native_l2_vmap, from its end. */
#define WINDOW_SLOT	510
#define DEVICE_SLOT	509
#define FB_SLOT		(DEVICE_SLOT - FB_SPACE / LARGE_SIZE)

static u64 l1[IMAGE_TABLES][512] __attribute__((aligned(PAGE_SIZE)));
u64 native_l2[512] __attribute__((aligned(PAGE_SIZE)));
u64 native_l2_vmap[512] __attribute__((aligned(PAGE_SIZE)));
u64 native_l3[512] __attribute__((aligned(PAGE_SIZE)));
u64 native_l4[512] __attribute__((aligned(PAGE_SIZE)));

static u64 allowed = ~PTE_NX;	/* bits that this CPU knows */
static u64 loaded_root;		/* its page; 0: none yet */

static void cr3_write(u64 pfn)
{
	asm volatile("mov %0, %%cr3" :: "r" (pfn << PAGE_SHIFT) : "memory");
	loaded_root = pfn;
}

static void *slot(unsigned int n)
{
	return (void *)(VMAP_BASE + n * LARGE_SIZE);
}

static void slot_map(unsigned int n, u64 phys, u64 flags)
{
	native_l2_vmap[n] = (phys & -LARGE_SIZE) | PTE_LARGE |
			    ((PTE_KERNEL | flags) & allowed);
	native_pt_invlpg((u64)slot(n));
}

void *native_window(u64 phys)
{
	slot_map(WINDOW_SLOT, phys, 0);
	slot_map(WINDOW_SLOT + 1, phys + LARGE_SIZE, 0);
	return (char *)slot(WINDOW_SLOT) + phys % LARGE_SIZE;
}

volatile void *native_device(u64 phys)
{
	slot_map(DEVICE_SLOT, phys, PTE_UNCACHED);
	return (char *)slot(DEVICE_SLOT) + phys % LARGE_SIZE;
}

void *native_fb_map(u64 phys)
{
	unsigned int i;

	for (i = 0; i < FB_SPACE / LARGE_SIZE; i++)
		slot_map(FB_SLOT + i, phys + i * LARGE_SIZE, PTE_UNCACHED);
	return slot(FB_SLOT);
}

u64 native_pte_make(u64 pfn, u64 flags)
{
	if (!(flags & PTE_U))
		flags |= PTE_GLOBAL;
	return pfn << PAGE_SHIFT | (flags & allowed);
}

u64 native_pte_pfn(u64 pte)
{
	return (pte & PTE_FRAME) >> PAGE_SHIFT;
}

void native_pt_write(u64 *entry, u64 pte)
{
	*(volatile u64 *)entry = pte & allowed;
}

void native_pt_write_run(u64 *entry, const u64 *ptes, unsigned int n)
{
	u64 mask = allowed;

	while (n--)
		*(volatile u64 *)entry++ = *ptes++ & mask;
}

void native_pt_invlpg(u64 va)
{
	asm volatile("invlpg (%0)" :: "r" (va) : "memory");
}

/* The kernel's entries are global, and stay. */
void native_pt_flush(void)
{
	cr3_write(loaded_root);
}

/* Nothing is put off: this is commit, and defer. */
void native_pt_commit(void)
{
}

/* A page is a table as it is. */
void native_pt_table(u64 pfn, bool on)
{
	(void)pfn;
	(void)on;
}

void native_pt_root(u64 pfn, bool on)
{
	u64 *table = pfn_virt(pfn);

	if (on)
		table[KERNEL_SLOT] = native_l4[KERNEL_SLOT];
	else if (loaded_root == pfn)
		cr3_write(virt_pfn(native_l4));
}

void native_user_switch(u64 root, void *stack_end)
{
	native_stack(stack_end);
	if (root != loaded_root)
		cr3_write(root);
}

void native_pt_features(void)
{
	u64 cr4 = CR4_PAE | CR4_PGE | CR4_FXSR, efer = rdmsr(MSR_EFER);
	u32 leaf7 = cpuid(7).b;

	if (cpuid(0x80000001).d & 1 << 20) {
		efer |= EFER_NXE;
		allowed = ~0ULL;
	}
	wrmsr(MSR_EFER, efer | EFER_SCE);
	if (leaf7 & 1 << 7)
		cr4 |= CR4_SMEP;
	/* We never use a process's addresses: there is nothing to open. */
	if (leaf7 & 1 << 20)
		cr4 |= CR4_SMAP;
	asm volatile("mov %0, %%cr4" :: "r" (cr4) : "memory");
}

/*
 * All memory, in large pages but where the image's parts differ.  The tables
 * of the start are changed while they are in use, each part of them into what
 * maps the same.
 */
void native_pt_init(u64 nr_pages)
{
	u64 pfn, i;

	for (pfn = 0; pfn < IMAGE_TABLES * LARGE_PAGES; pfn++)
		l1[pfn / LARGE_PAGES][pfn % LARGE_PAGES] =
			native_pte_make(pfn, image_protection(
						(u64)pfn_virt(pfn)));
	for (i = 0; i < 512; i++) {
		pfn = i * LARGE_PAGES;
		if (i < IMAGE_TABLES)
			native_l2[i] = native_pte_make(virt_pfn(l1[i]),
						       PTE_P | PTE_W | PTE_U);
		else if (pfn < nr_pages)
			native_l2[i] = native_pte_make(pfn, PTE_KERNEL |
							    PTE_LARGE);
		else
			native_l2[i] = 0;
	}
	native_l3[0] = 0;
	native_l4[0] = 0;
	cr3_write(virt_pfn(native_l4));
}
