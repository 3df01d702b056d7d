/* SPDX-License-Identifier: MIT */
/*
 * frametype.c - what each frame is used as, and by how many.
 *
 * A guest may read its own page tables but must never write them.  We keep
 * that by giving a frame one use at a time: a table of level 1 to 4, a
 * descriptor page, or plain writable memory.  The use changes only while it is
 * idle, and whoever ends that must first have read and approved the contents.
 * Type, state and count share one word (frame.h), so that a single cmpxchg
 * settles every race.  The only lock is that of the list of dying tables.
 *
 * States.  IDLE to BUSY to READY when a use begins, READY to IDLE when the
 * last one ends; straight, where nothing has to be read.  A promotion that
 * stops half-way leaves the frame PARTIAL, as a use by nobody, and whoever
 * wants the same type goes on with it.  A table whose last use ends, or whose
 * promotion fails, still holds uses of its own: it becomes DYING, and
 * mmu_work() drops them, one table at a time, whatever the depth of the tree:
 * so no depth, and no length of a list, is the guest's to choose.
 *
 * Waiting.  BUSY ends soon, since its CPU is at work on it.  Who wants the
 * type that is in the making waits, anyone else is refused.  While a CPU makes
 * a table of one level it waits for tables of the next lower one alone, and
 * for writable frames, which wait for nothing: so there is no circle.
 *
 * ---- Why no stale translation does harm ----
 *
 * A CPU may use a translation, or an upper-level entry, until it flushes after
 * the entry was taken out of the tables.  A guest that forgets to flush harms
 * itself, as on bare hardware, as long as what the translation leads to is
 * the guest's and is used the same way.  So the rule is about changes of a
 * frame's owner or type, not about changes of entries:
 *
 *  (1) When the last use of a frame ends, the TLB clock is read, *after* the
 *      entry that used it was removed by a locked operation, and kept in the
 *      use word (the stamp).  When the last reference ends, likewise.
 *  (2) Before an idle frame is used as another type, and before a free frame
 *      is given to anyone, each CPU whose last complete flush did not begin
 *      after that stamp is made to flush, and we wait for it.
 *  (3) A flush draws its number from the clock before it begins, and shows it
 *      when it has ended.  So a CPU that shows more than the stamp began to
 *      flush after the entry was gone, and can't have fetched it since.
 *
 * Writable, then a table: stale writable translations of the frame, by any
 * number of entries, are older than its stamp; (2) ends them before the first
 * entry is read for approval.  What was approved stays.
 *
 * A table, then writable: here it is paging-structure caches that matter.  A
 * CPU may walk on through a stale entry of a higher level into the frame, and
 * would take what the guest now writes there for approved entries.  That
 * higher entry was removed before the use that it held ended, so (2) covers it.
 * The same holds for a root: the use that a vCPU holds of its root is dropped
 * after CR3 was written, and a vCPU's root is replaced by that vCPU's own CPU.
 *
 * A table that died keeps its contents, and a stale higher entry may make a
 * CPU fetch translations from it even after the frames they lead to got their
 * stamps.  But the stale higher entry is older than these stamps too, because
 * a table's uses of others are dropped after its own last use ended; the flush
 * that a change of such a frame asks for ends the higher entry, the walk and
 * the translation together.  (A complete flush empties the paging-structure
 * caches; INVLPG of one page is no flush in the sense of the clock.)
 *
 * A table, then a table of the same level again: no flush, as nobody could
 * write it in between (that would be another type).  A stale higher entry now
 * leads into an approved table of the same level of the same domain.
 *
 * Mappings that only read hold references, no use.  They become harmful when
 * the frame is freed and given away, and (1) and (2) treat that alike.
 *
 * Accessed and dirty bits: a CPU sets them in tables by locked operations, by
 * the same translations that (2) ends before the frame is anything else.  An
 * entry is replaced by xchg or cmpxchg, so that a bit set meanwhile is seen.
 *
 * Guests have no global entries, so that every write of CR3 is complete.
 */
#include <hypercall.h>
#include <tlb.h>

#include "frametype.h"
#include "pte_fast.h"

/* ---- The end of uses ---------------------------------------------------- */

/* Caller made the state BUSY, or is alone with it: shows it as DYING. */
static void table_dies(struct frame *f, enum frame_type t, u64 done)
{
	struct domain *d = f->owner;

	spin_lock(&d->pages_lock);
	WRITE_ONCE(f->use, use_word(t, USE_DYING, done << USE_DONE_SHIFT |
				    d->pv.dying_tables));
	d->pv.dying_tables = frame_mfn(f).n;
	spin_unlock(&d->pages_lock);
}

/* Takes one off the list; it is BUSY then. */
static struct frame *table_next_dying(struct domain *d, u64 *use)
{
	struct frame *f = NULL;

	spin_lock(&d->pages_lock);
	if (d->pv.dying_tables) {
		f = frame_of(mfn(d->pv.dying_tables));
		*use = f->use;
		d->pv.dying_tables = (u32)*use;
		WRITE_ONCE(f->use, use_word(use_type(*use), USE_BUSY, 0));
	}
	spin_unlock(&d->pages_lock);
	return f;
}

