/* SPDX-License-Identifier: MIT */
/*
 * pt_root.c - the roots of a vCPU, the way down from them, and their end.
 *
 * A vCPU holds a use of each of its level 4 tables.  CR3 is written before the
 * use of the old one is dropped (frametype.c says why).  The hypervisor's slots
 * are the same in all of them, but for the M2P's: user mode does not see it.
 */
#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <tlb.h>

#include "frametype.h"

void l4_init_hv(u64 *l4)
{
	l4_fill_hv_slots(l4);
}

static int root_get(struct domain *d, mfn_t m, struct frame **f)
{
	int ret;

	if (!mfn_valid(m))
		return fail(-EINVAL);
	*f = frame_of(m);
	ret = use_get(*f, d, USE_L4);
	return unlikely(ret) ? use_error(ret) : 0;
}

static void root_put(u64 cr3)
{
	if (cr3)
		use_put(frame_of(maddr_to_mfn(maddr(cr3))));
}

static void switch_now(struct vcpu *v, u64 cr3)
{
	count_one(v, cr3_writes);
	cr3_write(cr3);
}

int pt_switch_kernel(struct vcpu *v, mfn_t m)
{
	u64 old = v->pv.cr3_kernel, *l4;
	struct frame *f;
	int ret = root_get(v->domain, m, &f);

	if (ret)
		return ret;
	l4 = frame_virt(f);
	if (!l4[HV_FIRST_SLOT])
		l4_fill_hv_slots(l4);
	v->pv.cr3_kernel = mfn_to_maddr(m).a;
	if (v == current() && v->pv.in_kernel)
		switch_now(v, v->pv.cr3_kernel);
	root_put(old);
	return 0;
}

int pt_switch_user(struct vcpu *v, mfn_t m)
{
	u64 old = v->pv.cr3_user, *l4;
	struct frame *f;
	int ret;

	if (m.n) {
		ret = root_get(v->domain, m, &f);
		if (ret)
			return ret;
		l4 = frame_virt(f);
		if (mfn_to_maddr(m).a != v->pv.cr3_kernel)
			l4[HV_FIRST_SLOT] = 0;
	}
	v->pv.cr3_user = mfn_to_maddr(m).a;
	if (v == current() && !v->pv.in_kernel)
		switch_now(v, v->pv.cr3_user);
	root_put(old);
	return 0;
}

void pt_drop_roots(struct vcpu *v)
{
	root_put(v->pv.cr3_kernel);
	root_put(v->pv.cr3_user);
	v->pv.cr3_kernel = 0;
	v->pv.cr3_user = 0;
}

/* ---- The way down ------------------------------------------------------- */

u64 pt_lookup(struct vcpu *v, gva_t va)
{
	u64 *entry = pt_entry(v, va.a);

	return entry ? READ_ONCE(*entry) : 0;
}

/* ---- The end of a domain ------------------------------------------------ */

/* The first of d's frames, or the one after f, with a reference; or NULL. */
static struct frame *frame_next(struct domain *d, struct frame *f)
{
	u32 n;

	spin_lock(&d->pages_lock);
	n = f ? f->next : d->pages.first;
	/* One whose last reference just went waits for the lock to leave. */
	while (n && frame_get(frame_of(mfn(n)), d))
		n = frame_of(mfn(n))->next;
	spin_unlock(&d->pages_lock);
	return n ? frame_of(mfn(n)) : NULL;
}

/*
 * Goes over all frames, from where it stopped: the reference on that frame
 * keeps it in the list.  At first they are no tables any more, then they are
 * nobody's.  Bounded by stopping after each 64.
 */
static int frames_visit(struct domain *d, bool release)
{
	struct frame *f, *next;
	unsigned int n = 0;

	f = d->pv.end_at ? frame_of(mfn(d->pv.end_at)) : frame_next(d, NULL);
	d->pv.end_at = 0;
	while (f) {
		if (release)
			frame_release(f);	/* or the guest did before */
		else
			frame_forsake(f);
		next = frame_next(d, f);
		frame_put(f);
		f = next;
		if (f && (mmu_work(d) || (++n % 64 == 0 &&
					  hypercall_preempt()))) {
			d->pv.end_at = frame_mfn(f).n;
			return -ERESTART;
		}
	}
	return mmu_work(d);
}

int mmu_domain_relinquish(struct domain *d)
{
	u32 i;

	for (i = 0; i < d->nr_vcpus; i++)
		if (d->vcpu[i])
			pt_drop_roots(d->vcpu[i]);
	for (; d->pv.end_phase < 2; d->pv.end_phase++)
		if (frames_visit(d, d->pv.end_phase))
			return -ERESTART;
	if (mmu_work(d))
		return -ERESTART;
	page_free(d->pv.map, 0);
	d->pv.map = NULL;
	return 0;
}
