/* SPDX-License-Identifier: MIT */
/*
 * op_mmu.c - hypercalls mmu_update, update_va_mapping and the latter's form
 * for another domain's frames: entries change, one or many.
 *
 * A run of entries of one table takes one use of it.  Each request is copied
 * in once.  What may take long stops after an entry and goes on with the rest,
 * so the guest chooses no loop's length.
 */
#include <abi/xen.h>

#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <tlb.h>
#include <uaccess.h>

#include "flush.h"
#include "frametype.h"
#include "ops.h"
#include "pg_owner.h"
#include "pte_fast.h"

/* What the last requests changed, and what is known of it. */
struct run {
	struct domain *pt;	/* owner of the tables */
	struct domain *pg;	/* owner of the frames that entries name */
	struct frame *f;	/* a use is held, or NULL */
	struct frame *seen;	/* level 1, see pte_retouch(); or NULL */
	unsigned int level;	/* of f; 0: plain memory */
	u32 left;		/* requests until we look for other work */
};

#define RUN_LENGTH	32	/* short enough: some thousand instructions */

static void run_end(struct run *r)
{
	if (r->f)
		use_put(r->f);
	r->f = NULL;
}

/*
 * A table in use can be changed; anything else must be writable, and is then
 * plain memory.
 */
static int run_begin(struct run *r, mfn_t m)
{
	struct frame *f = frame_of(m);
	u64 w = READ_ONCE(f->use);
	enum frame_type t = use_type(w);
	int ret;

	if (type_is_table(t) && use_state(w) == USE_READY) {
		r->level = table_level(t);
	} else {
		r->level = 0;
		t = USE_WRITABLE;
	}
	ret = use_get(f, r->pt, t);
	if (unlikely(ret))
		return use_error(ret);
	r->f = f;
	return 0;
}

/* With a use of the table, or of the page. */
static noinline int update_upper(struct run *r, u64 *entry, u64 val,
				 bool keep_ad)
{
	if (!r->level) {
		WRITE_ONCE(*entry, val);
		return 0;
	}
	/* This may have promoted tables, which takes long. */
	r->left = 1;
	return pte_write_upper(r->pt, entry, val, keep_ad, r->level);
}

static noinline int update_next(struct run *r, u64 ptr, u64 val, bool keep_ad)
{
	mfn_t m = maddr_to_mfn(maddr(ptr));
	struct frame *f = frame_of(m);
	u64 *entry;
	int ret;

	if (unlikely(!mfn_valid(m)))
		return fail(-EINVAL);
	entry = maddr_virt(maddr(ptr));
	if (use_is_ready(READ_ONCE(f->use), USE_L1) &&
	    READ_ONCE(f->owner) == r->pt) {
		r->seen = f;
		if (likely(pte_retouch(entry, val, keep_ad)))
			return 0;
	}
	r->seen = NULL;
	run_end(r);
	ret = run_begin(r, m);
	if (unlikely(ret))
		return ret;
	if (likely(r->level == 1))
		return pte_change_l1(r->pt, r->pg, entry, val, keep_ad);
	return update_upper(r, entry, val, keep_ad);
}

static always_inline int update_pt(struct run *r, u64 ptr, u64 val,
				   bool keep_ad)
{
	struct frame *f = frame_of(maddr_to_mfn(maddr(ptr)));

	if (f == r->f) {
		if (likely(r->level == 1))
			return pte_write_l1(r->pt, r->pg,
					    maddr_virt(maddr(ptr)), val,
					    keep_ad);
		return update_upper(r, maddr_virt(maddr(ptr)), val, keep_ad);
	}
	if (f == r->seen &&
	    pte_retouch(maddr_virt(maddr(ptr)), val, keep_ad))
		return 0;
	return update_next(r, ptr, val, keep_ad);
}

static int update_m2p(struct run *r, u64 ptr, u64 val)
{
	mfn_t m = maddr_to_mfn(maddr(ptr));

	if (r->pt != current()->domain)
		return fail(-EPERM);
	if (!mfn_valid(m) || frame_get(frame_of(m), r->pg))
		return fail(-EINVAL);
	m2p_set(m, val);
	frame_put(frame_of(m));
	return 0;
}

static always_inline int update_one(struct run *r, gva_t req)
{
	u64 ptr, val, cmd;

	/* struct mmu_update */
	if (unlikely(guest_read_pair(&ptr, &val, req)))
		return fail(-EFAULT);
	cmd = ptr & 7;
	if (likely(cmd == MMU_NORMAL_PT_UPDATE ||
		   cmd == MMU_PT_UPDATE_PRESERVE_AD ||
		   cmd == MMU_PT_UPDATE_NO_TRANSLATE))
		return update_pt(r, ptr - cmd, val,
				 cmd == MMU_PT_UPDATE_PRESERVE_AD);
	if (cmd == MMU_MACHPHYS_UPDATE)
		return update_m2p(r, ptr, val);
	return fail(-ENOSYS);
}

/* *done requests were made when this returns. */
static always_inline int update_list(struct run *r, gva_t reqs, u32 count,
				     u32 *done)
{
	int ret = 0;
	u32 i = 0;

	r->left = RUN_LENGTH;
	while (i < count) {
		ret = update_one(r, reqs);
		if (unlikely(ret))
			break;
		i++;
		reqs = gva_add(reqs, sizeof(struct mmu_update));
		if (unlikely(READ_ONCE(r->pt->pv.dying_tables))) {
			/* Who waits for a lock answers others' flushes. */
			r->seen = NULL;
			ret = mmu_work(r->pt);
			if (ret)
				break;
		}
		if (unlikely(--r->left == 0)) {
			r->left = RUN_LENGTH;
			if (i < count && hypercall_preempt()) {
				ret = -ERESTART;
				break;
			}
		}
	}
	run_end(r);
	*done = i;
	return ret;
}

