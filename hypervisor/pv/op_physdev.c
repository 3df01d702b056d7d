/* SPDX-License-Identifier: MIT */
/*
 * op_physdev.c - hypercall physdev_op, as far as a domain without devices
 * needs it.  All else answers -ENOSYS (abi/doc/scope.md).
 */
#include <abi/physdev.h>

#include <uaccess.h>

#include "domid.h"
#include "emul.h"
#include "ops.h"
#include "sub_op.h"

#define PORTS	65536u

static s64 op_set_iopl(struct vcpu *v, void *arg)
{
	struct physdev_set_iopl *in = arg;

	if (in->iopl > 3)
		return fail(-EINVAL);
	v->pv.iopl = in->iopl;
	pv_show_iopl(v);
	return 0;
}

/* The bitmap is looked at when a port is used: emul_io.c. */
static s64 op_set_iobitmap(struct vcpu *v, void *arg)
{
	struct physdev_set_iobitmap *in = arg;

	if (in->nr_ports > PORTS ||
	    !guest_range_ok(gva((u64)in->bitmap), in->nr_ports / 8 + 1))
		return fail(-EINVAL);
	v->pv.iobmp = (u64)in->bitmap;
	v->pv.iobmp_ports = in->nr_ports;
	return 0;
}

/* No interrupt is bound to the domain, so there is none to end. */
static s64 op_eoi(struct vcpu *v, void *arg)
{
	(void)v, (void)arg;
	return fail(-EINVAL);
}

static s64 op_irq_status_query(struct vcpu *v, void *arg)
{
	struct physdev_irq_status_query *in = arg;

	(void)v;
	in->flags = XENIRQSTAT_needs_eoi;
	return in->irq < NR_PIRQS ? 0 : fail(-EINVAL);
}

#define OP(name, back) [PHYSDEVOP_##name] = \
	{ op_##name, sizeof(struct physdev_##name), back, 0 }

static const struct sub_op physdev_ops[] = {
	OP(set_iopl, false),
	OP(set_iobitmap, false),
	OP(eoi, false),
	OP(irq_status_query, true),
};

s64 op_physdev_op(u64 cmd, u64 arg)
{
	return sub_op(physdev_ops, ARRAY_SIZE(physdev_ops), current(), cmd,
		      arg);
}
