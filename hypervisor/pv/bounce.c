/* SPDX-License-Identifier: MIT */
/*
 * bounce.c - entering the guest's kernel.
 *
 * The frame is what hardware would have pushed, below it R11 and RCX, which
 * SYSRET destroys on the way in.  The guest's kernel runs at CPL 3, so the
 * saved CS tells by its RPL which mode was interrupted, and the upcall mask
 * stands in for the interrupt flag.  No lock: all of it is the vCPU's own.
 */
#include <abi/xen.h>

#include <domain.h>
#include <trap.h>
#include <uaccess.h>

#include "bounce.h"

static noinline void no_room(struct vcpu *v, u64 sp)
{
	domain_kill(v->domain, "vCPU %u: no room for a frame on stack %p",
		    v->id, (void *)sp);
}

/* IOPL is 0 in there unless the guest asked to see its virtual one. */
static always_inline u64 frame_flags(const struct vcpu *v,
				     const struct regs *r, u64 mask)
{
	u64 flags = (r->rflags & ~(FLAG_IF | FLAG_IOPL)) | v->pv.iopl_shown;

	return mask ? flags : flags | FLAG_IF;
}

/*
 * flags is constant in every caller but one, so that each gets a copy of just
 * what it needs.  mask is the upcall mask as the frame shows it.  Pushed from
 * the top down: guest_end_ok().
 */
static always_inline void push_frame(struct vcpu *v, struct regs *r, u64 addr,
				     u32 flags, u32 error_code, u8 mask)
{
	u64 cs = r->cs | (u64)mask << 32, sp = r->rsp, *p;

	if (v->pv.in_kernel) {
		cs &= ~3UL;
	} else {
		v->pv.in_kernel = true;
		if (!(flags & BOUNCE_SYSCALL))
			count_one(v, mode_changes);
		cr3_write(v->pv.cr3_kernel);
		swapgs();
		sp = v->pv.kernel_sp;
	}
	p = (u64 *)(sp & ~15UL);
	if (unlikely(!guest_end_ok(gva((u64)p))))
		goto bad;

	uaccess_begin();
	guest_store(r->ss, --p, fault);
	guest_store(r->rsp, --p, fault);
	guest_store(frame_flags(v, r, mask), --p, fault);
	guest_store(cs, --p, fault);
	guest_store(r->rip, --p, fault);
	if (flags & BOUNCE_ERROR)
		guest_store((u64)error_code, --p, fault);
	if (unlikely(flags & BOUNCE_FAILSAFE)) {
		/* As they were when they failed to load. */
		guest_store((u64)v->pv.gs, --p, fault);
		guest_store((u64)v->pv.fs, --p, fault);
		guest_store((u64)v->pv.es, --p, fault);
		guest_store((u64)v->pv.ds, --p, fault);
	}
	guest_store(r->r11, --p, fault);
	guest_store(r->rcx, --p, fault);
	uaccess_end();

	r->rsp = (u64)p;
	r->ss = GUEST_DS;
	r->cs = GUEST_CS;
	r->rip = addr;
	r->rflags &= ~FLAGS_ON_TRAP;
	r->vector = TRAP_SYSCALL;
	if (flags & BOUNCE_MASK)
		WRITE_ONCE(v->pv.info->evtchn_upcall_mask, 1);
	return;
fault:
	uaccess_end();
bad:
	no_room(v, sp);
}

static always_inline u8 upcall_mask(const struct vcpu *v)
{
	return READ_ONCE(v->pv.info->evtchn_upcall_mask);
}

void bounce(struct vcpu *v, struct regs *r, const struct callback *to,
	    u32 flags, u32 error_code)
{
	if (to->mask_events)
		flags |= BOUNCE_MASK;
	if (likely(to->addr))
		push_frame(v, r, to->addr, flags, error_code, upcall_mask(v));
	else
		domain_kill(v->domain, "vCPU %u: no handler for vector %d "
			    "at %p, error code %x", v->id, (int)r->vector,
			    (void *)r->rip, r->error_code);
}

void bounce_trap(struct vcpu *v, struct regs *r, u32 vector, u32 error_code)
{
	bool has_error = vector < 32 && VECS_WITH_ERROR >> vector & 1;

	r->vector = vector;
	r->error_code = error_code;
	bounce(v, r, &v->pv.traps[vector], has_error ? BOUNCE_ERROR : 0,
	       error_code);
}

void bounce_page_fault(struct vcpu *v, struct regs *r, u32 error_code)
{
	const struct callback *t = &v->pv.traps[VEC_PF];

	if (likely(t->addr && t->mask_events))
		push_frame(v, r, t->addr, BOUNCE_ERROR | BOUNCE_MASK,
			   error_code, upcall_mask(v));
	else
		bounce_trap(v, r, VEC_PF, error_code);
}

/* SYSCALL is two bytes long, and RIP is behind it. */
static void no_syscall(struct vcpu *v, struct regs *r)
{
	r->rip -= 2;
	bounce_trap(v, r, VEC_UD, 0);
}

void pv_user_syscall(struct vcpu *v, struct regs *r)
{
	const struct callback *cb = &v->pv.syscall;

	if (unlikely(!cb->addr))
		no_syscall(v, r);
	else if (likely(cb->mask_events))
		push_frame(v, r, cb->addr, BOUNCE_MASK | BOUNCE_SYSCALL, 0,
			   upcall_mask(v));
	else
		bounce(v, r, cb, BOUNCE_SYSCALL, 0);
}

void pv_user_syscall32(struct vcpu *v, struct regs *r)
{
	const struct callback *cb = &v->pv.syscall32;

	if (v->pv.in_kernel || !cb->addr)
		no_syscall(v, r);
	else
		bounce(v, r, cb, BOUNCE_SYSCALL, 0);
}

void pv_failsafe(struct vcpu *v, struct regs *r)
{
	bounce(v, r, &v->pv.failsafe, BOUNCE_FAILSAFE, 0);
}

/* entry.S has seen that an upcall waits and is not masked. */
void pv_upcall(struct vcpu *v, struct regs *r)
{
	/* A guest without callback polls, or has not started yet. */
	if (likely(v->pv.event.addr))
		push_frame(v, r, v->pv.event.addr, BOUNCE_MASK, 0, 0);
}

void pv_deliver(struct vcpu *v, struct regs *r)
{
	struct vcpu_info *info = v->pv.info;

	if (unlikely(v->pv.nmi_pending) &&
	    !(v->pv.iret_also & IRET_UNMASKS_NMI) &&
	    v->pv.traps[VEC_NMI].addr) {
		v->pv.nmi_pending = false;
		v->pv.iret_also |= IRET_UNMASKS_NMI;
		bounce_trap(v, r, VEC_NMI, 0);
	} else if (info->evtchn_upcall_pending && !info->evtchn_upcall_mask) {
		pv_upcall(v, r);
	}
}
