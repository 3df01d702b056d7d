/* SPDX-License-Identifier: MIT */
/*
 * rebuild.h - what the roles of this test have in common.
 */
#ifndef REBUILD_H
#define REBUILD_H

#include <abi/errno.h>
#include <abi/event_channel.h>
#include <abi/grant_table.h>
#include <abi/memory.h>
#include <abi/sched.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define PEERS		3	/* domains 1 to 3 */
#define REF_FIRST	8	/* what each peer lends to anybody */
#define REFS		8

/* A number at random; each vCPU has a state of its own, not 0. */
uint64_t draw(uint64_t *state);

int gnt_map(void *at, domid_t dom, grant_ref_t ref, uint32_t flags,
	    grant_handle_t *handle);
int gnt_unmap(void *at, grant_handle_t handle);
int gnt_copy(domid_t dom, grant_ref_t ref, void *to);

/* Domain 0's. */
long control(unsigned int cmd, uint64_t arg, domid_t dom);
uint64_t free_frames(void);

void peer(void);
void greed(void);
void greedy(void);
void reborn(void);
void flood(void);
void flooded(void);

#endif
