/* SPDX-License-Identifier: MIT */
/*
 * ring.c - the deferred-call ring: calls that wait for an entry which happens
 * anyway.
 *
 * A vCPU has at most one ring, a page of its domain, which we hold as writable
 * from ring_register() to ring_unregister() or the vCPU's end.  The guest puts
 * calls in and adds to producer; we make them, in order, before anything else
 * that the guest's kernel asks of us or is told by us:
 *
 *  - at each hypercall, iret included (hypercall.c gives such a vCPU a table
 *    of calls of its own, so that one without a ring pays nothing);
 *  - at an exception that the guest's kernel raised (trap.c).  A page fault is
 *    then tried again if a call has succeeded, else handed over: so it
 *    can't come back without end;
 *  - before another vCPU may get the CPU (switch.c).
 *
 * Never in an NMI or machine check, which do not come here.  Never for user
 * mode, whose page tables are the wrong ones: what it (or another vCPU) puts
 * in waits for the kernel's next entry.  Never after the domain's end.
 *
 * What the guest can do to the page at any time: everything.  So the number of
 * calls made, and the place of the next, are kept in the vCPU; producer is
 * read once, and each field of a call once.  A producer that is ahead by more
 * than there are entries is an error, after which both are in step again.
 * What we write in there is for the guest alone and is not read back, but for
 * the counts and the first error, of which nothing here depends.
 *
 * Which calls: those that are short, need no pointer and change nothing that
 * decides how the guest is entered.  Of page tables, level 1 alone, since
 * other entries promote tables.  So a drain is at most 63 times the longest of
 * a PTE change, a flush of this CPU and an event, and needs no stop in
 * between.  Two things are left that can't be bounded so: an entry may name a
 * frame that is a table whose end is not worked off, and a send may be to the
 * console, which shows a line at a time.  Such a call stays in the ring
 * (-ERESTART), each attempt having ended a table or shown a line: a hypercall
 * is then made again, and whoever else came goes on without.
 *
 * No lock: the ring is the vCPU's own, and only its own CPU gets here.
 */
#include <abi/event_channel.h>
#include <abi/sluice.h>

#include <event.h>
#include <hypercall.h>
#include <machine.h>
#include <tlb.h>

#include "frametype.h"
#include "ops.h"
#include "pte_fast.h"
#include "ring.h"

_Static_assert(sizeof(struct sluice_ring) == PAGE_SIZE, "a ring is a page");

/* ---- The calls ---------------------------------------------------------- */

/* A flush of others would wait for them; a mask would be a pointer. */
static always_inline s64 ring_va(struct vcpu *v, u64 va, u64 val, u64 flags)
{
	s64 ret;

	if (unlikely(flags && flags != (UVMF_INVLPG | UVMF_LOCAL) &&
		     flags != (UVMF_TLB_FLUSH | UVMF_LOCAL)))
		return fail(-EPERM);
	ret = op_update_va_mapping(va, val, flags);
	if (unlikely(ret == -ERESTART))
		v->pv.restart = false;	/* not what the guest's call does */
	return ret;
}

/* See pte_retouch() for why the table's use comes only after it. */
static always_inline s64 pte_update(struct domain *d, u64 ptr, u64 val,
				    bool keep_ad)
{
	struct frame *f = frame_of(maddr_to_mfn(maddr(ptr)));
	u64 *entry = maddr_virt(maddr(ptr));
	int ret;

	if (unlikely(!mfn_valid(maddr_to_mfn(maddr(ptr)))))
		return fail(-EINVAL);
	if (unlikely(!use_is_ready(READ_ONCE(f->use), USE_L1)))
		return fail(-EPERM);
	if (READ_ONCE(f->owner) == d && pte_retouch(entry, val, keep_ad))
		return 0;
	ret = use_get(f, d, USE_L1);
	if (unlikely(ret))
		return use_error(ret);
	ret = pte_change_l1(d, d, entry, val, keep_ad);
	use_put(f);
	return ret;
}

/* In two copies, as nearly all are of the first kind. */
static noinline s64 ring_pte_other(struct domain *d, u64 ptr, u64 val)
{
	if ((ptr & 7) != MMU_PT_UPDATE_PRESERVE_AD)
		return fail(-EPERM);
	return pte_update(d, ptr - MMU_PT_UPDATE_PRESERVE_AD, val, true);
}

static always_inline s64 ring_pte(struct domain *d, u64 ptr, u64 val)
{
	_Static_assert(!MMU_NORMAL_PT_UPDATE, "no bits to take off");
	if (unlikely(ptr & 7))
		return ring_pte_other(d, ptr, val);
	return pte_update(d, ptr, val, false);
}

