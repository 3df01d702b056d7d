/* SPDX-License-Identifier: MIT */
/*
 * loader_test.c - what boot loaders leave in memory, whole and broken: both
 * Multiboot protocols, lines that are too long, too many modules, sizes that
 * make no sense.
 */
#include <boot.h>
#include <fake.h>
#include <setjmp.h>
#include <string.h>
#include <tap.h>
/* The file itself: its pool of texts starts anew each time. */
#include "../../hypervisor/boot/multiboot.c"

#define AT	0x10000u	/* where the loader's structures are put */

static jmp_buf stopped;
static struct { u64 base, len; u32 type; } map[16];
static u32 nr_map;

void memmap_add(u64 base, u64 len, u32 type)
{
	if (nr_map < 16) {
		map[nr_map].base = base;
		map[nr_map].len = len;
		map[nr_map].type = type;
	}
	nr_map++;
}

void boot_stop(const char *fmt, ...)
{
	(void)fmt;
	longjmp(stopped, 1);
}

static void fresh(void)
{
	memset(fake_ram, 0, 1 << 20);
	memset(&boot_info, 0, sizeof(boot_info));
	boot_info.cmdline = "";
	text_used = nr_map = 0;
	loader_rsdp = 0;
}

/* ---- Protocol 2 --------------------------------------------------------- */

static u32 end;		/* of the tags so far */

static void begin(void)
{
	fresh();
	end = AT + 8;
}

static void *tag(u32 type, const void *data, u32 n)
{
	u32 head[2] = { type, 8 + n };
	void *t = fake_ram + end;

	memcpy(t, head, 8);
	memcpy(fake_ram + end + 8, data, n);
	end += ROUND_UP(8 + n, 8);
	return t;
}

static void module_tag(u32 from, u32 to, const char *line)
{
	u32 head[2] = { from, to };
	char data[8 + 5000];

	memcpy(data, head, 8);
	strcpy(data + 8, line);
	tag(TAG_MODULE, data, 8 + strlen(line) + 1);
}

static void finish(void)
{
	u32 total;

	tag(TAG_END, "", 0);
	total = end - AT;
	memcpy(fake_ram + AT, &total, 4);
	loader_read(MB2_BOOTED, AT);
}

static void test_protocol_2(void)
{
	struct {
		u32 size, version;
		struct { u64 base, len; u32 type, zero; } e[2];
	} mem = { 24, 0, { { 0, 0x9f000, 1, 0 }, { 0xf0000, 0x10000, 2, 0 } } };

	begin();
	tag(TAG_LINE, "  one two=2", 12);
	module_tag(0x1000, 0x2345, "name=a -- b");
	tag(99, "unknown", 7);
	tag(TAG_MMAP, &mem, sizeof(mem));
	tag(TAG_RSDP_1, "RSD PTR ............", 20);
	module_tag(0x3000, 0x4000, "");
	finish();
	ok(!strcmp(boot_info.cmdline, "one two=2"), "the line");
	is_eq(boot_info.nr_modules, 2, "two modules");
	is_eq(boot_info.modules[0].end.a, 0x2345, "with their addresses");
	ok(!strcmp(boot_info.modules[0].line, "name=a -- b"), "and lines");
	ok(!strcmp(boot_info.modules[1].line, ""), "even an empty one");
	ok(nr_map == 2 && map[0].type == 1 && map[1].type == 2,
	   "the memory map");
	is_eq(map[1].base, 0xf0000, "and its addresses");
	ok(!memcmp((void *)loader_rsdp, "RSD PTR ", 8), "a copy of the RSDP");
}

static bool screen(u64 addr, u32 pitch, u32 width, u32 height, u8 bpp,
		   u8 type)
{
	struct {
		u64 addr;
		u32 pitch, width, height;
		u8 bpp, type;
	} t = { addr, pitch, width, height, bpp, type };

	begin();
	tag(TAG_SCREEN, &t, sizeof(t));
	finish();
	return boot_info.fb.addr;
}

static void test_screen(void)
{
	ok(screen(0xfd000000, 2400, 800, 600, 24, 1), "a frame buffer");
	is_eq(boot_info.fb.pitch, 2400, "its lines");
	ok(screen(0xfffff000, 32, 8, 32, 32, 1), "the smallest, high up");
	ok(!screen(0xb8000, 160, 80, 25, 16, 2), "text is none");
	ok(!screen(0xfd000000, 1600, 800, 600, 16, 1), "not so many colours");
	ok(!screen(0xfd000000, 2399, 800, 600, 24, 1), "lines that overlap");
	ok(!screen(0xfd000000, 2400, 7, 600, 24, 1), "too narrow");
	ok(!screen(0xfd000000, 2400, 800, 31, 24, 1), "too low");
	ok(!screen(0xfffff000, 4096, 800, 600, 32, 1), "beyond 4 GiB");
	ok(!screen(~0ull - 100, 4096, 800, 600, 32, 1), "around the end");
	ok(!screen(0, 4096, 800, 600, 32, 1), "nowhere");
	begin();
	tag(TAG_SCREEN, "12345678123456781234", 20);
	finish();
	ok(!boot_info.fb.addr, "a tag that is too short");
}

