/* SPDX-License-Identifier: MIT */
/*
 * main.c - the guest's library, used by a guest that has nothing else.
 *
 * What: every part of libhcall, from its own entry point to the shutdown.
 * Why: the library is how others port to the ABI; the other test guests do
 * not use it.  How: each part is made to do its work and the result is seen
 * in memory or registers; upcalls and traps must arrive and return.
 */
#include "hcall.h"

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "sluice-hcall");

static unsigned int points;
static char trap_stack[16384] __attribute__((aligned(16)));

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

void ok(bool good, const char *name)
{
	hc_printf("%sok %u - %s\n", good ? "" : "not ", ++points, name);
}

void is(int64_t got, int64_t want, const char *name)
{
	ok(got == want, name);
	if (got != want)
		hc_printf("# got %ld (0x%lx), wanted %ld (0x%lx)\n", got, got,
			  want, want);
}

/* Of a kind the compiler cannot look into: some formats are odd on purpose. */
static bool prints(const char *want, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static bool prints(const char *want, const char *fmt, ...)
{
	char buf[64];
	va_list ap;

	va_start(ap, fmt);
	hc_vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (!same(buf, want))
		hc_printf("# got '%s', wanted '%s'\n", buf, want);
	return same(buf, want);
}

static void test_print(void)
{
	char small[4] = "xyz";

	ok(prints("-42|42|2a|2A", "%d|%u|%x|%X", -42, 42u, 42u, 42u),
	   "printf: numbers");
	ok(prints("  7|007|7  |-07", "%3d|%03d|%-3d|%03d", 7, 7, 7, -7),
	   "printf: widths");
	ok(prints("-9223372036854775808", "%ld", (long)(1UL << 63)),
	   "printf: the least number");
	ok(prints("ab|  c|d%", "%s|%3c|%-s%%", "ab", 'c', "d"),
	   "printf: text");
	ok(prints("0xffff800000000000", "%p", (void *)MACH2PHYS_VIRT_START),
	   "printf: a pointer");
	is(hc_snprintf(small, 3, "%s", "abcdef"), 6, "snprintf: the length");
	ok(same(small, "ab"), "snprintf: cut off, with a NUL");
	is(hc_snprintf(NULL, 0, "%d", 123), 3, "snprintf: no buffer");
	hc_printf("# a line longer than the buffer: %0200u\n", 1u);
}

static void test_start(void)
{
	const struct start_info *si = hc_start_info();
	char buf[8];

	ok(same(si->magic, hc_is_initial_domain() ? "xen-3.0-x86_64p" :
		"xen-3.0-x86_64"), "start_info: the magic");
	is(hc_cmdline("word", buf, sizeof(buf)), 5, "command line: a value");
	ok(same(buf, "value"), "command line: its text");
	is(hc_cmdline("word", buf, 3), 5, "command line: cut off, its length");
	ok(same(buf, "va"), "command line: cut off, its text");
	is(hc_cmdline("flag", buf, sizeof(buf)), 0, "command line: a flag");
	is(hc_cmdline("wor", buf, sizeof(buf)), -1, "command line: a prefix");
	is(hc_cmdline("none", buf, sizeof(buf)), -1, "command line: none");
	hc_printf("# extension: version %u\n", hc_sluice_version());
}

static void test_time(void)
{
	uint64_t a, b, wall;
	uint32_t ns, i;
	bool forward = true;

	for (a = hc_time(), i = 0; i < 10000; i++, a = b) {
		b = hc_time();
		forward = forward && b >= a;
	}
	ok(forward, "clock: never goes back");
	wall = hc_wallclock(&ns);
	ok(wall > 1600000000 && ns < 1000000000, "clock: the wall clock");
	ok(hc_tsc_khz() > 100000 && hc_tsc_khz() < 10000000,
	   "clock: the frequency");
	hc_printf("# wall %lu.%09u, %lu kHz\n", wall, ns, hc_tsc_khz());
}

void hc_main(struct start_info *si)
{
	is((int64_t)si, (int64_t)hc_start_info(), "hc_start called hc_main");
	test_print();
	test_start();
	is(hc_trap_init(trap_stack + sizeof(trap_stack)), 0, "hc_trap_init");
	hc_event_init();
	test_page();
	test_time();
	test_traps();
	test_events();
	test_store(si);
	test_memory();
	test_grants();
	test_ring();
	hc_printf("1..%u\n", points);
	hc_shutdown(SHUTDOWN_poweroff);
}
