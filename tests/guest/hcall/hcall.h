/* SPDX-License-Identifier: MIT */
/*
 * hcall.h - what the files of this test share.
 */
#ifndef HCALL_TEST_H
#define HCALL_TEST_H

#include <hcall/hcall.h>

/* One TAP point. */
void ok(bool good, const char *name);
void is(int64_t got, int64_t want, const char *name);

void test_traps(void);
void test_events(void);
void test_grants(void);
void test_store(struct start_info *si);
void test_memory(void);
void test_page(void);
void test_ring(void);

#endif
