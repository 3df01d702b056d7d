/* SPDX-License-Identifier: MIT */
/*
 * hypercall.c - the dispatch table, restarts, and many calls in one.
 *
 * A call that has to stop half-way is made again by the guest: this file alone
 * moves the guest back to its SYSCALL, with the arguments to go on with.  The
 * guest may change them meanwhile, so they are checked again like any others.
 */
#include <abi/xen.h>

#include <domain.h>
#include <hypercall.h>
#include <uaccess.h>

#include "ops.h"
#include "ring.h"

#define CALL_SLOTS	64	/* as entry.S masks */
#define SYSCALL_LEN	2

typedef s64 op_fn(u64 a1, u64 a2, u64 a3, u64 a4);

static s64 op_none(u64 a1, u64 a2, u64 a3, u64 a4)
{
	(void)a1, (void)a2, (void)a3, (void)a4;
	return fail(-ENOSYS);
}

/*
 * All handlers take their arguments in registers, so one with fewer than four
 * can be called as if it had four: void * says that this is meant.
 */
static op_fn *const hypercall_table[CALL_SLOTS] = {
	[0 ... CALL_SLOTS - 1] = op_none,
#define HYPERCALL(number, name, nargs) [number] = (op_fn *)(void *)op_##name,
#include <abi/hypercalls.def>
#undef HYPERCALL
};

static const u8 nr_args[CALL_SLOTS] = {
#define HYPERCALL(number, name, nargs) [number] = nargs,
#include <abi/hypercalls.def>
#undef HYPERCALL
};

bool hypercall_preempt(void)
{
	irq_window();
	return READ_ONCE(this_cpu()->work);
}

s64 hypercall_continue(u64 a1, u64 a2, u64 a3, u64 a4)
{
	const u64 args[] = { a1, a2, a3, a4 };

	memcpy(current()->pv.cont, args, sizeof(args));
	current()->pv.restart = true;
	return -ERESTART;
}

/* A result may happen to have that value: then it is just a result. */
static bool restart_take(struct vcpu *v)
{
	bool restart = v->pv.restart;

	v->pv.restart = false;
	return restart;
}

void hypercall_restart(struct vcpu *v)
{
	struct regs *r = guest_regs();
	u64 *const args[] = { &r->rdi, &r->rsi, &r->rdx, &r->r10 };
	u32 i;

	if (!restart_take(v)) {
		r->rax = (u64)-ERESTART;
		return;
	}
	/* It will be counted once more. */
	count_n(v, calls[r->rax], -1);
	count_one(v, restarts);
	/* Registers that the call does not use stay as they are. */
	for (i = 0; i < nr_args[r->rax]; i++)
		*args[i] = v->pv.cont[i];
	r->rip -= SYSCALL_LEN;
}

static always_inline s64 call_one(u64 op, u64 a1, u64 a2, u64 a3, u64 a4)
{
	if (unlikely(op >= CALL_SLOTS))
		return fail(-ENOSYS);
	/* The same for a CPU that speculates past the check. */
	asm_hide(op);
	op &= CALL_SLOTS - 1;
	return hypercall_table[op](a1, a2, a3, a4);
}

/* The guest's registers still hold its call. */
static noinline s64 op_ring_first(void)
{
	const struct regs *r = guest_regs();

	/* What is no call does not wait for what else is to be done. */
	if (unlikely(ring_drain(current())) && r->rax < CALL_SLOTS)
		return hypercall_continue(r->rdi, r->rsi, r->rdx, r->r10);
	return call_one(r->rax, r->rdi, r->rsi, r->rdx, r->r10);
}

/*
 * Any call of a vCPU that has a ring.  entry.S has masked the number that it
 * came by, but not the one in the registers.
 */
static s64 op_after_ring(u64 a1, u64 a2, u64 a3, u64 a4)
{
	if (ring_waits(current()))
		return op_ring_first();
	return call_one(guest_regs()->rax, a1, a2, a3, a4);
}

static op_fn *const ring_table[CALL_SLOTS] = {
	[0 ... CALL_SLOTS - 1] = op_after_ring,
};

void hypercall_table_choose(struct vcpu *v)
{
	v->pv.calls = v->pv.ring ? ring_table : hypercall_table;
}

/* An entry as it is in the guest's memory, up to the arguments we use. */
struct multicall_in {
	u64 op;
	u64 result;
	u64 args[4];
};

/* The entry is to be made again with other arguments: 0 or -EFAULT. */
static noinline int multicall_rewrite(const struct vcpu *v, gva_t entry,
				      u64 op)
{
	u32 i;

	for (i = 0; i < nr_args[op]; i++)
		if (guest_write_u64(gva_add(entry, 16 + 8 * i),
				    v->pv.cont[i]))
			return -EFAULT;
	return 0;
}

/*
 * Bounded by stopping for other work after each call, which may also be the
 * end of the domain.
 */
static s64 multicall_run(struct vcpu *v, gva_t list, u64 nr)
{
	const u64 size = sizeof(struct multicall_entry);
	struct multicall_in in;
	s64 ret;

	for (; nr; nr--, list = gva_add(list, size)) {
		if (guest_read_u64s((u64 *)&in, list, sizeof(in) / 8))
			return fail(-EFAULT);
		count_one(v, multi[MIN(in.op, CALL_SLOTS - 1)]);
		ret = call_one(in.op, in.args[0], in.args[1], in.args[2],
			       in.args[3]);
		/* The guest is elsewhere now: the rest is not for there. */
		if (unlikely(in.op == __HYPERVISOR_iret))
			return ret;
		if (unlikely(ret == -ERESTART) && restart_take(v)) {
			if (multicall_rewrite(v, list, in.op))
				return fail(-EFAULT);
			count_n(v, multi[in.op], -1);
			count_batch(v, BATCH_MULTICALL, nr, -1);
			return hypercall_continue(list.a, nr, 0, 0);
		}
		if (guest_write_u64(gva_add(list, 8), ret))
			return fail(-EFAULT);
		if (hypercall_preempt() && nr > 1) {
			count_batch(v, BATCH_MULTICALL, nr - 1, -1);
			return hypercall_continue(gva_add(list, size).a,
						  nr - 1, 0, 0);
		}
	}
	return 0;
}

s64 op_multicall(u64 list, u64 nr)
{
	struct vcpu *v = current();
	s64 ret;

	if (v->pv.in_multicall)
		return fail(-EINVAL);
	count_batch(v, BATCH_MULTICALL, (u32)nr, 1);
	v->pv.in_multicall = true;
	ret = multicall_run(v, gva(list), (u32)nr);
	v->pv.in_multicall = false;
	return ret;
}
