/* SPDX-License-Identifier: MIT */
/*
 * op_memory.c - hypercall memory_op: frames taken and given back, and what a
 * guest may know about memory.
 *
 * The calls over lists return how many extents they did, also when the first
 * can't be done: that is how they tell errors.  They stop for other work after
 * each extent; where to go on is in the upper bits of cmd.  Lists are read and
 * written entry by entry, each once.
 */
#include <abi/memory.h>
#include <abi/xen.h>

#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "frametype.h"
#include "ops.h"

#define CMD_MASK	0x3fu
#define CMD_SHIFT	6
#define ORDER_MAX	9	/* what one extent may have: 2 MiB */

/* One extent: false when it can't be done. */
typedef bool extent_fn(struct domain *d, gva_t entry,
		       const struct xen_memory_reservation *in);

static bool extent_increase(struct domain *d, gva_t entry,
			    const struct xen_memory_reservation *in)
{
	struct frame *f = frame_alloc_order(d, in->extent_order);

	if (!f)
		return false;
	return !in->extent_start ||
	       !guest_write_u64(entry, frame_mfn(f).n);
}

static bool extent_populate(struct domain *d, gva_t entry,
			    const struct xen_memory_reservation *in)
{
	struct frame *f;
	u64 pfn, i;

	if (guest_read_u64s(&pfn, entry, 1))
		return false;
	f = frame_alloc_order(d, in->extent_order);
	if (!f)
		return false;
	for (i = 0; i < 1UL << in->extent_order; i++)
		m2p_set(frame_mfn(f + i), pfn + i);
	return !guest_write_u64(entry, frame_mfn(f).n);
}

/* Frames of which the guest still has mappings go when those go. */
static bool extent_decrease(struct domain *d, gva_t entry,
			    const struct xen_memory_reservation *in)
{
	u64 n, i;
	bool ok;

	if (guest_read_u64s(&n, entry, 1))
		return false;
	for (i = 0; i < 1UL << in->extent_order; i++, n++) {
		if (!mfn_valid(mfn(n)) || frame_get(frame_of(mfn(n)), d))
			return false;
		ok = !frame_release(frame_of(mfn(n)));
		frame_put(frame_of(mfn(n)));
		if (!ok)
			return false;
	}
	return true;
}

/* The number of extents that are done, or -ERESTART with it in *at. */
static s64 extents(struct domain *d, const struct xen_memory_reservation *in,
		   u64 *at, extent_fn *one)
{
	u64 first = *at, i;

	for (i = first; i < in->nr_extents; i++) {
		if (i > first && hypercall_preempt()) {
			*at = i;
			return -ERESTART;
		}
		if (!one(d, gva((u64)(in->extent_start + i)), in))
			break;
	}
	return i;
}

static s64 op_reservation(u64 cmd, u64 arg)
{
	static extent_fn *const fns[] = {
		[XENMEM_increase_reservation] = extent_increase,
		[XENMEM_decrease_reservation] = extent_decrease,
		[XENMEM_populate_physmap] = extent_populate,
	};
	struct xen_memory_reservation in;
	u64 at = cmd >> CMD_SHIFT;
	struct domain *d;
	s64 ret;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return at;
	if (!at)
		count_batch(current(), BATCH_MEMORY, (u32)in.nr_extents, 1);
	if (in.nr_extents > ~0u >> CMD_SHIFT || at >= in.nr_extents ||
	    in.extent_order > ORDER_MAX || domid_target(in.domid, &d))
		return at;
	ret = extents(d, &in, &at, fns[cmd & CMD_MASK]);
	domain_put(d);
	if (ret == -ERESTART)
		return hypercall_continue((cmd & CMD_MASK) | at << CMD_SHIFT,
					  arg, 0, 0);
	return ret;
}

/* Of a domain whose number lies in guest memory. */
static s64 op_how_much(u32 cmd, u64 arg)
{
	struct domain *d;
	domid_t in;
	s64 ret;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	ret = domid_target(in, &d);
	if (ret)
		return ret;
	if (cmd == XENMEM_current_reservation)
		ret = READ_ONCE(d->nr_pages);
	else if (cmd == XENMEM_maximum_reservation)
		ret = READ_ONCE(d->max_pages);
	else
		ret = READ_ONCE(d->pv.shared->arch.max_pfn);
	domain_put(d);
	return ret;
}

static s64 op_machphys_mapping(u64 arg)
{
	struct xen_machphys_mapping out = {
		.v_start = MACH2PHYS_VIRT_START,
		.v_end = MACH2PHYS_VIRT_END,
		.max_mfn = MACH2PHYS_NR_ENTRIES - 1,
	};

	return copy_to_guest(gva(arg), &out, sizeof(out));
}

#define M2P_PIECE_SHIFT	21	/* the list has a frame for each 2 MiB */

/* Bounded by the size of the M2P: 8 entries for 16 GiB of memory. */
static s64 op_machphys_mfn_list(u64 arg)
{
	u64 size = frame_table_nr * sizeof(u64), n, i;
	struct xen_machphys_mfn_list in;
	mfn_t first = virt_mfn(m2p_table);

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	n = (size + (1UL << M2P_PIECE_SHIFT) - 1) >> M2P_PIECE_SHIFT;
	n = MIN(n, in.max_extents);
	for (i = 0; i < n; i++)
		if (guest_write_u64(gva((u64)(in.extent_start + i)), first.n +
				    (i << (M2P_PIECE_SHIFT - PAGE_SHIFT))))
			return fail(-EFAULT);
	in.nr_extents = n;
	return copy_to_guest(gva(arg), &in, sizeof(in));
}

s64 op_memory_op(u64 cmd, u64 arg)
{
	switch (cmd & CMD_MASK) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
		return op_reservation((u32)cmd, arg);
	case XENMEM_exchange:
		return op_exchange(cmd, arg);
	case XENMEM_maximum_ram_page:
		return frame_table_nr;
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
		return op_how_much(cmd & CMD_MASK, arg);
	case XENMEM_machphys_mfn_list:
		return op_machphys_mfn_list(arg);
	case XENMEM_machphys_mapping:
		return op_machphys_mapping(arg);
	case XENMEM_memory_map:
		return op_memory_map(arg);
	case XENMEM_machine_memory_map:
		return op_machine_memory_map(arg);
	case XENMEM_set_memory_map:
		return op_set_memory_map(arg);
	default:
		return fail(-ENOSYS);
	}
}
