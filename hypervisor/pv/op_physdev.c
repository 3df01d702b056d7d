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
	return 0;
}

/*
 * The bitmap would let user mode use the domain's ports.  No domain has ports
 * that user mode could be let to, so that it is taken and never looked at.
 */
static s64 op_set_iobitmap(u64 arg)
{
	struct physdev_set_iobitmap in;

	if (copy_from_guest(&in, gva(arg), sizeof(in)))
		return fail(-EFAULT);
	if (!guest_range_ok(gva((u64)in.bitmap), PORTS / 8) ||
	    in.nr_ports > PORTS)
		return fail(-EINVAL);
	return 0;
}

s64 op_physdev_op(u64 cmd, u64 arg)
{
	switch ((u32)cmd) {
	case PHYSDEVOP_set_iopl:
		return op_set_iopl(arg);
	case PHYSDEVOP_set_iobitmap:
		return op_set_iobitmap(arg);
	default:
		return fail(-ENOSYS);
	}
}
