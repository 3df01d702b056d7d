/* SPDX-License-Identifier: MIT */
/*
 * test.c - the kernel's tests of itself, in TAP.
 *
 * Each must leave memory as it found it, but for what it says it keeps.
 */
#include <arch.h>
#include <console.h>
#include "test.h"

static const struct test *const groups[] = {
	memory_tests, thread_tests, process_tests,
};

static unsigned int number_now, failed;
static const char *why;

bool test_fail(const char *reason)
{
	why = reason;
	return false;
}

static void run(const struct test *t)
{
	u64 before = pages_free() + heap_pages(), objects = heap_objects();
	unsigned int i;
	bool good;

	why = "";
	good = t->fn();
	/* Detached threads and processes are taken away soon. */
	for (i = 0; i < 20 && good && heap_objects() != objects; i++)
		thread_sleep(50 * NSEC_PER_MSEC);
	if (good && heap_objects() != objects)
		good = test_fail("objects were lost");
	if (good && pages_free() + heap_pages() < before && !t->keeps)
		good = test_fail("pages were lost");
	failed += !good;
	cprintf("%sok %u - %s%s%s\n", good ? "" : "not ", ++number_now,
		t->name, *why ? ": " : "", why);
}

void cmd_test(char *args)
{
	const struct test *t;
	unsigned int i;

	number_now = failed = 0;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (t = groups[i]; t->name; t++)
			if (!*args || !strcmp(args, t->name))
				run(t);
	cprintf("1..%u\n", number_now);
	if (failed)
		cprintf("# %u failed\n", failed);
}
