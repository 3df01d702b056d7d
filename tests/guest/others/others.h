/* SPDX-License-Identifier: MIT */
/*
 * others.h - the calls that both sides make, and who is who.
 */
#ifndef OTHERS_H
#define OTHERS_H

#include <abi/errno.h>
#include "test.h"

#define ZERO	0u
#define ONE	1u
#define NOBODY	77u
#define NOWHERE	0x700000000000ul

/* In the upper half of mmu_update's domain: whose the tables are. */
#define TABLES_OF(d)	(((d) + 1u) << 16)

long evt(unsigned int cmd, const void *arg);
long mem(unsigned int cmd, const void *arg);
long gnt(unsigned int cmd, const void *arg);
long sched(unsigned int cmd, const void *arg);
long update(uint64_t ptr, uint64_t val, unsigned int who);
long ext(unsigned int cmd, uint64_t arg, unsigned int who);

void test_plain(void);
void test_zero(void);

#endif