static void test_broken_2(void)
{
	u32 small[4] = { 8, 0, 0, 0 }, *t;

	begin();
	tag(TAG_MMAP, small, sizeof(small));
	tag(TAG_MMAP, small, 4);
	finish();
	is_eq(nr_map, 0, "a memory map of no sense gives nothing");

	begin();
	t = tag(99, "12345678", 8);
	module_tag(1, 2, "lost");
	t[1] = 3;
	finish();
	is_eq(boot_info.nr_modules, 0, "a tag of 3 bytes ends it");

	begin();
	t = tag(99, "12345678", 8);
	t[1] = 0xfffffff8;
	finish();
	ok(1, "a tag that reaches beyond all ends it");

	begin();
	tag(TAG_MODULE, "1234", 4);
	finish();
	is_eq(boot_info.nr_modules, 0, "a module's tag of 12 bytes is none");

	begin();
	module_tag(1, 2, "kept");
	t = tag(TAG_LINE, "", 0);
	finish();
	ok(!strcmp(boot_info.cmdline, ""), "a line of no bytes");
	is_eq(boot_info.nr_modules, 1, "harms nobody");
}

static void test_too_much(void)
{
	static char line[4097];
	u32 i;

	begin();
	for (i = 0; i < BOOT_MAX_MODULES + 3; i++)
		module_tag(i, i + 1, "x");
	finish();
	is_eq(boot_info.nr_modules, BOOT_MAX_MODULES, "64 modules at most");

	memset(line, 'a', 4096);
	begin();
	tag(TAG_LINE, line, 4097);
	module_tag(1, 2, line);
	line[4095] = '\0';
	module_tag(1, 2, line);
	finish();
	ok(!strcmp(boot_info.cmdline, ""), "a boot line of 4096 is ignored");
	ok(boot_info.modules[0].bad, "such a module is not to be used");
	is_eq(strlen(boot_info.modules[0].line), CUT_STRING, "but named");
	ok(!boot_info.modules[1].bad, "4095 are not too long");
	is_eq(strlen(boot_info.modules[1].line), 4095, "and kept");

	begin();
	for (i = 0; i < BOOT_MAX_MODULES; i++)
		module_tag(i, i + 1, line);
	finish();
	ok(!boot_info.modules[9].bad, "ten long lines");
	ok(boot_info.modules[12].bad, "but not 64");
	is_eq(strlen(boot_info.modules[63].line), CUT_STRING, "all are named");
	ok(text_used <= sizeof(text_pool), "nothing beyond the pool");
}

/* ---- Protocol 1 --------------------------------------------------------- */

static struct mb1_info info;

static void read_1(void)
{
	memcpy(fake_ram + AT, &info, sizeof(info));
	loader_read(MB1_BOOTED, AT);
}

static void begin_1(const char *loader)
{
	fresh();
	memset(&info, 0, sizeof(info));
	strcpy((char *)fake_ram + 0x20000, "/boot/file  a=1 b");
	info.cmdline = 0x20000;
	strcpy((char *)fake_ram + 0x21000, loader);
	info.loader_name = 0x21000;
	info.flags = MB1_HAS_LINE | MB1_HAS_LOADER;
}

static void test_protocol_1(void)
{
	struct mb1_module m[2] = {
		{ 0x1000, 0x2000, 0x20000, 0 }, { 0x2000, 0x2001, 0x22000, 0 },
	};
	struct mb1_mmap e[3] = {
		{ 20, 0, 0x9f000, 1 }, { 20, 0xf0000, 4096, 2 },
		{ 3, 1 << 20, 1 << 20, 1 },
	};

	begin_1("qemu");
	info.flags |= MB1_HAS_MODS | MB1_HAS_MMAP | MB1_HAS_MEM;
	info.mods_count = 2;
	info.mods_addr = 0x30000;
	memcpy(fake_ram + 0x30000, m, sizeof(m));
	info.mmap_addr = 0x40000;
	info.mmap_length = sizeof(e);
	memcpy(fake_ram + 0x40000, e, sizeof(e));
	read_1();
	ok(!strcmp(boot_info.cmdline, "a=1 b"), "the line, without the file");
	is_eq(boot_info.nr_modules, 2, "modules");
	ok(!strcmp(boot_info.modules[0].line, "a=1 b"), "with their lines");
	ok(!strcmp(boot_info.modules[1].line, ""), "if any");
	is_eq(nr_map, 2, "the map ends at an entry that is too small");

	begin_1("GRUB 2.06");
	info.flags |= MB1_HAS_MEM;
	info.mem_lower = 639;
	info.mem_upper = 0xffffffff;
	read_1();
	ok(!strcmp(boot_info.cmdline, "/boot/file  a=1 b"),
	   "GRUB leaves out the file's name itself");
	is_eq(nr_map, 2, "two numbers instead of a map");
	is_eq(map[1].len, 0xffffffff * 1024UL, "in KiB");

	begin_1("");
	info.flags = MB1_HAS_MMAP;
	info.mmap_addr = 0xfffffff0;
	info.mmap_length = 0xffffffff;
	read_1();
	is_eq(nr_map, 0, "a map at the end of 4 GiB");
	ok(!strcmp(boot_info.cmdline, ""), "and no line at all");
}

int main(void)
{
	test_protocol_2();
	test_screen();
	test_broken_2();
	test_too_much();
	test_protocol_1();
	if (!setjmp(stopped)) {
		loader_read(0x12345678, AT);
		ok(0, "another magic stops start-up");
	} else {
		ok(1, "another magic stops start-up");
	}
	return tap_done();
}
