/* SPDX-License-Identifier: MIT */
/*
 * test_process.c - user mode: what programs may do, and what ends them.
 */
#include <arch.h>
#include "test.h"

#define MSEC	NSEC_PER_MSEC

static bool ends_with(const char *name, const char *args, int status)
{
	int pid = process_start(name, args, false);

	if (pid < 0)
		return test_fail("the program was not started");
	return process_wait(pid) == status || test_fail(args);
}

static bool test_calls(void)
{
	return ends_with("check", "calls", 0);
}

static bool test_mappings(void)
{
	return ends_with("check", "memory", 0);
}

static bool test_forks(void)
{
	return ends_with("procs", "copies", 0) &&
	       ends_with("procs", "protected", 0) &&
	       ends_with("procs", "tables", 0) &&
	       ends_with("procs", "waits", 0);
}

static bool test_programs(void)
{
	return ends_with("procs", "programs", 0);
}

static bool test_pipes(void)
{
	return ends_with("procs", "files", 0) &&
	       ends_with("procs", "pipes", 0) &&
	       ends_with("procs", "killed", 0);
}

/* Then a job that forks without end: it is ended, nobody else. */
static bool test_limits(void)
{
	return ends_with("procs", "limits", 0) &&
	       ends_with("procs", "bomb", STATUS_ENDED) &&
	       ends_with("procs", "copies", 0);
}

static bool test_crashes(void)
{
	static const struct {
		const char *what;
		int vector;
	} crashes[] = {
		{ "divide", 0 }, { "trap", 1 }, { "int3", 3 }, { "ud2", 6 },
		{ "hlt", 13 }, { "cli", 13 }, { "cr3", 13 }, { "wrmsr", 13 },
		{ "out", 13 }, { "int", 13 }, { "ds", 13 },
		{ "far", 13 }, { "null", 14 }, { "text", 14 },
		{ "rodata", 14 }, { "data", 14 }, { "kernel", 14 },
		{ "hypervisor", 14 }, { "stack", 14 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crashes); i++)
		if (!ends_with("crash", crashes[i].what,
			       STATUS_KILLED + crashes[i].vector))
			return false;
	return true;
}

static bool test_files(void)
{
	if (process_start("nothing", "", false) != -ENOENT)
		return test_fail("a file that is not there");
	if (process_start("readme.txt", "", false) != -ENOEXEC)
		return test_fail("a file that is no program");
	return true;
}

static bool test_registers(void)
{
	int pid[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pid); i++)
		pid[i] = process_start("check", "fpu", false);
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		if (pid[i] < 0 || process_wait(pid[i]))
			return test_fail("vector registers changed");
	return true;
}

/* Whatever they do, they end at the latest when they are killed. */
static bool test_hostile(void)
{
	char args[8] = "calls x";
	char seed;
	int pid;

	for (seed = '1'; seed <= 'z'; seed++) {
		args[6] = seed;
		if (seed == '4')
			memcpy(args, "code ", 5);
		pid = process_start("fuzz", args, false);
		if (pid < 0)
			return test_fail("the program was not started");
		thread_sleep(20 * MSEC);
		process_kill(pid);
		process_wait(pid);
	}
	return true;
}

static bool kills(const char *name, const char *args)
{
	int pid = process_start(name, args, false);

	thread_sleep(30 * MSEC);
	if (pid < 0 || process_kill(pid))
		return test_fail("no process");
	if (process_wait(pid) != STATUS_ENDED)
		return test_fail("status");
	if (process_kill(pid) != -ESRCH || process_wait(pid) != -ESRCH)
		return test_fail("it is still there");
	return true;
}

static bool test_kill(void)
{
	return kills("spin", "") && kills("crash", "wild");
}

static bool test_reaper(void)
{
	int pid = process_start("hello", "and good bye", true);

	thread_sleep(30 * MSEC);
	return process_wait(pid) == -ESRCH || test_fail("it is still there");
}

/* No memory for a program: an error, and all of it back but the stack. */
static bool test_no_memory(void)
{
	bool good = ends_with("hello", "with a kernel stack", 0);
	u64 before = pages_free() + heap_pages();
	void **page, **list = NULL;
	unsigned int keep;
	int pid;

	for (keep = 0; good && keep < 24; keep++) {
		while ((page = page_alloc(0))) {
			*page = list;
			list = page;
		}
		for (pid = 0; (unsigned int)pid < keep && list; pid++) {
			page = list;
			list = *page;
			page_free(page);
		}
		pid = process_start("hello", "with little memory", false);
		good = pid > 0 ? process_wait(pid) >= 0 : pid == -ENOMEM;
		while ((page = list)) {
			list = *page;
			page_free(page);
		}
	}
	if (!good)
		return test_fail("not said to be out of memory");
	return pages_free() + heap_pages() == before ||
	       test_fail("pages were lost");
}

const struct test process_tests[] = {
	{ .name = "calls", .fn = test_calls, .keeps = true },
	{ .name = "mappings", .fn = test_mappings },
	{ .name = "forks", .fn = test_forks, .keeps = true },
	{ .name = "programs", .fn = test_programs },
	{ .name = "pipes", .fn = test_pipes },
	{ .name = "limits", .fn = test_limits, .keeps = true },
	{ .name = "crashes", .fn = test_crashes },
	{ .name = "files", .fn = test_files },
	{ .name = "registers", .fn = test_registers, .keeps = true },
	{ .name = "kill", .fn = test_kill },
	{ .name = "reaper", .fn = test_reaper },
	{ .name = "hostile", .fn = test_hostile },
	{ .name = "no-memory", .fn = test_no_memory, .keeps = true },
	{ }
};
