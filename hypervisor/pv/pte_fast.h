/* SPDX-License-Identifier: MIT */
/*
 * pte_fast.h - what pte.c and the calls that change many entries have in
 * common: the steps of a change of one entry.
 */
#pragma once

#include "frametype.h"

/*
 * Drops what an entry that is gone referred to.  Device memory is not counted:
 * it may have entries in the frame table, which never get a reference, whereas
 * what a present entry refers to has one.
 */
static always_inline void pte_put(u64 pte, unsigned int level)
{
	struct frame *f = frame_of(pte_mfn(pte));

	if (unlikely(!mfn_valid(pte_mfn(pte))))
		return;
	if (level > 1 || pte & PTE_RW)
		use_put(f);
	else if (likely(READ_ONCE(f->refs)))
		frame_put(f);
}

static always_inline bool entry_change(u64 *entry, u64 *from, u64 to)
{
	return cmpxchg(entry, from, to);
}

/* Puts an entry whose references are taken, and drops those of the old one. */
static always_inline void entry_replace(u64 *entry, u64 new, bool keep_ad,
					unsigned int level)
{
	const u64 ad = keep_ad ? PTE_A | PTE_D : 0;
	u64 old = READ_ONCE(*entry);

	/* Ends: a CPU sets A and D once, and each other change is progress. */
	while (!entry_change(entry, &old, (new & ~ad) | (old & ad)))
		;
	if (old & PTE_P)
		pte_put(old, level);
}

/* The same frame, just as writable: all that counts stays. */
#define PTE_COUNTED	(PTE_P | PTE_RW | PTE_ADDR)

/*
 * A change of other bits of a level 1 entry.  False: it is more than that, or
 * another CPU was faster.
 *
 * The table needs no use held, if it was one of level 1 of this domain at any
 * time since this CPU last could have flushed: since the call began, or since
 * anything in it that waited for a lock or for another CPU, as who waits does
 * what others ask for.  Another CPU may end the table's last use meanwhile and
 * drop what the entry counts; we change nothing of that.  But before the frame
 * is anything else, or another domain's, that CPU has to wait for our flush
 * (frametype.c).
 */
static always_inline bool pte_retouch(u64 *entry, u64 new, bool keep_ad)
{
	u64 old = READ_ONCE(*entry);

	if ((old ^ new) & (PTE_COUNTED | PTE_CACHE) || !(new & PTE_P))
		return false;
	new = (new | PTE_US) & ~PTE_G;
	if (unlikely(keep_ad))
		new = (new & ~(PTE_A | PTE_D)) | (old & (PTE_A | PTE_D));
	return entry_change(entry, &old, new);
}

/*
 * A write to level 1, where a mere change of bits was tried before: the
 * caller holds a use of the table.
 */
static always_inline int must_check pte_change_l1(struct domain *d,
						  struct domain *fd,
						  u64 *entry, u64 new,
						  bool keep_ad)
{
	int ret;

	if (new & PTE_P) {
		ret = pte_get_l1(d, fd, &new);
		if (unlikely(ret))
			return ret;
	}
	entry_replace(entry, new, keep_ad, 1);
	return 0;
}

static always_inline int must_check pte_write_l1(struct domain *d,
						 struct domain *fd, u64 *entry,
						 u64 new, bool keep_ad)
{
	if (pte_retouch(entry, new, keep_ad))
		return 0;
	return pte_change_l1(d, fd, entry, new, keep_ad);
}
