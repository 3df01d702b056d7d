/* SPDX-License-Identifier: MIT */
/*
 * counters.h - what a vCPU has asked for and what it took: for the guest, for
 * domain 0 and for the debug keys.
 *
 * Only the CPU on which the vCPU runs writes them, so nothing is locked; who
 * reads them meanwhile sees each word as it was at some moment.  Laid out
 * as the guest is shown them (abi/sluice.h; pv/counters.c checks).  Without
 * CONFIG_COUNTERS nothing is counted and no code for it is there.
 */
#pragma once

#include <types.h>

#define COUNTED_CALLS	64	/* slots of the dispatch table */
#define COUNTED_BATCHES	8
#define COUNTED_SIZES	16

/* Calls that take lists. */
enum counted_batch {
	BATCH_MMU_UPDATE, BATCH_MMUEXT, BATCH_MULTICALL, BATCH_MEMORY,
	BATCH_GRANT,
};

struct counters {
	u64 calls[COUNTED_CALLS];	/* by entry.S */
	u64 multi[COUNTED_CALLS];	/* those made in a multicall */
	u64 restarts;
	u64 syscalls;			/* entries from user mode; by entry.S */
	u64 traps;			/* likewise, otherwise */
	u64 cr3_writes;			/* but those for the other two */
	u64 mode_changes;		/* of traps: to the kernel's tables */
	u64 tlb_flushes;		/* of all, on the CPU it runs on */
	u64 invlpgs;			/* of one page */
	u64 ring_calls;
	struct {
		u64 items;
		u64 sizes[COUNTED_SIZES];
	} batch[COUNTED_BATCHES];
};

/* Counts n of a field of a vCPU's counters. */
#define count_n(v, field, n) do {					\
	if (IS_ENABLED(CONFIG_COUNTERS))				\
		(v)->counters.field += (n);				\
} while (0)
#define count_one(v, field)	count_n(v, field, 1)

/* Of a batch of n: [0] none, [1] one, [2] two and three, [3] up to seven... */
static always_inline u32 count_class(u32 n)
{
	return n ? MIN(32 - __builtin_clz(n), COUNTED_SIZES - 1) : 0;
}

/*
 * A call with a list of n, or (by is -1) one that will be counted again.
 * Lists of one, which must be quick, are what the other sizes leave.
 */
#define count_batch(v, which, n, by) do {				\
	if (IS_ENABLED(CONFIG_COUNTERS) && (n) != 1) {			\
		(v)->counters.batch[which].items += (u64)(n) * (by);	\
		(v)->counters.batch[which].sizes[count_class(n)] += (by); \
	}								\
} while (0)
