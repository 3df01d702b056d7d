/* SPDX-License-Identifier: MIT */
/*
 * ranges.h - sets of addresses, as sorted and disjoint ranges.
 *
 * Adding and removing in any order and with any overlap gives a proper set, so
 * a memory map that contradicts itself needs no special treatment.  Used by
 * start-up only, before there is a second CPU: no lock.
 */
#ifndef RANGES_H
#define RANGES_H

#include <boot.h>

#define RANGES_MAX	256

struct ranges {
	u32 nr;
	struct mem_range r[RANGES_MAX];
};

/* False when the set is full and something had to be left out. */
bool ranges_add(struct ranges *s, u64 start, u64 end);
bool ranges_remove(struct ranges *s, u64 start, u64 end);

/* True when all of it is in the set; of an empty one, where it begins. */
bool ranges_contain(const struct ranges *s, u64 start, u64 end);

u64 ranges_bytes(const struct ranges *s);

/*
 * Takes size bytes out of the set, as high as possible below limit; align is
 * a power of two.  0 when there is no such place.
 */
u64 ranges_take(struct ranges *s, u64 size, u64 align, u64 limit);

#endif
