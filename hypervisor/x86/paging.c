/* SPDX-License-Identifier: MIT */
/*
 * paging.c - the hypervisor's own tables, made once.
 *
 * They fill slots 256 to 271 of every L4 (layout.h).  All level 3 tables exist
 * from here on and no entry of an L4 changes again, so what is mapped later
 * (other CPUs' areas, device registers, descriptor windows) shows everywhere.
 * Nothing is both writable and executable: text and read-only data are
 * read-only in the direct map too.  Tables come from early_alloc(), below
 * 4 GiB, where both the boot tables and the final ones show them.
 */
#include <frame.h>
#include <iomem.h>
#include <lib.h>
#include <machine.h>
#include <sched.h>
#include <setup.h>
#include <x86.h>

#define SIZE_2M		(1UL << 21)
#define SIZE_1G		(1UL << 30)
#define FIXMAP_PAGES	511u		/* one table, no large page */
#define PERCPU_ORDER	4
#define WINDOW_PAGES	(DESC_SIZE / PAGE_SIZE)

/*
 * What guests may read.  Not global: it shows in the L4 of a guest's kernel
 * and not in that of its user mode.
 */
#define HV_GUEST_RO	(PTE_P | PTE_A | PTE_US | PTE_NX)

u64 hv_cr3;
u64 *hv_root;

static u32 fixmap_used;
static u64 m2p_phys, nr_frames;

static u64 *table_new(u64 *phys)
{
	u64 *t;

	*phys = early_alloc(PAGE_SIZE, PAGE_SIZE, EARLY_LIMIT);
	t = maddr_virt(maddr(*phys));
	memset(t, 0, PAGE_SIZE);
	return t;
}

/* The entry for va at a level, with all tables on the way to it. */
static u64 *entry_of(u64 va, unsigned int level, u64 flags)
{
	u64 *t = hv_root, *e, phys;
	unsigned int l;

	for (l = 4; ; l--) {
		e = &t[va >> (PAGE_SHIFT + 9 * (l - 1)) & 511];
		if (l == level)
			return e;
		if (!(*e & PTE_P)) {
			table_new(&phys);
			*e = phys | PTE_P | PTE_RW | PTE_A;
		}
		*e |= flags & PTE_US;
		t = maddr_virt(maddr(*e & PTE_ADDR));
	}
}

static void map(u64 va, u64 phys, u64 len, u64 flags)
{
	u64 size;

	for (; len; va += size, phys += size, len -= size) {
		if (cpu_has(CPU_1G_PAGES) && len >= SIZE_1G &&
		    !((va | phys) & (SIZE_1G - 1))) {
			size = SIZE_1G;
			*entry_of(va, 3, flags) = phys | flags | PTE_PS;
		} else if (len >= SIZE_2M && !((va | phys) & (SIZE_2M - 1))) {
			size = SIZE_2M;
			*entry_of(va, 2, flags) = phys | flags | PTE_PS;
		} else {
			size = PAGE_SIZE;
			*entry_of(va, 1, flags) = phys | flags;
		}
	}
}

static u64 image_phys(const char *p)
{
	return (u64)p - IMAGE_BASE;
}

static void map_image(void)
{
	map((u64)__text_start, image_phys(__text_start),
	    __text_end - __text_start, HV_RX);
	map((u64)__text_end, image_phys(__text_end),
	    __rodata_end - __text_end, HV_RO);
	map((u64)__rodata_end, image_phys(__rodata_end),
	    image_end - __rodata_end, HV_RW);
}

/* The image lies in one piece of RAM, as memmap.c has checked. */
static void map_ram(mfn_t m, u64 n)
{
	u64 start = mfn_to_maddr(m).a, end = start + n * PAGE_SIZE;
	u64 ro = image_phys(__text_start), rw = image_phys(__rodata_end);

	if (start <= ro && rw <= end) {
		map(DIRECTMAP_BASE + start, start, ro - start, HV_RW);
		map(DIRECTMAP_BASE + ro, ro, rw - ro, HV_RO);
		start = rw;
	}
	map(DIRECTMAP_BASE + start, start, end - start, HV_RW);
}

/*
 * Maps a CPU's area and points it to what else is its own.  gdt, a page, is
 * written through the direct map.
 */
static struct cpu *percpu_map(u32 id, u64 phys, u64 gdt)
{
	/* Bit n: page n of the area; the rest are guards (layout.h). */
	static const u16 present = 0xf155;
	u64 va = PERCPU_BASE + id * PERCPU_SIZE;
	struct cpu *c = (struct cpu *)va;
	struct x86_cpu *x = (struct x86_cpu *)ROUND_UP((u64)(c + 1), 64);
	u32 i;

