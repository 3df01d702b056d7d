/* SPDX-License-Identifier: MIT */
/*
 * sub_op.h - hypercalls with a number and the address of one structure.
 */
#pragma once

#include <types.h>

/*
 * in is the structure, copied in once.  What act leaves there goes back to the
 * guest if back is set and act returns 0 or more.
 */
struct sub_op {
	s64 (*act)(struct vcpu *v, void *in);
	u8 size;		/* 0: the argument is not looked at */
	bool back;
	bool own;		/* -EINVAL unless v is current */
};

#define SUB_OP_MAX	64	/* bytes of a structure */

/* -ENOSYS for what is not in the table, -EFAULT. */
s64 sub_op(const struct sub_op *table, u32 entries, struct vcpu *v, u32 cmd,
	   u64 arg);
