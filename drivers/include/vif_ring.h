/* SPDX-License-Identifier: MIT */
/*
 * vif_ring.h - what both ends do with their rings' indices, and with a vif's
 * values in the store.
 *
 * The rings' functions are called under the lock of the ring; the store's wait,
 * as those of xenbus.h do.
 */
#ifndef VIF_RING_H
#define VIF_RING_H

#include <abi/io/netif.h>
#include <hcall/atomic.h>

#include <xenbus.h>

/* What stands before it in the ring was written before it. */
static inline u32 ring_index(const RING_IDX *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

/* Shows what was produced; true: the other end wants to be told. */
static inline bool ring_push(RING_IDX *prod, const RING_IDX *event, u32 old,
			     u32 new)
{
	if (old == new)
		return false;
	__atomic_store_n(prod, new, __ATOMIC_RELEASE);
	hc_mb();
	return new - __atomic_load_n(event, __ATOMIC_RELAXED) < new - old;
}

/* Asks to be told when the other end produces AT; true: it has already. */
static inline bool ring_wait_for(RING_IDX *event, const RING_IDX *prod, u32 at)
{
	__atomic_store_n(event, at, __ATOMIC_RELAXED);
	hc_mb();
	return (int32_t)(ring_index(prod) - at) >= 0;
}

/*
 * A slot is copied once: what is looked at later is the copy.  The barrier
 * keeps the compiler from looking at the slot again.
 */
#define slot_copy(to, from)						\
	do {								\
		__builtin_memcpy((to), (from), sizeof(*(to)));		\
		hc_barrier();						\
	} while (0)

/* DIR/mac into six bytes: false if it is none. */
bool vif_mac(const char *dir, u8 *mac);
/* NAME below DIR, a number; FALLBACK when there is none. */
u64 vif_number(const char *dir, const char *name, u64 fallback);
/* What the tools say of the MTU, if they do and it can be; else ETH_MTU. */
u16 vif_mtu(const char *dir);
/* A text of at most 63 bytes at NAME below DIR: 0, or an error of xs_write. */
int vif_say(const char *dir, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
