/* SPDX-License-Identifier: MIT */
/*
 * build_test.c - the layout of a new domain: a few known by heart, the rules
 * that all layouts obey for many sizes and places, and each refusal.
 */
#include <build.h>
#include <layout.h>
#include <string.h>
#include <tap.h>

#define MIB	256UL			/* in pages */

static struct build_config cfg;
static struct build_plan plan;

/* A small guest: 64 KiB at 1 MiB, virtual and physical being the same. */
static void fresh(void)
{
	memset(&cfg, 0, sizeof(cfg));
	cfg.nr_pages = 64 * MIB;
	cfg.image.start = 0x100000;
	cfg.image.end = 0x110000;
	cfg.image.entry = 0x100000;
	cfg.image.hypercall_page = ELF_UNSET;
	cfg.image.init_p2m = ELF_UNSET;
}

/* A large one at -2 GiB, its p2m list and ramdisk apart. */
static void fresh_high(void)
{
	fresh();
	cfg.image.virt_base = 0xffffffff80000000;
	cfg.image.start = 0xffffffff81000000;
	cfg.image.end = 0xffffffff83000000;
	cfg.image.init_p2m = 0x8000000000;
	cfg.image.mod_start_pfn = true;
	cfg.ramdisk_len = 3 * 1048576 + 1;
	cfg.nr_pages = 128 * MIB;
}

static void refused(const char *words, const char *name)
{
	const char *why = build_plan(&cfg, &plan);

	ok(why && strstr(why, words), name);
	if (why && !strstr(why, words))
		printf("# it says: %s\n", why);
	fresh();
}

static void test_small(void)
{
	fresh();
	ok(!build_plan(&cfg, &plan), "a small guest is laid out");
	is_eq(plan.p2m, 0x110, "the p2m list behind the kernel");
	is_eq(plan.p2m_pages, 32, "8 bytes for each page");
	is_eq(plan.start_info, 0x130, "then start_info");
	is_eq(plan.tables, 0x131, "then the page tables");
	is_eq(plan.nr_tables, 5, "L4, L3, L2 and two L1 for 4 MiB");
	is_eq(plan.stack, 0x136, "then the stack");
	is_eq(plan.mapped, 4 * MIB, "4 MiB are mapped");
	is_eq(plan.store + plan.console, 0, "domain 0 has no rings");
	cfg.id = 1;
	ok(!build_plan(&cfg, &plan), "as a plain domain too");
	is_eq(plan.store, 0x131, "the store's page follows start_info");
	is_eq(plan.console, 0x132, "the console's that");
	is_eq(plan.tables, 0x133, "and the page tables that");
	cfg.ramdisk_len = 1;
	ok(!build_plan(&cfg, &plan), "and with a ramdisk");
	is_eq(plan.ramdisk, 0x110, "which follows the kernel");
	is_eq(plan.p2m, 0x111, "and the p2m list follows it");
	cfg.ramdisk_len = (0x400 - 0x110 - 32 - 3 - 5 - 1 - 127) * PAGE_SIZE;
	ok(!build_plan(&cfg, &plan), "with 127 pages left of 4 MiB");
	is_eq(plan.mapped, 8 * MIB, "8 are mapped");
	is_eq(plan.nr_tables, 7, "by 7 tables");
	cfg.ramdisk_len -= PAGE_SIZE;
	ok(!build_plan(&cfg, &plan), "with 128 pages left of 4 MiB");
	is_eq(plan.mapped, 4 * MIB, "4 are enough");
}

static void test_apart(void)
{
	fresh_high();
	ok(!build_plan(&cfg, &plan), "a large guest is laid out");
	is_eq(plan.start_info, 48 * MIB, "start_info follows the kernel");
	is_eq(plan.mapped, 52 * MIB, "52 MiB are mapped");
	is_eq(plan.ramdisk, plan.mapped, "the ramdisk comes after that");
	is_eq(plan.ramdisk_pages, 3 * MIB + 1, "in whole pages");
	is_eq(plan.p2m, plan.ramdisk + plan.ramdisk_pages, "then the p2m");
	is_eq(plan.p2m_tables, plan.p2m + plan.p2m_pages, "with its tables");
	cfg.image.mod_start_pfn = false;
	ok(!build_plan(&cfg, &plan), "with the ramdisk mapped");
	is_eq(plan.ramdisk, 48 * MIB, "that follows the kernel");
	is_eq(plan.p2m, plan.mapped, "and the p2m list what is mapped");
}

/* Tables by counting the places where the walk goes into another one. */
static u64 count_tables(u64 base, u64 pages)
{
	u64 n = 4, i;

	for (i = 1; i < pages; i++)
		n += !((base + i) & 0x1ff) + !((base + i) & 0x3ffff) +
		     !((base + i) & 0x7ffffff);
	return n;
}