	for (i = 0; i < PERCPU_SIZE / PAGE_SIZE; i++)
		if (present >> i & 1)
			*entry_of(va + i * PAGE_SIZE, 1, 0) =
				(phys + i * PAGE_SIZE) | HV_RW;
	c->id = id;
	c->x86 = x;
	x->gdt = maddr_virt(maddr(gdt));
	x->window = entry_of(DESC_BASE + id * DESC_SIZE, 1, 0);
	x->window[DESC_OURS] = gdt | HV_RW;
	return c;
}

struct cpu *percpu_new(u32 id)
{
	void *area = page_alloc(PERCPU_ORDER), *gdt = page_alloc(0);
	struct cpu *c;

	if (!area || !gdt)
		return NULL;
	c = percpu_map(id, mfn_to_maddr(virt_mfn(area)).a,
		       mfn_to_maddr(virt_mfn(gdt)).a);
	cpus[id] = c;
	sched_init_cpu(id);
	return c;
}

static void map_cpus(void)
{
	u64 gdt;
	u32 i;

	for (i = 0; i < CONFIG_NR_CPUS; i++) {
		entry_of(PERCPU_BASE + i * PERCPU_SIZE, 1, 0);
		entry_of(DESC_BASE + i * DESC_SIZE, 1, 0);
	}
	table_new(&gdt);
	percpu_map(0, image_phys(boot_percpu), gdt);
	entry_of(FIXMAP_BASE, 1, 0);
}

/* Its beginning need not be that of a page. */
static void map_screen(void)
{
	const struct boot_fb *fb = &boot_info.fb;
	u64 skip = fb->addr & ~PAGE_MASK;

	map(SCREEN_BASE, fb->addr - skip,
	    ROUND_UP(skip + (u64)fb->pitch * fb->height, PAGE_SIZE), HV_UC);
}

static u64 map_new(u64 va, u64 len, u64 flags)
{
	u64 phys;

	len = ROUND_UP(len, PAGE_SIZE);
	phys = early_alloc(len, len < SIZE_2M ? PAGE_SIZE : SIZE_2M, ~0UL);
	map(va, phys, len, flags);
	return phys;
}

void paging_init(void)
{
	u32 i;

	hv_root = table_new(&hv_cr3);
	for (i = HV_FIRST_SLOT; i < HV_END_SLOT; i++)
		entry_of((u64)i << 39 | 0xffffUL << 48, 3, 0);
	map_image();
	memmap_each_ram(map_ram);
	map_cpus();
	map_screen();
	nr_frames = memmap_top() / PAGE_SIZE;
	map_new(FRAMETABLE_BASE, nr_frames * sizeof(struct frame), HV_RW);
	m2p_phys = map_new(M2P_BASE, nr_frames * sizeof(u64), HV_GUEST_RO);
}

void frames_init(void)
{
	memset(frame_table, 0, nr_frames * sizeof(struct frame));
	frame_table_init(nr_frames, maddr_virt(maddr(m2p_phys)));
	iomem_init(cpu_phys_bits);
	memmap_each_free(frame_free_range);
}

void *device_map(u64 phys, u64 len)
{
	u64 first = phys & PAGE_MASK;
	u64 va = FIXMAP_BASE + fixmap_used * PAGE_SIZE;
	u64 pages = ROUND_UP(phys + len - first, PAGE_SIZE) / PAGE_SIZE;

	if (pages > FIXMAP_PAGES - fixmap_used)
		panic("no room to map device registers at %lx", phys);
	map(va, first, pages * PAGE_SIZE, HV_UC);
	fixmap_used += pages;
	return (void *)(va + phys - first);
}

/*
 * Above what device_map() gives.  Other CPUs may still have the translation of
 * an earlier use, so each begins by removing its own.
 */
void device_write(u64 phys, const u32 *words, u32 n)
{
	u64 va = FIXMAP_BASE + FIXMAP_PAGES * PAGE_SIZE;
	volatile u32 *to = (u32 *)(va + (phys & ~PAGE_MASK));

	*entry_of(va, 1, 0) = (phys & PAGE_MASK) | HV_UC;
	invlpg(va);
	while (n--)
		to[n] = words[n];
}

void l4_fill_hv_slots(u64 *l4)
{
	memcpy(&l4[HV_FIRST_SLOT], &hv_root[HV_FIRST_SLOT],
	       (HV_END_SLOT - HV_FIRST_SLOT) * sizeof(u64));
}
