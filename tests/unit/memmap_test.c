/* SPDX-License-Identifier: MIT */
/*
 * memmap_test.c - memory maps as a boot loader may give them: in disorder,
 * with overlaps, wrapping around, too fine or too small; and modules in them.
 */
#include <boot.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tap.h>
/* The file itself: its sets start anew each time. */
#include "../../hypervisor/boot/memmap.c"

#define MIB	(1UL << 20)
#define GIB	(1UL << 30)
#define PAGES	2048

struct boot_info boot_info;
static jmp_buf stopped;
static char why[200];

u64 image_phys_end(void)
{
	return 3 * MIB;
}

void boot_stop(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	longjmp(stopped, 1);
}

static void memmap_reset(void)
{
	ram.nr = holes.nr = unused.nr = 0;
}

static u64 ram_pages, free_pages, free_end;

static void count_ram(mfn_t start, u64 n)
{
	(void)start;
	ram_pages += n;
}

static void count_free(mfn_t start, u64 n)
{
	free_pages += n;
	free_end = start.n + n;
}

/* Finishes the map: false when start-up stopped, with the words in why. */
static bool finish(void)
{
	*why = '\0';
	if (setjmp(stopped))
		return false;
	memmap_finish();
	ram_pages = free_pages = 0;
	memmap_each_ram(count_ram);
	memmap_each_free(count_free);
	return true;
}

static void add_module(u64 start, u64 end)
{
	struct boot_module *m = &boot_info.modules[boot_info.nr_modules++];

	*m = (struct boot_module){ .start = maddr(start), .end = maddr(end) };
}

static const char *bad(u32 i)
{
	return boot_info.modules[i].bad ? boot_info.modules[i].bad : "";
}

static void test_disorder(void)
{
	memmap_reset();
	memmap_add(4 * GIB, GIB, MEM_RAM);
	memmap_add(512 * 1024, 4096, 2);	/* inside RAM: not RAM */
	memmap_add(0, 640 * 1024, MEM_RAM);
	memmap_add(2 * MIB, 100 * MIB, MEM_RAM);
	memmap_add(MIB, 63 * MIB, MEM_RAM);	/* overlaps the one before */
	memmap_add(50 * MIB + 1, 1, 2);	/* takes a whole page */
	memmap_add(102 * MIB + 5, 8191, MEM_RAM);	/* one page and bits */
	memmap_add(0xfffffffffffff000, 0x2000, MEM_RAM);
	memmap_add(1UL << 52, 4096, MEM_RAM);
	memmap_add(7 * GIB, 0, MEM_RAM);
	ok(finish(), "a map in disorder is good");
	is_eq(ram_pages, (640 * 1024 + 101 * MIB + GIB) / 4096 - 2 + 1,
	      "its RAM is counted once");
	is_eq(memmap_top(), 5 * GIB, "up to its top");
	ok(!boot_is_ram(maddr(512 * 1024)), "what is also reserved is no RAM");
	ok(boot_is_ram(maddr(513 * 1024 + 4096)), "but what is behind it");
	ok(!boot_is_ram(maddr(50 * MIB + 4095)), "a page in part is none");
	ok(boot_is_ram(maddr(2 * MIB)), "the hypervisor's memory is RAM");
	is_eq(free_pages, ram_pages - (640 * 1024 + MIB) / 4096 + 1,
	      "low memory and the image are not free");
}

static void test_refused(void)
{
	memmap_reset();
	ok(!finish(), "an empty map stops start-up");
	ok(strstr(why, "0 KiB of RAM"), "and says so");
	memmap_reset();
	memmap_add(MIB, 8 * MIB, MEM_RAM);
	ok(!finish() && strstr(why, "at least 16"), "too little RAM stops");
	memmap_reset();
	memmap_add(3 * MIB, 80 * MIB, MEM_RAM);
	ok(!finish() && strstr(why, "no RAM where the hypervisor"),
	   "no RAM below the image stops");
	memmap_reset();
	memmap_add(0, GIB, MEM_RAM);
	memmap_add(0, -1UL, 2);
	ok(finish(), "a wrapping entry is left out");
	memmap_reset();
	memmap_add(0, GIB, MEM_RAM);
	memmap_add(0, 1UL << 51, 2);
	ok(!finish(), "everything reserved stops");
}

