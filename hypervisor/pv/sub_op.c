/* SPDX-License-Identifier: MIT */
/*
 * sub_op.c - finds a sub-operation, and brings its argument in and out.
 */
#include <lib.h>
#include <machine.h>
#include <uaccess.h>

#include "sub_op.h"

s64 sub_op(const struct sub_op *table, u32 entries, struct vcpu *v, u32 cmd,
	   u64 arg)
{
	u64 in[SUB_OP_MAX / sizeof(u64)];
	const struct sub_op *op;
	s64 rc;

	if (cmd >= entries || !table[cmd].act)
		return fail(-ENOSYS);
	op = &table[cmd];
	if (op->own && v != current())
		return fail(-EINVAL);
	if (copy_from_guest(in, gva(arg), op->size))
		return fail(-EFAULT);
	rc = op->act(v, in);
	if (op->back && rc >= 0 && copy_to_guest(gva(arg), in, op->size))
		return fail(-EFAULT);
	return rc;
}
