/* SPDX-License-Identifier: MIT */
/*
 * pair.h - what the domains of this test have in common.
 */
#ifndef PAIR_H
#define PAIR_H

#include <abi/errno.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include "test.h"

/* The domains, by the order of the modules. */
#define ZERO	0
#define LENDER	1
#define MAPPER	2

/* What each plain domain lends by which reference. */
#define REF_MAIL	8	/* its mail box, to domain 0 */
#define REF_READ	9	/* the lender's: to domain 0, to be read */
#define REF_WRITE	10	/* to the mapper */
#define REF_SHOW	11	/* to the mapper, to be read */
#define REF_TABLE	12	/* a page table, to domain 0 */
#define REF_GONE	13	/* to domain 0, and then given back */
#define REF_END		14

enum command { GO_ON, GIVE_BACK, UNMAP, EXHAUST, STORM };

/* A page: what a plain domain tells domain 0, and what that wants of it. */
struct mail {
	volatile uint64_t ready, command, rounds;
	volatile int64_t said[16];
};

extern volatile struct grant_entry_v1 table[512];
extern struct mail mail;
extern char pages[8][4096];

long gnt(unsigned int cmd, const void *list, uint64_t count);
int map(void *at, domid_t dom, grant_ref_t ref, uint32_t flags,
	grant_handle_t *handle);
int unmap(void *at, uint64_t bus, grant_handle_t handle);
void lend(grant_ref_t ref, const volatile void *page, domid_t to,
	  uint16_t flags);
void set_up(void);
void yield(void);
uint32_t random(void);

void zero(void);
void lender(void);
void mapper(void);

#endif