static void test_too_fine(void)
{
	u64 i;

	memmap_reset();
	memmap_add(0, 64 * MIB, MEM_RAM);
	for (i = 0; i < 1000; i++)
		memmap_add(GIB + i * 8192, 4096, MEM_RAM);
	ok(finish(), "pieces beyond the table's size are left out");
	is_eq(ram_pages, 64 * MIB / 4096 + RANGES_MAX - 1, "the first are in");

	memmap_reset();
	memmap_add(0, GIB, MEM_RAM);
	for (i = 0; i < 1000; i++)
		memmap_add(16 * MIB + i * 8192, 4096, 2);
	ok(!finish(), "holes that can't be kept stop start-up");
	ok(strstr(why, "too many pieces"), "and say so");
}

static void test_costly(void)
{
	memmap_reset();
	memmap_add(0, 64 * MIB, MEM_RAM);
	memmap_add(1UL << 40, 64 * MIB, MEM_RAM);
	ok(finish(), "a little RAM far up is no reason to stop");
	is_eq(memmap_top(), 64 * MIB, "but is not used");
	memmap_reset();
	memmap_add(0, 8UL << 40, MEM_RAM);
	ok(finish(), "eight TiB");
	is_eq(memmap_top(), 4UL << 40,
	      "are used as far as the direct map goes");
}

static void test_modules(void)
{
	memmap_reset();
	memmap_add(0, 640 * 1024, MEM_RAM);
	memmap_add(MIB, 127 * MIB, MEM_RAM);
	boot_info.nr_modules = 0;
	add_module(0x8000, 0x8010);		/* small and low */
	add_module(8 * MIB + 100, 9 * MIB + 1);
	add_module(9 * MIB + 1, 9 * MIB + 3);	/* shares a page */
	add_module(5 * MIB, 5 * MIB);
	add_module(6 * MIB, 5 * MIB);
	add_module(127 * MIB, 129 * MIB);
	add_module(2 * MIB + 4096, 2 * MIB + 5000);
	add_module(8 * MIB, 10 * MIB);
	ok(finish(), "modules of all kinds");
	ok(!*bad(0) && !*bad(1) && !*bad(2), "good ones");
	ok(strstr(bad(3), "empty"), "an empty one");
	ok(strstr(bad(4), "empty"), "one that ends before it begins");
	ok(strstr(bad(5), "not in RAM"), "one that reaches beyond RAM");
	ok(strstr(bad(6), "overlaps"), "one in the image");
	ok(strstr(bad(7), "overlaps"), "one over another");
	is_eq(free_pages, (127 - 1) * MIB / 4096 - 257,
	      "the good ones' pages are not free");
	boot_info.nr_modules = 0;
}

static void test_alloc(void)
{
	u64 a, b;

	memmap_reset();
	memmap_add(0, 64 * MIB, MEM_RAM);
	memmap_add(4 * GIB, GIB, MEM_RAM);
	ok(finish(), "two pieces");
	a = early_alloc(4096, 4096, EARLY_LIMIT);
	is_eq(a, 64 * MIB - 4096, "a page from the top below 4 GiB");
	b = early_alloc(4 * MIB, 2 * MIB, ~0UL);
	is_eq(b, 5 * GIB - 4 * MIB, "a block from the very top");
	b = early_alloc(5000, 2 * MIB, EARLY_LIMIT);
	is_eq(b, 62 * MIB, "an aligned one");
	if (!setjmp(stopped)) {
		early_alloc(2 * GIB, 4096, ~0UL);
		ok(0, "too much stops start-up");
	} else {
		ok(strstr(why, "no room for"), "too much stops start-up");
	}
	memmap_each_free(count_free);
	is_eq(free_end, (5 * GIB - 4 * MIB) / 4096, "and nothing is lost");
}

/* Random operations against a map with a byte for each page. */
static void test_random(void)
{
	static u8 model[PAGES];
	static struct ranges s;
	bool same = true, sorted = true;
	u32 i, p;

	srand(1);
	for (i = 0; i < 20000 && same; i++) {
		u64 from = rand() % PAGES, to = from + rand() % 40;
		bool add = rand() % 2;

		to = to > PAGES ? PAGES : to;
		if (!(add ? ranges_add : ranges_remove)(&s, from, to))
			break;
		memset(model + from, add, to - from);
		for (p = 0; p < PAGES; p++)
			same &= ranges_contain(&s, p, p + 1) == model[p];
		for (p = 1; p < s.nr; p++)
			sorted &= s.r[p - 1].end < s.r[p].start;
	}
	is_eq(i, 20000, "20000 random changes");
	ok(same, "agree with a simple model");
	ok(sorted, "and leave the set sorted, disjoint and joined");
}

int main(void)
{
	test_disorder();
	test_refused();
	test_too_fine();
	test_costly();
	test_modules();
	test_alloc();
	test_random();
	return tap_done();
}
