/* SPDX-License-Identifier: MIT */
/*
 * stack.h - what the files of pvguest/net share.
 *
 * One lock, the stack's: whoever calls lwIP holds it, and lwIP's callbacks are
 * called with it.  It may be held while a packet is sent or copied, and never
 * while something is waited for: net_wait() gives it up.
 */
#ifndef PVGUEST_STACK_H
#define PVGUEST_STACK_H

#include <lwip/arch.h>
#include <mm.h>
#include <thread.h>

void net_lock(void);
/* Sends what was collected meanwhile, as one batch for each card. */
void net_unlock(void);
/* Held: give it up, wait, take it again; as waitq_wait_killable(). */
bool net_wait(struct waitq *q, u64 deadline);

/* Bytes that lwIP has of the heap. */
u64 net_memory(void);

/* netif.c: send what was collected; is anything to be looped back? */
void netif_flush(void);

#endif
