/* SPDX-License-Identifier: MIT */
/*
 * grants.h - what the files of this test share.
 */
#ifndef GRANTS_H
#define GRANTS_H

#include <abi/errno.h>
#include <abi/grant_table.h>
#include "test.h"

#define NOWHERE	0x700000000000ul
#define FIRST	GNTTAB_NR_RESERVED_ENTRIES
#define MARKS	(GTF_reading | GTF_writing)

/* What the table says of FIRST while it is mapped so. */
#define LENT_READ	(GTF_permit_access | GTF_reading)
#define LENT_WRITE	(GTF_permit_access | MARKS)

/* Each a page; the table is mapped over the first. */
extern volatile char table_page[4096], lent[4096], other[4096];
extern volatile char at_a[4096], at_b[4096];
#define table	((volatile struct grant_entry_v1 *)table_page)

extern domid_t self;

long gnt(unsigned int cmd, const void *list, uint64_t count);

/* Lets self use a frame. */
void lend(grant_ref_t ref, uint64_t mfn, uint16_t flags);

/* Each is one request: the status, or 1000 and the error. */
int map(struct gnttab_map_grant_ref *m);
int unmap(uint64_t addr, uint64_t bus, grant_handle_t handle);
int status_map(const volatile void *at, grant_ref_t ref, uint32_t flags);

struct gnttab_map_grant_ref map_of(const volatile void *at, grant_ref_t ref,
				   uint32_t flags);

void test_flush(void);
void test_map(void);
void test_map_readonly(void);
void test_by_entry(void);
void test_device(void);
void test_device_holds(void);
void test_map_refused(void);
void test_unmap_refused(void);
void test_lost(void);
void test_revoke(void);
void test_replace(void);
void test_many(void);
void test_half_list(void);
void test_copy(void);
void test_copy_refused(void);
void test_copy_list(void);
void test_random(void);

#endif
