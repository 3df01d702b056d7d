/* SPDX-License-Identifier: MIT */
/*
 * io/ring.h - a page that two domains share: requests one way, responses back.
 *
 * A slot holds a request until it was answered, then its response.  Indices run
 * freely and are taken modulo the number of slots, a power of two.  A producer
 * writes the slots, a write barrier, then its index; it notifies the other end
 * if that end's event index lies in what it has just produced.  A consumer that
 * has found nothing sets its event index to the next one, a full barrier, and
 * looks once more before it sleeps.  Neither end may trust an index or a slot
 * of the other: an index that is ahead by more than the ring holds is an error,
 * and a slot is copied once before it is looked at.
 * Key letters: [fe] the front end writes it, [be] the back end.
 */
#ifndef ABI_IO_RING_H
#define ABI_IO_RING_H

#include <abi/types.h>

#ifndef __ASSEMBLY__
typedef uint32_t RING_IDX;

/* What stands before the slots of every ring. */
#define ABI_RING_HEAD							\
	RING_IDX req_prod;		/* [fe] */			\
	RING_IDX req_event;		/* [be] */			\
	RING_IDX rsp_prod;		/* [be] */			\
	RING_IDX rsp_event;		/* [fe] */			\
	uint8_t __pad[48]

/* The largest power of two of slots that fits a page. */
#define ABI_RING_SLOTS(slot_size)					\
	((4096 - 64) / (slot_size) >= 512 ? 512 :			\
	 (4096 - 64) / (slot_size) >= 256 ? 256 :			\
	 (4096 - 64) / (slot_size) >= 128 ? 128 :			\
	 (4096 - 64) / (slot_size) >= 64 ? 64 : 32)
#endif

#endif
