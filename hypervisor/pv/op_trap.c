/* SPDX-License-Identifier: MIT */
/*
 * op_trap.c - where a guest's kernel is entered: trap table, callbacks, stack.
 *
 * All of it belongs to the calling vCPU alone, so there is no lock.
 */
#include <abi/callback.h>
#include <abi/xen.h>

#include <domain.h>
#include <hypercall.h>
#include <insn.h>
#include <lib.h>
#include <uaccess.h>
#include <vcpu.h>

#include "ops.h"
#include "sub_op.h"

/* Traps read before other work gets a chance. */
#define TRAP_BATCH	32

s64 op_set_trap_table(u64 list)
{
	struct callback *traps = current()->pv.traps;
	struct trap_info in;
	u32 n;

	if (!list) {
		memset(traps, 0, 256 * sizeof(*traps));
		return 0;
	}
	/* The guest ends the list where it likes: stop now and then. */
	for (n = 1; ; n++, list += sizeof(in)) {
		if (copy_from_guest(&in, gva(list), sizeof(in)))
			return fail(-EFAULT);
		if (!in.address)
			return 0;
		if (!is_canonical(in.address))
			return fail(-EINVAL);
		traps[in.vector] = (struct callback){
			in.address, TI_GET_IF(&in), TI_GET_DPL(&in)
		};
		if (n % TRAP_BATCH == 0 && hypercall_preempt())
			return hypercall_continue(list + sizeof(in), 0, 0, 0);
	}
}

s64 op_set_callbacks(u64 event, u64 failsafe, u64 syscall)
{
	struct pv_vcpu *pv = &current()->pv;

	/* An address that can't be is passed over, as on Xen. */
	if (is_canonical(event))
		pv->event = (struct callback){ event, true, 0 };
	if (is_canonical(failsafe))
		pv->failsafe = (struct callback){ failsafe, false, 0 };
	if (is_canonical(syscall))
		pv->syscall = (struct callback){ syscall, false, 0 };
	return 0;
}

/* Where a callback is kept, or NULL. */
static struct callback *callback_of(struct pv_vcpu *pv, u32 type)
{
	struct callback *const kept[] = {
		[CALLBACKTYPE_event] = &pv->event,
		[CALLBACKTYPE_failsafe] = &pv->failsafe,
		[CALLBACKTYPE_syscall] = &pv->syscall,
		[CALLBACKTYPE_syscall32] = &pv->syscall32,
		[CALLBACKTYPE_nmi] = &pv->traps[VEC_NMI],
	};

	return type < ARRAY_SIZE(kept) ? kept[type] : NULL;
}

static s64 op_register(struct vcpu *v, void *arg)
{
	struct callback_register *in = arg;
	struct callback *cb = callback_of(&v->pv, in->type);

	if (!is_canonical(in->address))
		return fail(-EINVAL);
	if (cb) {
		*cb = (struct callback){
			.addr = in->address,
			.mask_events = in->flags & CALLBACKF_mask_events ||
				       in->type == CALLBACKTYPE_event ||
				       in->type == CALLBACKTYPE_nmi,
		};
		return 0;
	}
	/*
	 * SYSENTER is never let through.  Where the CPU has it in 64-bit mode
	 * the guest is told, and uses INT 0x80; on AMD it is #UD anyway, and
	 * Xen says 0.
	 */
	if (in->type == CALLBACKTYPE_sysenter)
		return sysenter_works() ? fail(-EINVAL) : 0;
	return fail(-ENOSYS);
}

static s64 op_unregister(struct vcpu *v, void *arg)
{
	struct callback_unregister *in = arg;

	if (in->type == CALLBACKTYPE_nmi) {
		v->pv.traps[VEC_NMI] = (struct callback){ 0 };
		return 0;
	}
	return fail(callback_of(&v->pv, in->type) ||
		    in->type == CALLBACKTYPE_sysenter ? -EINVAL : -ENOSYS);
}

#define OP(name) [CALLBACKOP_##name] = \
	{ op_##name, sizeof(struct callback_##name), false, false }

static const struct sub_op callback_ops[] = { OP(register), OP(unregister) };

s64 op_callback_op(u64 cmd, u64 arg)
{
	return sub_op(callback_ops, ARRAY_SIZE(callback_ops), current(), cmd,
		      arg);
}

s64 op_stack_switch(u64 ss not_used, u64 sp)
{
	/* SS is always the flat one: a guest that named another gets it too. */
	current()->pv.kernel_sp = sp;
	return 0;
}

s64 op_fpu_taskswitch(u64 set)
{
	struct vcpu *v = current();

	v->pv.ts = set;
	vcpu_load_ts(v);
	return 0;
}
