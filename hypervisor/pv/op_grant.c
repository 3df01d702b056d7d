/* SPDX-License-Identifier: MIT */
/*
 * op_grant.c - hypercall grant_table_op: the table itself, copies, and lists.
 *
 * What maps and unmaps is in grant_map.c.  A copy pins the grants on both sides
 * and holds both frames while it is made, so neither can end meanwhile.  No
 * lock but core's, inside of what it does.
 */
#include <abi/grant_table.h>

#include <grant.h>
#include <hypercall.h>
#include <uaccess.h>

#include "domid.h"
#include "frametype.h"
#include "grant_list.h"
#include "ops.h"
#include "sub_op.h"

/* ---- Copying ------------------------------------------------------------ */

/* One end of a copy: the frame is held, and its grant pinned. */
struct side {
	struct domain *d;
	struct frame *f;
	bool write, pinned;
	u32 ref;
};

static void side_put(const struct side *s)
{
	if (s->f && s->write)
		use_put(s->f);
	else if (s->f)
		frame_put(s->f);
	if (s->pinned)
		gnt_unpin(s->d, s->ref, s->write);
	if (s->d)
		domain_put(s->d);
}

/* A status or -ERESTART; side_put() is due in any case. */
static int side_get(struct batch *b, const struct gnttab_copy_ptr *p,
		    bool granted, struct side *s)
{
	mfn_t m = mfn(p->u.gmfn);
	struct frame *f;
	int ret;

	s->d = peer_get(b, domid_number(p->domid));
	if (!s->d)
		return GNTST_bad_domain;
	if (!granted && p->domid != DOMID_SELF)
		return GNTST_permission_denied;
	if (granted) {
		s->ref = p->u.ref;
		ret = gnt_pin(s->d, s->ref, b->d->id, s->write, &m);
		if (ret)
			return ret == -ENOENT ? GNTST_bad_gntref :
				GNTST_general_error;
		s->pinned = true;
	}
	if (!mfn_valid(m))
		return GNTST_bad_page;
	f = frame_of(m);
	ret = s->write ? use_get(f, s->d, USE_WRITABLE) : frame_get(f, s->d);
	if (ret)
		return ret == -ERESTART ? ret : ret == -EINVAL ?
			GNTST_general_error : GNTST_bad_page;
	s->f = f;
	return GNTST_okay;
}

