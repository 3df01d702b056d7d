/* SPDX-License-Identifier: MIT */
/*
 * op_physdev.c - hypercall physdev_op, as far as a domain without devices
 * needs it.  All else answers -ENOSYS (abi/doc/scope.md).
 */
#include <abi/physdev.h>

#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "domid.h"
#include "emul.h"
#include "ops.h"

#define PORTS	65536u

static s64 op_set_iopl(u64 arg)
{
	struct physdev_set_iopl in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.iopl > 3)
		return fail(-EINVAL);
	current()->pv.iopl = in.iopl;
	pv_show_iopl(current());
	return 0;
}

/* The bitmap is looked at when a port is used: emul_io.c. */
static s64 op_set_iobitmap(u64 arg)
{
	struct physdev_set_iobitmap in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.nr_ports > PORTS ||
	    !guest_range_ok(gva((u64)in.bitmap), in.nr_ports / 8 + 1))
		return fail(-EINVAL);
	current()->pv.iobmp = (u64)in.bitmap;
	current()->pv.iobmp_ports = in.nr_ports;
	return 0;
}

/* No interrupt is bound to the domain, so there is none to end. */
static s64 op_eoi(u64 arg)
{
	struct physdev_eoi in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	return fail(-EINVAL);
}

static s64 op_irq_status_query(u64 arg)
{
	struct physdev_irq_status_query in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (in.irq >= NR_PIRQS)
		return fail(-EINVAL);
	in.flags = XENIRQSTAT_needs_eoi;
	if (copy_to_guest(gva(arg), &in, sizeof(in)))
		return fail(-EFAULT);
	return 0;
}

s64 op_physdev_op(u64 cmd, u64 arg)
{
	switch ((u32)cmd) {
	case PHYSDEVOP_set_iopl:
		return op_set_iopl(arg);
	case PHYSDEVOP_eoi:
		return op_eoi(arg);
	case PHYSDEVOP_irq_status_query:
		return op_irq_status_query(arg);
	case PHYSDEVOP_set_iobitmap:
		return op_set_iobitmap(arg);
	default:
		return fail(-ENOSYS);
	}
}
