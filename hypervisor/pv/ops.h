/* SPDX-License-Identifier: MIT */
/*
 * ops.h - the handlers of all hypercalls, from the one list, and those parts
 * of them that have files of their own.
 */
#pragma once

#include <types.h>

#define OP_ARGS_0	void
#define OP_ARGS_1	u64 a1
#define OP_ARGS_2	u64 a1, u64 a2
#define OP_ARGS_3	u64 a1, u64 a2, u64 a3
#define OP_ARGS_4	u64 a1, u64 a2, u64 a3, u64 a4

#define HYPERCALL(number, name, nargs) s64 op_##name(OP_ARGS_##nargs);
#include <abi/hypercalls.def>
#undef HYPERCALL

struct vcpu_guest_context;

/*
 * Gives a vCPU that is down its first state; c is ours, not the guest's
 * memory.  0, -EINVAL, or -ERESTART: call it again.
 */
int must_check pv_vcpu_initialise(struct vcpu *v,
				  const struct vcpu_guest_context *c);

/* Of memory_op: exchange, and memory maps; arg is the guest's. */
s64 op_exchange(u64 cmd, u64 arg);
s64 op_memory_map(u64 arg);
s64 op_machine_memory_map(u64 arg);
s64 op_set_memory_map(u64 arg);

/* Of sluice_op: a domain's counters, which go to arg. */
s64 op_counters(u64 arg, u32 domid);

/* Likewise: what domain 0 may do, by number; what a domain is to do. */
s64 op_control(u32 nr, u64 arg, u32 domid);
s64 op_idle(u64 deadline, u32 count);
s64 op_yield_to(u64 port_number, u32 count);
s64 op_wishes(u64 arg, u32 count);
