/* SPDX-License-Identifier: MIT */
/*
 * shared_bits.h - marking an event in the shared page, and what the files about
 * shared memory have of each other.
 */
#pragma once

#include <abi/xen.h>

#include <domain.h>
#include <machine.h>

struct vcpu_runstate_info;

/*
 * The last two steps of an event.  If the vCPU moves its information while we
 * do them, we have marked the old place: then do it again in the new one.  The
 * mover stores the new place by a locked operation before it marks everything
 * there as pending, so either we see the new place here or it sees our pending
 * bit.
 */
static always_inline enum pv_pending evt_mark(struct vcpu *v, u32 word)
{
	struct vcpu_info *info = READ_ONCE(v->pv.info);
	struct vcpu_info *seen;
	enum pv_pending what;

	do {
		seen = info;
		what = PV_NEW;
		if (!bits_test_set(&seen->evtchn_pending_sel, word) &&
		    !__atomic_exchange_n(&seen->evtchn_upcall_pending, 1,
					 __ATOMIC_SEQ_CST))
			what = PV_UPCALL;
		info = READ_ONCE(v->pv.info);
	} while (unlikely(info != seen));
	return what;
}

/*
 * Set the pending bit before reading the mask.  The guest does the reverse: it
 * clears its mask bit, then looks for a pending one.  Both are locked
 * operations, so whichever of us comes second sees the other's store and the
 * event cannot be lost.
 */
static always_inline enum pv_pending evt_set_pending(struct vcpu *v, u32 port)
{
	struct shared_info *s = v->domain->pv.shared;

	if (bits_test_set(s->evtchn_pending, port))
		return PV_OLD;
	if (bits_test(s->evtchn_mask, port))
		return PV_NEW;
	return evt_mark(v, port / 64);
}

/*
 * Moves the vCPU's information to a frame of its domain, for good.  The vCPU
 * is current or down: 0 or -EINVAL.
 */
int must_check pv_vcpu_info_move(struct vcpu *v, mfn_t m, u32 offset);

/* Writes the current vCPU's clock anew. */
void pv_clock_write(struct vcpu *v);

/* The same, if there is a second between the last time and that. */
static always_inline void pv_clock_refresh(struct vcpu *v, nsec_t that)
{
	if (that - READ_ONCE(v->pv.info->time.system_time) > NSEC_PER_SEC)
		pv_clock_write(v);
}

void pv_runstate_read(struct vcpu *v, struct vcpu_runstate_info *info);