/* BUSY to IDLE, and the reference that the use had goes too. */
static void use_ends(struct frame *f, enum frame_type t)
{
	__atomic_store_n(&f->use, use_word(t, USE_IDLE, tlb_stamp()),
			 __ATOMIC_SEQ_CST);
	frame_put(f);
}

/* Tables are mostly empty: eight entries at a time cost as much as two. */
static always_inline bool empty_eight(const u64 *e, u64 i)
{
	return !(i % 8 || e[i] | e[i + 1] | e[i + 2] | e[i + 3] |
		 e[i + 4] | e[i + 5] | e[i + 6] | e[i + 7]);
}

/* Bounded: the 512 entries of one table. */
static void table_drop(struct frame *f, enum frame_type t, u64 done)
{
	const u64 *e = frame_virt(f);
	unsigned int level = table_level(t);
	u64 i;

	for (i = 0; i < done; i++)
		if (empty_eight(e, i))
			i += 7;
		else if (e[i] & PTE_P && !(level == 4 && slot_is_hv(i)))
			pte_put(e[i], level);
	use_ends(f, t);
}

/* Bounded by stopping for other work after each table. */
int mmu_work(struct domain *d)
{
	struct frame *f;
	u64 use;

	while (READ_ONCE(d->pv.dying_tables)) {
		f = table_next_dying(d, &use);
		if (!f)
			return 0;
		table_drop(f, use_type(use), use_low(use) >> USE_DONE_SHIFT);
		if (READ_ONCE(d->pv.dying_tables) && hypercall_preempt())
			return -ERESTART;
	}
	return 0;
}

void use_put_last(struct frame *f)
{
	u64 w = READ_ONCE(f->use), to;
	enum frame_type t;

	do {
		/* Device memory, which nobody counts: see pte_put(). */
		if (use_state(w) == USE_IDLE)
			return;
		ASSERT(use_state(w) == USE_READY);
		t = use_type(w);
		if (use_low(w) > 1)
			to = w - 1;
		else if (type_is_table(t))
			to = use_word(t, USE_BUSY, 0);
		else
			to = use_word(t, USE_IDLE, tlb_stamp());
	} while (!use_change(f, &w, to));

	if (use_low(w) > 1)
		return;
	if (type_is_table(t))
		table_dies(f, t, PT_ENTRIES);
	else
		frame_put(f);
}

void frame_use_put(struct frame *f)
{
	use_put(f);
}

/* ---- The beginning of uses ---------------------------------------------- */

static int entry_promote(struct domain *d, u64 *entry, unsigned int level)
{
	u64 was = READ_ONCE(*entry), pte = was;
	int ret;

	ret = level == 1 ? pte_get_l1(d, d, &pte)
			 : pte_get_upper(d, &pte, level);
	/* No CPU walks this table yet, so nothing else changes it. */
	if (!ret && pte != was)
		WRITE_ONCE(*entry, pte);
	return ret;
}

/*
 * Approves the entries of a BUSY table from number *done on, which then tells
 * how many are approved.  Recursion is three deep at most: each step is one
 * level down.  Bounded by stopping for other work after each entry of level 2
 * and up, as it may have promoted a table.
 */
static int table_approve(struct frame *f, struct domain *d,
			 unsigned int level, u64 *done)
{
	u64 *e = frame_virt(f), i;
	int ret;

	for (i = *done; i < PT_ENTRIES; i++, *done = i) {
		if (empty_eight(e, i)) {
			i += 7;
			continue;
		}
		if (!(e[i] & PTE_P) || (level == 4 && slot_is_hv(i)))
			continue;
		ret = entry_promote(d, &e[i], level);
		if (ret)
			return ret;
		if (level > 1 && hypercall_preempt()) {
			*done = i + 1;
			return -ERESTART;
		}
	}
	if (level == 4)
		l4_init_hv(e);
	return 0;
}

/* BUSY to READY, PARTIAL or DYING; the reference becomes the use's. */
static int table_promote(struct frame *f, struct domain *d, enum frame_type t,
			 u64 done)
{
	int ret = table_approve(f, d, table_level(t), &done);

	if (!ret)
		__atomic_store_n(&f->use, use_word(t, USE_READY, 1),
				 __ATOMIC_SEQ_CST);
	else if (ret == -ERESTART)
		__atomic_store_n(&f->use, use_word(t, USE_PARTIAL,
						   done << USE_DONE_SHIFT),
				 __ATOMIC_SEQ_CST);
	else
		table_dies(f, t, done);
	return ret;
}

static int desc_promote(struct frame *f)
{
	int ret = desc_page_check(frame_virt(f));

	if (ret) {
		use_ends(f, USE_DESC);
		return ret;
	}
	__atomic_store_n(&f->use, use_word(USE_DESC, USE_READY, 1),
			 __ATOMIC_SEQ_CST);
	return 0;
}

