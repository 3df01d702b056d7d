/* SPDX-License-Identifier: MIT */
/*
 * bounce.c - entering the guest's kernel, and its way back by hypercall iret.
 *
 * The frame is what hardware would have pushed, below it R11 and RCX, which
 * SYSRET destroys on the way in.  The guest's kernel runs at CPL 3, so the
 * saved CS tells by its RPL which mode was interrupted, and the upcall mask
 * stands in for the interrupt flag.  No lock: all of it is the vCPU's own.
 */
#include <abi/xen.h>

#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <trap.h>
#include <uaccess.h>
#include <vcpu.h>

#include "bounce.h"
#include "ops.h"

/* Flags that a guest may have live. */
#define FLAGS_GUEST	(0xcd5UL | FLAG_TF | FLAG_NT | FLAG_RF | FLAG_AC | \
			 FLAG_ID)
/* Flags that the CPU clears when it takes an exception (SDM 3, 6.14). */
#define FLAGS_ON_TRAP	(FLAG_TF | FLAG_NT | FLAG_RF | FLAG_AC | FLAG_VM)

static always_inline u64 frame_flags(const struct vcpu *v,
				     const struct regs *r, u64 mask)
{
	u64 flags = r->rflags & ~(FLAG_IF | FLAG_IOPL);

	if (unlikely(v->domain->pv.vm_assist &
		     (1UL << VMASST_TYPE_architectural_iopl)))
		flags |= (u64)v->pv.iopl << FLAG_IOPL_SHIFT;
	return mask ? flags : flags | FLAG_IF;
}

static always_inline void to_kernel(struct vcpu *v)
{
	v->pv.in_kernel = true;
	cr3_write(v->pv.cr3_kernel);
	swapgs();
}

static noinline void bounce_failed(struct vcpu *v, u64 sp)
{
	domain_kill(v->domain, "vCPU %u: no room for a frame on stack %p",
		    v->id, (void *)sp);
}

/* The selectors that failsafe shows, as they were when they failed to load. */
static int push_selectors(const struct vcpu *v, u64 *p)
{
	uaccess_begin();
	guest_store((u64)v->pv.ds, p, fault);
	guest_store((u64)v->pv.es, p + 1, fault);
	guest_store((u64)v->pv.fs, p + 2, fault);
	guest_store((u64)v->pv.gs, p + 3, fault);
	uaccess_end();
	return 0;
fault:
	uaccess_end();
	return -EFAULT;
}

/* Words of the frame from RIP up, and the two below it. */
#define FRAME_WORDS	5
#define FRAME_LOW	2

void bounce(struct vcpu *v, struct regs *r, u64 addr, u32 flags,
	    u32 error_code)
{
	struct vcpu_info *info = v->pv.info;
	u64 mask = READ_ONCE(info->evtchn_upcall_mask);
	u64 cs = r->cs, sp, *p;

	if (unlikely(!addr)) {
		domain_kill(v->domain, "vCPU %u: no handler to enter", v->id);
		return;
	}
	if (v->pv.in_kernel) {
		cs &= ~3UL;
		sp = r->rsp;
	} else {
		to_kernel(v);
		sp = v->pv.kernel_sp;
	}
	p = (u64 *)(sp & ~15UL) - FRAME_WORDS;
	if (unlikely(!guest_range_ok(gva((u64)(p - 8)), 14 * sizeof(u64))))
		goto bad;

	uaccess_begin();
	guest_store(r->ss, p + 4, fault);
	guest_store(r->rsp, p + 3, fault);
	guest_store(frame_flags(v, r, mask), p + 2, fault);
	guest_store(cs | mask << 32, p + 1, fault);
	guest_store(r->rip, p, fault);
	if (flags & BOUNCE_ERROR) {
		p--;
		guest_store((u64)error_code, p, fault);
	}
	if (unlikely(flags & BOUNCE_FAILSAFE)) {
		p -= 4;
		uaccess_end();
		if (push_selectors(v, p))
			goto bad;
		uaccess_begin();
	}
	guest_store(r->r11, p - 1, fault);
	guest_store(r->rcx, p - 2, fault);
	uaccess_end();

	r->rsp = (u64)(p - FRAME_LOW);
	r->ss = GUEST_DS;
	r->cs = GUEST_CS;
	r->rip = addr;
	r->rflags &= ~FLAGS_ON_TRAP;
	r->vector = TRAP_SYSCALL;
	if (flags & BOUNCE_MASK)
		WRITE_ONCE(info->evtchn_upcall_mask, 1);
	return;
fault:
	uaccess_end();
bad:
	bounce_failed(v, sp);
}

