/* SPDX-License-Identifier: MIT */
/*
 * op_mmuext.c - hypercall mmuext_op: pins, base pointers, flushes and the rest.
 *
 * Each request is copied in once.  A request that may take long is made again
 * from its beginning until it is done; its frame keeps what was achieved.
 */
#include <abi/xen.h>

#include <hypercall.h>
#include <insn.h>
#include <lib.h>
#include <machine.h>
#include <tlb.h>
#include <uaccess.h>
#include <vcpu.h>

#include "flush.h"
#include "frametype.h"
#include "ops.h"
#include "pg_owner.h"

/* Must be writable now, and nothing else, while it is written. */
static int page_write(struct domain *d, u64 dst, const u64 *src)
{
	struct frame *f = frame_of(mfn(dst));
	int ret;

	if (!mfn_valid(mfn(dst)))
		return fail(-EINVAL);
	ret = use_get(f, d, USE_WRITABLE);
	if (ret)
		return use_error(ret);
	if (src)
		page_copy(frame_virt(f), src);
	else
		page_clear(frame_virt(f));
	use_put(f);
	return 0;
}

static int copy_page(struct domain *d, u64 dst, u64 src)
{
	struct frame *f = frame_of(mfn(src));
	int ret;

	if (!mfn_valid(mfn(src)) || frame_get(f, d))
		return fail(-EINVAL);
	ret = page_write(d, dst, frame_virt(f));
	frame_put(f);
	return ret;
}

/* Flushes on the CPUs of some vCPUs; a null list is a bad one. */
static int flush_multi(struct domain *d, const struct mmuext_op *in)
{
	u64 mask;

	if (vcpumask_cpus(d, gva((u64)in->arg2.vcpumask), &mask))
		return fail(-EINVAL);
	if (in->cmd == MMUEXT_TLB_FLUSH_MULTI)
		tlb_flush_cpus(mask);
	else
		tlb_invlpg_cpus(mask, in->arg1.linear_addr);
	return 0;
}

/* The requests that are about the caller itself and nobody else. */
static int op_self(struct vcpu *v, const struct mmuext_op *in)
{
	u64 addr = in->arg1.linear_addr;
	struct domain *d = v->domain;

	switch (in->cmd) {
	case MMUEXT_NEW_BASEPTR:
		return pt_switch_kernel(v, mfn(in->arg1.mfn));
	case MMUEXT_NEW_USER_BASEPTR:
		return pt_switch_user(v, mfn(in->arg1.mfn));
	case MMUEXT_TLB_FLUSH_LOCAL:
		tlb_flush_local();
		return 0;
	case MMUEXT_INVLPG_LOCAL:
		count_one(v, invlpgs);
		invlpg(addr);
		return 0;
	case MMUEXT_TLB_FLUSH_MULTI:
	case MMUEXT_INVLPG_MULTI:
		return flush_multi(d, in);
	case MMUEXT_TLB_FLUSH_ALL:
		tlb_flush_cpus(READ_ONCE(d->tlb_cpus));
		return 0;
	case MMUEXT_INVLPG_ALL:
		tlb_invlpg_cpus(READ_ONCE(d->tlb_cpus), addr);
		return 0;
	case MMUEXT_FLUSH_CACHE:
	case MMUEXT_FLUSH_CACHE_GLOBAL:
		if (!d->privileged)
			return fail(in->cmd == MMUEXT_FLUSH_CACHE ? -EACCES :
				    -EINVAL);
		wbinvd_native();
		return 0;
	default:
		return pv_set_ldt(v, in->arg2.nr_ents ? addr : 0,
				  in->arg2.nr_ents);
	}
}

static int mmuext_one(struct domain *pg, const struct mmuext_op *in)
{
	struct vcpu *v = current();

	switch (in->cmd) {
	case MMUEXT_PIN_L1_TABLE ... MMUEXT_PIN_L4_TABLE:
		return pt_pin(pg, mfn(in->arg1.mfn),
			      in->cmd - MMUEXT_PIN_L1_TABLE + 1);
	case MMUEXT_UNPIN_TABLE:
		return pt_unpin(pg, mfn(in->arg1.mfn));
	case MMUEXT_CLEAR_PAGE:
		return page_write(pg, in->arg1.mfn, NULL);
	case MMUEXT_COPY_PAGE:
		return copy_page(pg, in->arg1.mfn, in->arg2.src_mfn);
	case MMUEXT_NEW_BASEPTR ... MMUEXT_SET_LDT:
	case MMUEXT_NEW_USER_BASEPTR:
	case MMUEXT_FLUSH_CACHE_GLOBAL:
		return pg == v->domain ? op_self(v, in) : fail(-EPERM);
	default:
		return fail(-ENOSYS);
	}
}

/* *done requests were made when this returns. */
static int mmuext_list(struct domain *pg, gva_t list, u32 count, u32 *done)
{
	struct mmuext_op in;
	int ret;

	for (*done = 0; *done < count; list = gva_add(list, sizeof(in))) {
		if (*done && hypercall_preempt())
			return -ERESTART;
		if (guest_read_u64s((u64 *)&in, list, sizeof(in) / 8))
			return fail(-EFAULT);
		ret = mmuext_one(pg, &in);
		if (ret)
			return ret;
		++*done;
		ret = tables_work(pg);
		if (ret)
			return ret;
	}
	return 0;
}

s64 op_mmuext_op(u64 list, u64 nr, u64 pdone, u64 domid)
{
	u32 count = (u32)nr & ~MMU_PREEMPTED, done = 0;
	struct domain *pg;
	s64 ret = pg_owner_get(domid, &pg);

	if (ret)
		return ret;
	if (!(nr & MMU_PREEMPTED))
		count_batch(current(), BATCH_MMUEXT, count, 1);
	ret = tables_work(pg);
	if (!ret)
		ret = mmuext_list(pg, gva(list), count, &done);
	if (pdone && done_add(gva(pdone), done, nr & MMU_PREEMPTED))
		ret = ret == -ERESTART ? -EFAULT : ret;
	pg_owner_put(pg);
	if (ret == -ERESTART)
		return hypercall_continue(
			gva_add(gva(list), done * sizeof(struct mmuext_op)).a,
			(count - done) | MMU_PREEMPTED, pdone, domid);
	return ret;
}