static int copy(struct batch *b, const struct gnttab_copy *in)
{
	struct side from = { 0 }, to = { .write = true };
	int ret;

	if (in->source.offset + in->len > PAGE_SIZE ||
	    in->dest.offset + in->len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	ret = side_get(b, &in->source, in->flags & GNTCOPY_source_gref, &from);
	if (!ret)
		ret = side_get(b, &in->dest, in->flags & GNTCOPY_dest_gref,
			       &to);
	if (!ret)
		memmove((char *)frame_virt(to.f) + in->dest.offset,
			(char *)frame_virt(from.f) + in->source.offset,
			in->len);
	side_put(&to);
	side_put(&from);
	return ret;
}

static int op_copy(struct batch *b, gva_t at)
{
	struct gnttab_copy in;
	int ret;

	if (guest_read_u64s((u64 *)&in, at, 5))
		return fail(-EFAULT);
	ret = copy(b, &in);
	if (ret == -ERESTART)
		return ret;
	in.status = ret;
	return guest_write_u64(gva_add(at, 32), ((u64 *)&in)[4]);
}

/* ---- The table itself --------------------------------------------------- */

static int target_status(domid_t id, struct domain **d)
{
	int ret = domid_target(id, d);

	return !ret ? GNTST_okay : ret == -ESRCH ? GNTST_bad_domain :
		GNTST_permission_denied;
}

static int table_setup(struct domain *d, const struct gnttab_setup_table *in)
{
	gva_t list = gva((u64)in->frame_list);
	u32 i;

	if (gnt_grow(d, in->nr_frames))
		return GNTST_general_error;
	for (i = 0; i < in->nr_frames; i++)
		if (guest_write_u64(gva_add(list, i * sizeof(u64)),
				    virt_mfn(d->gnt.table[i]).n))
			return GNTST_bad_virt_addr;
	return GNTST_okay;
}

static s64 op_setup_table(struct vcpu *v not_used, void *arg)
{
	struct gnttab_setup_table *in = arg;
	struct domain *d;

	in->status = target_status(in->dom, &d);
	if (in->status)
		return 0;
	in->status = table_setup(d, in);
	domain_put(d);
	return 0;
}

static s64 op_query_size(struct vcpu *v not_used, void *arg)
{
	struct gnttab_query_size *in = arg;
	struct domain *d;

	in->status = target_status(in->dom, &d);
	if (in->status)
		return 0;
	in->nr_frames = READ_ONCE(d->gnt.nr_frames);
	in->max_nr_frames = CONFIG_GRANT_FRAMES;
	domain_put(d);
	return 0;
}

static s64 op_set_version(struct vcpu *v not_used, void *arg)
{
	struct gnttab_set_version *in = arg;

	if (in->version == 2)
		return fail(-ENOSYS);
	return in->version == 1 ? 0 : fail(-EINVAL);
}

static s64 op_get_version(struct vcpu *v not_used, void *arg)
{
	struct gnttab_get_version *in = arg;
	struct domain *d;
	int ret = domid_target(in->dom, &d);

	if (ret)
		return ret;
	domain_put(d);
	in->version = 1;
	return 0;
}

#define OP(name) [GNTTABOP_##name] = \
	{ op_##name, sizeof(struct gnttab_##name), true, false }

static const struct sub_op table_ops[] = {
	OP(setup_table),
	OP(query_size),
	OP(set_version),
	OP(get_version),
};

/* ---- The call ----------------------------------------------------------- */

#define LIST(name) [GNTTABOP_##name] = \
	{ op_##name, sizeof(struct gnttab_##name) }

static const struct {
	int (*one)(struct batch *b, gva_t at);
	u32 size;
} list_ops[] = {
	LIST(map_grant_ref),
	LIST(unmap_grant_ref),
	LIST(copy),
	[GNTTABOP_unmap_and_replace] = {
		op_unmap_grant_ref, sizeof(struct gnttab_unmap_and_replace)
	},
};

static s64 list_op(u32 cmd, gva_t list, u32 count)
{
	struct batch b;
	int ret = 0;

	b.cmd = cmd;
	b.d = current()->domain;
	b.rd = NULL;
	b.at.table = b.from.table = NULL;
	b.left = count;
	b.nr_handles = 0;
	while (b.left && !ret) {
		ret = list_ops[cmd].one(&b, list);
		if (ret)
			break;
		list = gva_add(list, list_ops[cmd].size);
		b.left--;
		if ((count - b.left) % BATCH == 0) {
			batch_end(&b);
			if (b.left && hypercall_preempt())
				ret = -ERESTART;
		}
	}
	batch_end(&b);
	if (b.rd)
		domain_put(b.rd);
	if (ret != -ERESTART)
		return ret;
	count_batch(current(), BATCH_GRANT, b.left, -1);
	return hypercall_continue(cmd, list.a, b.left, 0);
}

s64 op_grant_table_op(u64 arg, u64 list, u64 count)
{
	u32 cmd = (u32)arg;

	if ((s32)count < 0)
		return fail(-EINVAL);
	count_batch(current(), BATCH_GRANT, (u32)count, 1);
	if (cmd < ARRAY_SIZE(list_ops) && list_ops[cmd].one)
		return list_op(cmd, gva(list), (u32)count);
	if ((cmd == GNTTABOP_setup_table || cmd == GNTTABOP_query_size) &&
	    (u32)count != 1)
		return fail(-EINVAL);
	return sub_op(table_ops, ARRAY_SIZE(table_ops), current(), cmd, list);
}