static noinline s64 ring_flush(struct vcpu *v, u64 cmd, u64 addr)
{
	switch (cmd) {
	case MMUEXT_INVLPG_LOCAL:
		count_one(v, invlpgs);
		invlpg(addr);
		return 0;
	case MMUEXT_TLB_FLUSH_LOCAL:
		tlb_flush_local();
		return 0;
	}
	return fail(-EPERM);
}

static always_inline s64 ring_call(struct vcpu *v, u64 op, u64 a, u64 b, u64 c)
{
	if (likely(op == __HYPERVISOR_update_va_mapping))
		return ring_va(v, a, b, c);
	if (likely(op == __HYPERVISOR_mmu_update))
		return ring_pte(v->domain, a, b);
	if (op == __HYPERVISOR_mmuext_op)
		return ring_flush(v, a, b);
	if (op == __HYPERVISOR_event_channel_op && a == EVTCHNOP_send)
		return evt_send(v->domain, port((u32)b));
	return fail(-EPERM);
}

/* ---- Draining ----------------------------------------------------------- */

static noinline void ring_error(struct vcpu *v, s64 error)
{
	struct sluice_ring *r = v->pv.ring;

	r->errors++;
	if (READ_ONCE(r->error))
		return;
	r->error_at = v->pv.ring_done;
	r->error = error;
}

/* Not one of the calls between can be told from what was there before. */
static noinline void ring_jumped(struct vcpu *v, u64 producer)
{
	struct sluice_ring *r = v->pv.ring;

	ring_error(v, fail(-EINVAL));
	v->pv.ring_done = producer;
	v->pv.ring_next = &r->entry[producer % SLUICE_RING_ENTRIES];
	WRITE_ONCE(r->consumer, producer);
}

/* Makes the next call; true: not now. */
static always_inline bool ring_one(struct vcpu *v, struct multicall_entry *e,
				   const struct multicall_entry *end)
{
	s64 ret = ring_call(v, READ_ONCE(e->op), READ_ONCE(e->args[0]),
			    READ_ONCE(e->args[1]), READ_ONCE(e->args[2]));

	if (unlikely(ret)) {
		if (ret == -ERESTART)
			return true;
		ring_error(v, ret);
	} else {
		v->pv.ring_good++;
	}
	WRITE_ONCE(e->result, ret);
	v->pv.ring_next = e + 1 == end ? e + 1 - SLUICE_RING_ENTRIES : e + 1;
	v->pv.ring_done++;
	return false;
}

bool ring_drain(struct vcpu *v)
{
	struct sluice_ring *r = v->pv.ring;
	u64 producer = READ_ONCE(r->producer);
	u64 n = producer - v->pv.ring_done;
	bool left;

	/* None: another vCPU has taken back what our caller saw. */
	if (unlikely(n - 1 >= SLUICE_RING_ENTRIES)) {
		if (n)
			ring_jumped(v, producer);
		return false;
	}
	do {
		left = ring_one(v, v->pv.ring_next,
				&r->entry[SLUICE_RING_ENTRIES]);
	} while (!left && v->pv.ring_done != producer);
	count_n(v, ring_calls, n - (producer - v->pv.ring_done));
	r->drains++;
	WRITE_ONCE(r->consumer, v->pv.ring_done);
	return left;
}

bool ring_drain_kernel(struct vcpu *v)
{
	u64 good = v->pv.ring_good;

	if (!v->pv.in_kernel || !ring_waits(v))
		return false;
	/* What is left is made at the kernel's next hypercall. */
	ring_drain(v);
	return v->pv.ring_good != good;
}

/* A vCPU that was stopped for good does not go on with what it had in mind. */
void pv_leave(struct vcpu *v)
{
	if (unlikely(v->pv.ring) && !READ_ONCE(v->domain->stopped))
		(void)ring_drain_kernel(v);
}

/* ---- The beginning and the end ------------------------------------------ */

int ring_register(struct vcpu *v, u64 frame)
{
	struct sluice_ring *r = mfn_virt(mfn(frame));
	int ret;

	if (v->pv.ring)
		return fail(-EEXIST);
	if (!mfn_valid(mfn(frame)))
		return fail(-EINVAL);
	ret = use_get(frame_of(mfn(frame)), v->domain, USE_WRITABLE);
	if (ret)
		return use_error(ret);
	memset(r, 0, offsetof(struct sluice_ring, entry));
	v->pv.ring = r;
	v->pv.ring_done = 0;
	v->pv.ring_next = r->entry;
	hypercall_table_choose(v);
	return 0;
}

void ring_release(struct vcpu *v)
{
	struct sluice_ring *r = v->pv.ring;

	if (!r)
		return;
	v->pv.ring = NULL;
	hypercall_table_choose(v);
	use_put(frame_of(virt_mfn(r)));
}

int ring_unregister(struct vcpu *v)
{
	if (!v->pv.ring)
		return fail(-ENOENT);
	ring_release(v);
	return 0;
}
