/* SPDX-License-Identifier: MIT */
#ifndef CANONICAL_H
#define CANONICAL_H

#include <types.h>

/* Bits 63 to 47 are all alike (SDM vol. 1, 3.3.7.1; four-level paging). */
static inline bool is_canonical(u64 a)
{
	return (u64)(((s64)a >> 47) + 1) <= 1;
}

#endif