void bounce_trap(struct vcpu *v, struct regs *r, u32 vector, u32 error_code)
{
	const struct trap_entry *t = &v->pv.traps[vector];
	u32 flags = t->mask_events ? BOUNCE_MASK : 0;

	if (VECS_WITH_ERROR >> vector & 1 && vector < 32)
		flags |= BOUNCE_ERROR;
	if (unlikely(!t->addr)) {
		domain_kill(v->domain,
			    "vCPU %u: no handler for exception %u at %p, error code %x",
			    v->id, vector, (void *)r->rip, error_code);
		return;
	}
	bounce(v, r, t->addr, flags, error_code);
}

void pv_user_syscall(struct vcpu *v, struct regs *r)
{
	const struct callback *cb = &v->pv.syscall;

	if (unlikely(!cb->addr)) {
		/* SYSCALL is two bytes; RIP is behind it. */
		r->rip -= 2;
		bounce_trap(v, r, VEC_UD, 0);
		return;
	}
	bounce(v, r, cb->addr, cb->mask_events ? BOUNCE_MASK : 0, 0);
}

void pv_user_syscall32(struct vcpu *v, struct regs *r)
{
	const struct callback *cb = &v->pv.syscall32;

	if (v->pv.in_kernel || !cb->addr) {
		r->rip -= 2;
		bounce_trap(v, r, VEC_UD, 0);
		return;
	}
	bounce(v, r, cb->addr, cb->mask_events ? BOUNCE_MASK : 0, 0);
}

void pv_failsafe(struct vcpu *v, struct regs *r)
{
	const struct callback *cb = &v->pv.failsafe;

	bounce(v, r, cb->addr,
	       BOUNCE_FAILSAFE | (cb->mask_events ? BOUNCE_MASK : 0), 0);
}

void pv_deliver(struct vcpu *v, struct regs *r)
{
	struct vcpu_info *info = v->pv.info;

	if (unlikely(v->pv.nmi_pending) && !v->pv.nmi_masked &&
	    v->pv.traps[VEC_NMI].addr) {
		v->pv.nmi_pending = false;
		v->pv.nmi_masked = true;
		bounce_trap(v, r, VEC_NMI, 0);
		return;
	}
	/* A guest without callback polls, or has not started yet. */
	if (info->evtchn_upcall_pending && !info->evtchn_upcall_mask &&
	    v->pv.event.addr)
		bounce(v, r, v->pv.event.addr, BOUNCE_MASK, 0);
}

static always_inline void to_user(struct vcpu *v)
{
	v->pv.in_kernel = false;
	cr3_write(v->pv.cr3_user);
	swapgs();
}

/*
 * Returns from a handler, to the guest's user or kernel mode.  What the guest
 * asks for is made harmless, not checked: a wrong selector or address faults
 * in the IRET that follows, and that fault is the guest's.
 */
s64 op_iret(void)
{
	struct vcpu *v = current();
	struct regs *r = guest_regs();
	u64 in[9];

	if (unlikely(guest_read_u64s(in, gva(r->rsp), ARRAY_SIZE(in)))) {
		domain_kill(v->domain, "vCPU %u: no frame for iret at %p",
			    v->id, (void *)r->rsp);
		return 0;
	}
	if ((in[5] & 3) == 3) {
		if (unlikely(!v->pv.cr3_user)) {
			domain_kill(v->domain,
				    "vCPU %u: iret to user mode without page tables",
				    v->id);
			return 0;
		}
		to_user(v);
	}
	r->rip = in[4];
	r->cs = (u16)in[5] | 3;
	r->rflags = (in[6] & FLAGS_GUEST) | FLAG_IF | FLAG_FIXED;
	r->rsp = in[7];
	r->ss = (u16)in[8] | 3;
	if (in[3] & VGCF_in_syscall) {
		r->r11 = in[6];
		r->rcx = in[4];
		r->vector = r->cs == GUEST_CS32 ? 0 : TRAP_SYSCALL;
	} else {
		r->r11 = in[1];
		r->rcx = in[2];
		r->vector = 0;
	}
	WRITE_ONCE(v->pv.info->evtchn_upcall_mask, !(in[6] & FLAG_IF));
	v->pv.nmi_masked = false;
	return in[0];
}
