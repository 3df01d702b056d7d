/* SPDX-License-Identifier: MIT */
/*
 * io/console.h - the page of a console that is not console_io's.
 *
 * Two rings in one page.  Indices run freely and are taken modulo the ring's
 * size; a producer writes the data, a barrier, then its index, then sends the
 * console's event; a consumer reads the data before it moves its index on.
 * Key letters: [fe] the guest, [be] the console's back end.
 */
#ifndef ABI_IO_CONSOLE_H
#define ABI_IO_CONSOLE_H

#include <abi/types.h>

#ifndef __ASSEMBLY__
typedef uint32_t XENCONS_RING_IDX;

#define MASK_XENCONS_IDX(idx, ring)	((idx) & (sizeof(ring) - 1))

struct xencons_interface {
	char in[1024];			/* [be] to the guest */
	char out[2048];			/* [fe] from the guest */
	XENCONS_RING_IDX in_cons;	/* [fe] */
	XENCONS_RING_IDX in_prod;	/* [be] */
	XENCONS_RING_IDX out_cons;	/* [be] */
	XENCONS_RING_IDX out_prod;	/* [fe] */
};
ABI_SIZE(struct xencons_interface, 3088);
#endif

#endif