/* From IDLE, which was seen as w; 1: something changed, look again. */
static int use_begin(struct frame *f, struct domain *d, u64 w,
		     enum frame_type t)
{
	bool same = use_type(w) == t || use_type(w) == USE_NONE;

	if (same && t == USE_WRITABLE)
		return use_change(f, &w, use_word(t, USE_READY, 1)) ? 0 : 1;
	if (!use_change(f, &w, use_word(t, USE_BUSY, 0)))
		return 1;
	if (!same)
		tlb_flush_since(use_low(w));
	if (type_is_table(t))
		return table_promote(f, d, t, 0);
	if (t == USE_DESC)
		return desc_promote(f);
	__atomic_store_n(&f->use, use_word(t, USE_READY, 1), __ATOMIC_SEQ_CST);
	return 0;
}

/*
 * From PARTIAL, seen as w: goes on, or gives up what another type is wanted
 * for.  1: look again.
 */
static int use_resume(struct frame *f, struct domain *d, u64 w,
		      enum frame_type t)
{
	u64 done = use_low(w) >> USE_DONE_SHIFT;
	enum frame_type was = use_type(w);

	if (!use_change(f, &w, use_word(was, USE_BUSY, 0)))
		return 1;
	if (was != t) {
		table_dies(f, was, done);
		return 1;
	}
	/* The unfinished use had a reference, and we have one. */
	frame_put(f);
	return table_promote(f, d, t, done);
}

/* Did not get it: the reference goes, too. */
static int use_refused(struct frame *f, int err)
{
	frame_put(f);
	return err;
}

/*
 * One attempt, with a reference, which becomes the use's, or goes when there
 * is an error.  1: look again.
 */
static int use_try(struct frame *f, struct domain *d, enum frame_type t)
{
	u64 w = READ_ONCE(f->use);

	switch (use_state(w)) {
	case USE_IDLE:
		return use_begin(f, d, w, t);
	case USE_READY:
		if (use_type(w) != t)
			return use_refused(f, -EINVAL);
		if (!use_change(f, &w, w + 1))
			return 1;
		/* There was a use already, with a reference of its own. */
		frame_put(f);
		return 0;
	case USE_PARTIAL:
		return use_resume(f, d, w, t);
	case USE_DYING:
		return mmu_work(d) ? use_refused(f, -ERESTART) : 1;
	default:
		if (use_type(w) != t)
			return use_refused(f, -EINVAL);
		cpu_relax();
		/* We may be who the other CPU waits for: for a flush. */
		return hypercall_preempt() ? use_refused(f, -ERESTART) : 1;
	}
}

int use_get_slow(struct frame *f, struct domain *d, enum frame_type t)
{
	int ret;

	if (frame_get(f, d))
		return -ESRCH;
	/* Ends: someone else's success is what makes us look again. */
	do {
		ret = use_try(f, d, t);
	} while (ret > 0);
	return ret;
}

int frame_use_get(struct frame *f, struct domain *d, enum frame_type t)
{
	return use_get(f, d, t);
}

/* ---- Pins and descriptor pages ------------------------------------------ */

int pt_pin(struct domain *d, mfn_t m, unsigned int level)
{
	struct frame *f = frame_of(m);
	u64 w;
	int ret;

	if (!mfn_valid(m))
		return fail(-EINVAL);
	ret = use_get(f, d, table_type(level));
	if (ret)
		return use_error(ret);

	w = READ_ONCE(f->use);
	do {
		if (w & USE_PINNED) {
			use_put(f);
			return fail(-EINVAL);
		}
	} while (!use_change(f, &w, w | USE_PINNED));
	return 0;
}

/* The pin is a use: while it is there, the frame stays READY. */
static int frame_unpin(struct frame *f)
{
	u64 w = READ_ONCE(f->use);

	do {
		if (use_state(w) != USE_READY || !(w & USE_PINNED))
			return fail(-EINVAL);
	} while (!use_change(f, &w, w & ~USE_PINNED));
	use_put(f);
	return 0;
}

int pt_unpin(struct domain *d, mfn_t m)
{
	struct frame *f = frame_of(m);
	int ret;

	if (!mfn_valid(m) || frame_get(f, d))
		return fail(-EINVAL);
	ret = frame_unpin(f);
	frame_put(f);
	return ret;
}

int desc_page_get(struct domain *d, mfn_t m)
{
	if (!mfn_valid(m))
		return fail(-EINVAL);
	return use_error(use_get(frame_of(m), d, USE_DESC));
}

/* At the end of its domain: no more uses by pins and unfinished promotions. */
void frame_forsake(struct frame *f)
{
	u64 w = READ_ONCE(f->use);

	if (use_state(w) == USE_READY && w & USE_PINNED)
		(void)frame_unpin(f);
	else if (use_state(w) == USE_PARTIAL &&
		 use_change(f, &w, use_word(use_type(w), USE_BUSY, 0)))
		table_dies(f, use_type(w), use_low(w) >> USE_DONE_SHIFT);
}
