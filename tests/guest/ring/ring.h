/* SPDX-License-Identifier: MIT */
/*
 * ring.h - what the files of this test share.
 */
#ifndef RING_TEST_H
#define RING_TEST_H

#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include "test.h"

#define SPOT	0x5000000000ul		/* mapped and unmapped at will */

extern struct sluice_ring ring;
extern volatile uint64_t pages[2][512];
extern uint64_t *spot_pte;		/* the level 1 entry of SPOT */
extern uint64_t foreign;		/* a frame of the hypervisor's */

/* Entries that map pages[n] at SPOT, and one that maps nothing there. */
uint64_t page_pte(unsigned int n);

/* Puts a call in, as a guest must; put_only() leaves producer as it is. */
struct multicall_entry *put_only(uint64_t op, uint64_t a, uint64_t b,
				 uint64_t c);
struct multicall_entry *put(uint64_t op, uint64_t a, uint64_t b, uint64_t c);

/* Any hypercall; true if all is out then. */
bool flush(void);

/* Puts one call in, flushes, and gives its result. */
int64_t ask(uint64_t op, uint64_t a, uint64_t b, uint64_t c);

long unmap_spot(void);

void test_kinds(void);
void test_forbidden(void);
void test_entries(void);
void test_hostile(void);
void test_wait(void);

#endif
