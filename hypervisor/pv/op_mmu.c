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

/* The table, or plain page, that the last request changed. */
struct run {
	struct domain *pt;	/* owner of the tables */
	struct domain *pg;	/* owner of the frames that entries name */
	struct frame *f;	/* a use is held, or NULL */
	bool table;
};

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
	u64 w;
	int ret;

	if (unlikely(!mfn_valid(m)))
		return fail(-EINVAL);
	w = READ_ONCE(f->use);
	r->table = type_is_table(use_type(w)) && use_state(w) == USE_READY;
	ret = use_get(f, r->pt, r->table ? use_type(w) : USE_WRITABLE);
	if (unlikely(ret))
		return use_error(ret);
	r->f = f;
	return 0;
}

static always_inline int update_pt(struct run *r, u64 ptr, u64 val,
				   bool keep_ad)
{
	mfn_t m = maddr_to_mfn(maddr(ptr));
	u64 *entry;
	int ret;

	if (!r->f || frame_of(m) != r->f) {
		run_end(r);
		ret = run_begin(r, m);
		if (unlikely(ret))
			return ret;
	}
	entry = maddr_virt(maddr(ptr));
	if (likely(r->table))
		return pte_write(r->pt, r->pg, r->f, entry, val, keep_ad);
	WRITE_ONCE(*entry, val);
	return 0;
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
	if (likely(cmd != MMU_MACHPHYS_UPDATE &&
		   cmd <= MMU_PT_UPDATE_NO_TRANSLATE))
		return update_pt(r, ptr & ~7UL, val,
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
	u32 i;

	for (i = 0; i < count; i++) {
		if (i && unlikely(hypercall_preempt())) {
			ret = -ERESTART;
			break;
		}
		ret = update_one(r, reqs);
		if (unlikely(ret))
			break;
		reqs = gva_add(reqs, sizeof(struct mmu_update));
		if (unlikely(READ_ONCE(r->pt->pv.dying_tables))) {
			ret = mmu_work(r->pt);
			if (ret) {
				i++;
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
	int ret;

	if (pt) {
		r->pt = domain_get(pt - 1);
		if (!r->pt)
			return fail(-ESRCH);
		if (r->pt != current()->domain &&
		    !current()->domain->privileged) {
			domain_put(r->pt);
			return fail(-EPERM);
		}
	}
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

s64 op_mmu_update(u64 reqs, u64 nr, u64 pdone, u64 foreign)
{
	struct domain *d = current()->domain;
	struct run r = { .pt = d, .pg = d };
	u32 count = (u32)nr & ~MMU_PREEMPTED, done = 0;
	s64 ret;

	if (unlikely((u32)foreign != DOMID_SELF)) {
		ret = run_owners(&r, foreign);
		if (ret)
			return ret;
	}
	ret = mmu_work(r.pt);
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

static always_inline s64 va_mapping(u64 va, u64 val, u64 flags,
				    struct domain *pg)
{
	struct vcpu *v = current();
	struct frame *table;
	u64 *entry;
	s64 ret;

	ret = pt_walk(v, gva(va), &entry, &table);
	if (unlikely(ret))
		return ret;
	ret = pte_write(v->domain, pg, table, entry, val, false);
	use_put(table);
	if (unlikely(ret || !(flags & UVMF_FLUSHTYPE_MASK)))
		return ret;
	return guest_flush_va(v, va, flags);
}

s64 op_update_va_mapping(u64 va, u64 val, u64 flags)
{
	s64 ret = va_mapping(va, val, flags, current()->domain);

	if (unlikely(ret == -ERESTART))
		return hypercall_continue(va, val, flags, 0);
	return ret;
}

s64 op_update_va_mapping_otherdomain(u64 va, u64 val, u64 flags, u64 domid)
{
	struct domain *pg;
	s64 ret = pg_owner_get(domid, &pg);

	if (ret)
		return ret;
	ret = va_mapping(va, val, flags, pg);
	pg_owner_put(pg);
	if (unlikely(ret == -ERESTART))
		return hypercall_continue(va, val, flags, domid);
	return ret;
}
