/* SPDX-License-Identifier: MIT */
/*
 * ops.h - the handlers of all hypercalls, from the one list.
 */
#ifndef OPS_H
#define OPS_H

#include <types.h>

#define OP_ARGS_0	void
#define OP_ARGS_1	u64 a1
#define OP_ARGS_2	u64 a1, u64 a2
#define OP_ARGS_3	u64 a1, u64 a2, u64 a3
#define OP_ARGS_4	u64 a1, u64 a2, u64 a3, u64 a4

#define HYPERCALL(number, name, nargs) s64 op_##name(OP_ARGS_##nargs);
#include <abi/hypercalls.def>
#undef HYPERCALL

#endif