/* What a caller asks for: its own tables and frames, unless privileged. */
static noinline int run_owners(struct run *r, u32 foreign)
{
	u32 pt = foreign >> 16;
	int ret = pt ? domid_target_number(pt - 1, &r->pt) : 0;

	if (ret)
		return ret;
	ret = pg_owner_get(foreign, &r->pg);
	if (ret && pt)
		domain_put(r->pt);
	return ret;
}

static noinline void run_disown(struct run *r, u32 foreign)
{
	if (foreign >> 16)
		domain_put(r->pt);
	pg_owner_put(r->pg);
}

static noinline s64 update_many(u64 reqs, u64 nr, u64 pdone, u64 foreign)
{
	struct domain *d = current()->domain;
	struct run r = { .pt = d, .pg = d };
	u32 count = (u32)nr & ~MMU_PREEMPTED, done = 0;
	s64 ret;

	if (!(nr & MMU_PREEMPTED))
		count_batch(current(), BATCH_MMU_UPDATE, count, 1);
	if (unlikely((u32)foreign != DOMID_SELF)) {
		ret = run_owners(&r, foreign);
		if (ret)
			return ret;
	}
	ret = tables_work(r.pt);
	if (likely(!ret))
		ret = update_list(&r, gva(reqs), count, &done);
	if (pdone && done_add(gva(pdone), done, nr & MMU_PREEMPTED))
		ret = ret == -ERESTART ? -EFAULT : ret;
	if (unlikely((u32)foreign != DOMID_SELF))
		run_disown(&r, foreign);
	if (unlikely(ret == -ERESTART))
		return hypercall_continue(
			gva_add(gva(reqs), done * sizeof(struct mmu_update)).a,
			(count - done) | MMU_PREEMPTED, pdone, foreign);
	return ret;
}

/*
 * The commonest call, short: one entry of a level 1 table of the caller.  1
 * when it is not that; then nothing has happened yet.
 */
static always_inline int update_single(struct domain *d, gva_t req)
{
	u64 ptr, val, *entry;
	struct frame *f;
	int ret;

	if (unlikely(guest_read_pair(&ptr, &val, req)))
		return 1;
	f = frame_of(maddr_to_mfn(maddr(ptr)));
	if (unlikely(ptr & 7 || !mfn_valid(maddr_to_mfn(maddr(ptr))) ||
		     !use_is_ready(READ_ONCE(f->use), USE_L1) ||
		     READ_ONCE(f->owner) != d || READ_ONCE(d->pv.dying_tables)))
		return 1;
	entry = maddr_virt(maddr(ptr));
	if (pte_retouch(entry, val, false))
		return 0;
	if (unlikely(use_get(f, d, USE_L1)))
		return 1;
	ret = pte_change_l1(d, d, entry, val, false);
	use_put(f);
	return ret;
}

s64 op_mmu_update(u64 reqs, u64 nr, u64 pdone, u64 foreign)
{
	int ret = 1;

	if (likely((u32)nr == 1 && (u32)foreign == DOMID_SELF && !pdone))
		ret = update_single(current()->domain, gva(reqs));
	if (unlikely(ret > 0))
		return update_many(reqs, nr, pdone, foreign);
	if (unlikely(ret == -ERESTART))
		return hypercall_continue(reqs, nr, pdone, foreign);
	return ret;
}

/* What the entry refers to changes: that takes a use of the table. */
static always_inline int va_change(struct domain *d, u64 *entry, u64 val,
				   struct domain *pg)
{
	struct frame *table = frame_of(virt_mfn(entry));
	int ret = use_get(table, d, USE_L1);

	if (unlikely(ret))
		return use_error(ret);
	ret = pte_change_l1(d, pg, entry, val, false);
	use_put(table);
	return ret;
}

static noinline s64 va_mapping(u64 *entry, u64 va, u64 val, u64 flags,
			       struct domain *pg)
{
	struct vcpu *v = current();
	int ret;

	if (unlikely(!entry))
		return fail(-EINVAL);
	if (!pte_retouch(entry, val, false)) {
		ret = va_change(v->domain, entry, val, pg);
		if (unlikely(ret == -ERESTART))
			return hypercall_continue(va, val, flags, 0);
		if (unlikely(ret))
			return ret;
	}
	if (flags == UVMF_INVLPG) {
		count_one(v, invlpgs);
		invlpg(va);
		return 0;
	}
	return guest_flush_va(v, va, flags);
}

/* The commonest first, short: another bit, with no flush or a local one. */
s64 op_update_va_mapping(u64 va, u64 val, u64 flags)
{
	struct vcpu *v = current();
	u64 *entry = pt_entry_from(v->pv.cr3_kernel, va);

	if (likely(entry && !(flags & ~(u64)UVMF_INVLPG) &&
		   pte_retouch(entry, val, false))) {
		if (flags) {
			count_one(v, invlpgs);
			invlpg(va);
		}
		return 0;
	}
	return va_mapping(entry, va, val, flags, v->domain);
}

s64 op_update_va_mapping_otherdomain(u64 va, u64 val, u64 flags, u64 domid)
{
	struct domain *pg;
	s64 ret = pg_owner_get(domid, &pg);

	if (ret)
		return ret;
	ret = va_mapping(pt_entry(current(), va), va, val, flags, pg);
	pg_owner_put(pg);
	if (unlikely(ret == -ERESTART))
		return hypercall_continue(va, val, flags, domid);
	return ret;
}
