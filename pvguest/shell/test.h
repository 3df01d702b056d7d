/* SPDX-License-Identifier: MIT */
/*
 * test.h - the tests, by subject.
 */
#ifndef PVGUEST_TEST_H
#define PVGUEST_TEST_H

#include <mm.h>
#include <process.h>
#include <thread.h>

struct test {
	const char *name;
	bool (*fn)(void);
	bool keeps;		/* memory that it needs again, like stacks */
};

/* The test's result: false, and why. */
bool test_fail(const char *reason);

/* Each ends with an empty one. */
extern const struct test memory_tests[], thread_tests[], process_tests[];

#endif