/* What all layouts obey, whatever the sizes. */
static bool sound(void)
{
	u64 base = cfg.image.virt_base / PAGE_SIZE;
	u64 next = plan.stack + 1, end = base + plan.mapped;
	bool p2m_in = cfg.image.init_p2m == ELF_UNSET;
	bool disk_in = !cfg.image.mod_start_pfn;
	u64 apart = plan.mapped;

	if (!disk_in) {
		if (plan.ramdisk_pages && plan.ramdisk != apart)
			return false;
		apart += plan.ramdisk_pages;
	}
	if (!p2m_in) {
		if (plan.p2m != apart || plan.p2m + plan.p2m_pages !=
		    plan.p2m_tables)
			return false;
		apart = plan.p2m_tables +
			count_tables(cfg.image.init_p2m / PAGE_SIZE,
				     plan.p2m_pages) - 1;
	}
	return apart <= plan.nr_pages && next <= plan.mapped &&
	       plan.tables + plan.nr_tables == plan.stack &&
	       count_tables(base, plan.mapped) <= plan.nr_tables &&
	       plan.start_info < plan.tables &&
	       (!p2m_in || plan.p2m + plan.p2m_pages == plan.start_info) &&
	       (apart == plan.nr_pages || end % 1024 == 0) &&
	       (apart == plan.nr_pages || plan.mapped - next >= 128);
}

static void test_many(void)
{
	static const u64 bases[] = {
		0, 0x1000, 0x7f000000000, 0x7fffff800000, 0xffff880000000000,
		0xffffffff80000000, 0xfffffffffc000000,
	};
	u64 good = 0, bad = 0, size, mem;
	u32 b, kind;

	for (b = 0; b < ARRAY_SIZE(bases); b++)
	for (kind = 0; kind < 8; kind++)
	for (mem = 1; mem < 0x5000; mem = mem * 3 / 2 + 1)
	for (size = 1; size < 0x4000; size = size * 4 / 3 + 1) {
		fresh();
		cfg.id = kind & 1;
		cfg.nr_pages = mem;
		cfg.image.virt_base = bases[b];
		cfg.image.end = bases[b] + size * 4096;
		cfg.image.mod_start_pfn = kind & 2;
		cfg.ramdisk_len = kind & 2 ? size * 500 : size * 3000;
		if (kind & 4)
			cfg.image.init_p2m = 0x8000001000;
		if (build_plan(&cfg, &plan))
			continue;
		good++;
		bad += !sound();
	}
	ok(good > 1000, "many layouts are possible");
	printf("# %lu\n", good);
	is_eq(bad, 0, "and sound");
}

static void test_refused(void)
{
	fresh();
	cfg.nr_pages = 1UL << 32;
	refused("too much memory", "16 TiB");
	cfg.nr_pages = 0;
	refused("too small", "no memory");
	cfg.nr_pages = 0x10f;
	refused("too small for its kernel or", "a page less than the kernel");
	cfg.ramdisk_len = 64 * MIB * 4096 + 1;
	refused("too small for its kernel or", "a ramdisk of a byte too much");
	cfg.nr_pages = 0x110 + 1 + 1 + 4 + 1;
	ok(!build_plan(&cfg, &plan), "exactly enough");
	is_eq(plan.mapped, cfg.nr_pages, "the mapping ends with the memory");
	cfg.nr_pages--;
	refused("too small for its kernel", "a page less");
	cfg.nr_pages = 0x110;
	refused("too small for its kernel", "none beside the kernel");
	fresh_high();
	cfg.ramdisk_len = 128 * MIB * 4096;
	refused("too small for its ramdisk", "a ramdisk apart of all memory");
	cfg.image.virt_base = HV_VIRT_START;
	cfg.image.end = cfg.image.start = HV_VIRT_START + 0x10000;
	refused("no room at VIRT_BASE", "a kernel in the hypervisor's place");
	cfg.image.virt_base = HV_VIRT_START - 0x1000;
	cfg.image.end = HV_VIRT_START;
	refused("no room at VIRT_BASE", "a kernel in the hole");
	cfg.image.virt_base = 0x7fffffff0000;
	cfg.image.end = 0x7fffffff1000;
	refused("no room at VIRT_BASE", "a kernel that touches the hole");
	cfg.image.virt_base = 0xffffffffffff0000;
	cfg.image.end = 0xffffffffffff1000;
	refused("no room at VIRT_BASE", "a kernel at the very end");
	cfg.image.init_p2m = HV_VIRT_START;
	refused("no room at INIT_P2M", "a p2m list in the hypervisor's place");
	cfg.image.init_p2m = 0x800000000000 - 0x1000;
	refused("no room at INIT_P2M", "a p2m list that touches the hole");
	cfg.image.init_p2m = 0x3ff000;
	refused("no room at INIT_P2M", "a p2m list in the mapping's last page");
	cfg.image.virt_base = 0x400000;
	cfg.image.end = 0x410000;
	cfg.image.init_p2m = 0x3e1000;
	refused("no room at INIT_P2M", "and in its first");
	cfg.image.init_p2m = 0x400000;
	ok(!build_plan(&cfg, &plan), "a p2m list right behind the mapping");
}

int main(void)
{
	test_small();
	test_apart();
	test_many();
	test_refused();
	return tap_done();
}
