/* SPDX-License-Identifier: MIT */
/*
 * frametype.h - the short ways of frametype.c, and what it shares with pte.c.
 */
#pragma once

#include <domain.h>
#include <frame.h>
#include <lib.h>
#include <mmu.h>
#include <pte.h>

static always_inline enum frame_type table_type(unsigned int level)
{
	return USE_L1 + level - 1;
}

/* The level of a table, 1 to 4; only for types that are tables. */
static always_inline unsigned int table_level(enum frame_type t)
{
	return t - USE_L1 + 1;
}

static always_inline bool type_is_table(enum frame_type t)
{
	return t - USE_L1 < 4u;
}

static always_inline bool use_change(struct frame *f, u64 *from, u64 to)
{
	return cmpxchg(&f->use, from, to);
}

/* True if a use word is READY for a type, pinned or not. */
static always_inline bool use_is_ready(u64 w, enum frame_type t)
{
	return (w ^ use_word(t, USE_READY, 0)) >> USE_STATE_SHIFT == 0;
}

int must_check use_get_slow(struct frame *f, struct domain *d,
			    enum frame_type type);
void use_put_last(struct frame *f);

/* At the end of its domain: no more uses by pins and unfinished promotions. */
void frame_forsake(struct frame *f);

/*
 * As frame_use_get() and frame_use_put(), for where it is worth it.  A frame
 * in use can't be freed, so the count alone keeps it; and as a use is taken
 * only for the owner, one look at the owner after that is enough.
 */
static always_inline int must_check use_get(struct frame *f, struct domain *d,
					    enum frame_type type)
{
	u64 w = READ_ONCE(f->use);

	if (likely(use_is_ready(w, type) && READ_ONCE(f->owner) == d &&
		   use_change(f, &w, w + 1))) {
		if (likely(READ_ONCE(f->owner) == d))
			return 0;
		frame_use_put(f);
		return -ESRCH;
	}
	return use_get_slow(f, d, type);
}

/* To a guest, what is not its own is as bad as what can't be used so. */
static always_inline int use_error(int err)
{
	return err == -ESRCH ? fail(-EINVAL) : err;
}

static always_inline void use_put(struct frame *f)
{
	u64 w = READ_ONCE(f->use);

	if (likely(use_low(w) > 1 && use_state(w) == USE_READY &&
		   use_change(f, &w, w - 1)))
		return;
	use_put_last(f);
}

/* ---- Entries (pte.c) ---------------------------------------------------- */

/* Slots of a level 4 table that are not the guest's. */
static always_inline bool slot_is_hv(unsigned int i)
{
	return i - HV_FIRST_SLOT < HV_END_SLOT - HV_FIRST_SLOT;
}

/*
 * Takes what an entry of a table of d refers to: a frame of fd, or for level 2
 * and up a table of d.  *pte becomes the value to be stored.  Errors as for
 * pte_write_upper().
 */
int must_check pte_get_l1(struct domain *d, struct domain *fd, u64 *pte);
int must_check pte_get_upper(struct domain *d, u64 *pte, unsigned int level);

/* The place of an address in the table that an entry names. */
static always_inline u64 *pt_slot(u64 e, u64 va, unsigned int level)
{
	u64 at = (e & PTE_ADDR) + pt_index(va, level) * sizeof(u64);

	return maddr_virt(maddr(at));
}

/*
 * The way down to the level 1 entry for an address; NULL: there is none.
 *
 * Tables may be taken apart by other vCPUs while we walk them.  We then read
 * stale entries, but they still are tables of this domain: to become anything
 * else they wait for this CPU to flush (frametype.c), and it does not do that
 * in here.
 */
static always_inline u64 *pt_entry_from(u64 root, u64 va)
{
	u64 e;

	if (unlikely(slot_is_hv(pt_index(va, 4))))
		return NULL;
	e = READ_ONCE(*pt_slot(root, va, 4));
	if (unlikely(!(e & PTE_P)))
		return NULL;
	e = READ_ONCE(*pt_slot(e, va, 3));
	if (unlikely(!(e & PTE_P)))
		return NULL;
	e = READ_ONCE(*pt_slot(e, va, 2));
	if (unlikely(!(e & PTE_P)))
		return NULL;
	return pt_slot(e, va, 1);
}

/* In the kernel's tables, for user mode too: the LDT is the kernel's memory. */
static inline u64 *pt_entry(const struct vcpu *v, u64 va)
{
	return pt_entry_from(v->pv.cr3_kernel, va);
}

/* Fills the hypervisor's slots of a level 4 table, all but the M2P's. */
void l4_init_hv(u64 *l4);

/* mmu_work(), which there is next to never. */
static always_inline int tables_work(struct domain *d)
{
	return unlikely(READ_ONCE(d->pv.dying_tables)) ? mmu_work(d) : 0;
}
