/* SPDX-License-Identifier: MIT */
/*
 * exchange.c - memory_op's exchange: frames given, as many got, in other
 * pieces: how a driver gets memory that is contiguous for a device.
 *
 * Goes chunk by chunk, a chunk being the larger of the two kinds of extents;
 * each is exchanged entirely or not at all.  What is given up must not be
 * mapped or used any more.  It is out of everybody's reach from when it was
 * found good until the new frames are there, so nothing is checked twice.
 * Stops for other work after each chunk.
 */
#include <abi/memory.h>
#include <abi/xen.h>

#include <hypercall.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "ops.h"

#define ORDER_MAX	9	/* a chunk's frames have room in a page */

struct chunk {
	const struct xen_memory_exchange *x;
	struct domain *d;
	u64 *mfns;		/* a page: the frames to give, withdrawn */
	u64 *got;		/* a page: the first frames of what is got */
	u64 first_in, nr_in;	/* extents of the lists */
	u64 first_out, nr_out;
	u64 n, have;		/* how many are in mfns and got */
};

static gva_t list_entry_at(const struct xen_memory_reservation *r, u64 i)
{
	return gva((u64)(r->extent_start + i));
}

/* Takes the frames to give out of reach. */
static int chunk_withdraw(struct chunk *c)
{
	u64 i, k, mfn_in;

	for (i = 0; i < c->nr_in; i++) {
		if (guest_read_u64s(&mfn_in,
				    list_entry_at(&c->x->in, c->first_in + i),
				    1))
			return fail(-EFAULT);
		for (k = 0; k < 1UL << c->x->in.extent_order; k++, mfn_in++) {
			if (!mfn_valid(mfn(mfn_in)) ||
			    frame_withdraw(frame_of(mfn(mfn_in)), c->d))
				return fail(-EINVAL);
			c->mfns[c->n++] = mfn_in;
		}
	}
	return 0;
}

static u64 address_end(const struct xen_memory_reservation *r)
{
	u32 bits = XENMEMF_get_address_bits(r->mem_flags);

	return bits && bits < 52 ? 1UL << bits : 1UL << 52;
}

static int chunk_get(struct chunk *c)
{
	u32 order = c->x->out.extent_order;
	struct frame *f;

	while (c->have < c->nr_out) {
		f = frame_alloc_instead(c->d, order);
		if (!f)
			return fail(-ENOMEM);
		c->got[c->have++] = frame_mfn(f).n;
		if ((frame_mfn(f).n + (1UL << order)) << PAGE_SHIFT >
		    address_end(&c->x->out))
			return fail(-ENOMEM);
	}
	return 0;
}

/* All as it was. */
static void chunk_undo(struct chunk *c)
{
	u64 i, k;

	for (i = 0; i < c->n; i++)
		frame_return(frame_of(mfn(c->mfns[i])));
	for (i = 0; i < c->have; i++)
		for (k = 0; k < 1UL << c->x->out.extent_order; k++) {
			struct frame *f = frame_of(mfn(c->got[i] + k));

			/* Nobody knows of it but who guessed its number. */
			if (!frame_withdraw(f, c->d))
				frame_discard(f);
		}
}

/* Can't fail: a list that can't be read or written is the guest's loss. */
static void chunk_commit(struct chunk *c)
{
	u64 i, k, pfn;

	for (i = 0; i < c->n; i++)
		frame_discard(frame_of(mfn(c->mfns[i])));
	for (i = 0; i < c->nr_out; i++) {
		gva_t entry = list_entry_at(&c->x->out, c->first_out + i);

		if (guest_read_u64s(&pfn, entry, 1))
			continue;
		for (k = 0; k < 1UL << c->x->out.extent_order; k++)
			m2p_set(mfn(c->got[i] + k), pfn + k);
		if (guest_write_u64(entry, c->got[i]))
			continue;
	}
}

static int chunk_exchange(struct chunk *c)
{
	int ret;

	c->n = 0;
	c->have = 0;
	ret = chunk_withdraw(c);
	if (!ret)
		ret = chunk_get(c);
	if (ret)
		chunk_undo(c);
	else
		chunk_commit(c);
	return ret;
}

static int exchange_check(const struct xen_memory_exchange *x)
{
	const struct xen_memory_reservation *in = &x->in, *out = &x->out;

	if (MAX(in->extent_order, out->extent_order) > ORDER_MAX)
		return fail(-EPERM);
	if (x->nr_exchanged > in->nr_extents || in->domid != out->domid ||
	    in->nr_extents > ~0UL >> in->extent_order ||
	    out->nr_extents > ~0UL >> out->extent_order ||
	    in->nr_extents << in->extent_order !=
	    out->nr_extents << out->extent_order)
		return fail(-EINVAL);
	return 0;
}

/* *done extents of in are exchanged when this returns. */
static int exchange_run(struct chunk *c, u64 *done)
{
	u32 in = c->x->in.extent_order, out = c->x->out.extent_order;
	u64 i = *done;
	int ret = 0;

	c->nr_in = in < out ? 1UL << (out - in) : 1;
	c->nr_out = out < in ? 1UL << (in - out) : 1;
	i -= i % c->nr_in;
	while (!ret && i + c->nr_in <= c->x->in.nr_extents) {
		c->first_in = i;
		c->first_out = i / c->nr_in * c->nr_out;
		ret = chunk_exchange(c);
		if (!ret)
			i += c->nr_in;
		if (!ret && i < c->x->in.nr_extents && hypercall_preempt())
			ret = -ERESTART;
	}
	*done = i;
	return ret;
}

s64 op_exchange(u64 cmd, u64 arg)
{
	struct xen_memory_exchange x;
	struct chunk c = { .x = &x };
	u64 done;
	s64 ret;

	if (copy_from_guest(&x, gva(arg), sizeof(x)))
		return fail(-EFAULT);
	ret = exchange_check(&x);
	if (!ret)
		ret = domid_target(x.in.domid, &c.d);
	if (ret)
		return ret;
	done = x.nr_exchanged;
	c.mfns = page_alloc(0);
	c.got = page_alloc(0);
	ret = c.mfns && c.got ? exchange_run(&c, &done) : fail(-ENOMEM);
	page_free(c.mfns, 0);
	page_free(c.got, 0);
	domain_put(c.d);
	if (guest_write_u64(gva(arg + offsetof(struct xen_memory_exchange,
					       nr_exchanged)), done))
		return fail(-EFAULT);
	return ret == -ERESTART ? hypercall_continue(cmd, arg, 0, 0) : ret;
}
