/* SPDX-License-Identifier: MIT */
/*
 * tap.h - how a unit test reports: one line for each point, and the plan last.
 * A program that ends without its plan has failed, so a crash is seen.
 */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

static int tap_points, tap_failures;

static inline int tap_point(int good, const char *name, const char *file,
			    int line)
{
	tap_points++;
	if (!good)
		tap_failures++;
	printf("%sok %d - %s\n", good ? "" : "not ", tap_points, name);
	if (!good)
		printf("# at %s:%d\n", file, line);
	fflush(stdout);
	return good;
}

static inline int tap_equal(unsigned long got, unsigned long want,
			    const char *name, const char *file, int line)
{
	int good = tap_point(got == want, name, file, line);

	if (!good)
		printf("# got %#lx, want %#lx\n", got, want);
	return good;
}

/* Ends main(): the program's exit status. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_points);
	return tap_failures || !tap_points;
}

#define ok(cond, name) tap_point(!!(cond), name, __FILE__, __LINE__)
#define is_eq(got, want, name) \
	tap_equal((unsigned long)(got), (unsigned long)(want), name, \
		  __FILE__, __LINE__)

#endif
