/* SPDX-License-Identifier: MIT */
/*
 * iret.c - the guest kernel's way back from a handler.
 *
 * What the guest asks for is made harmless, not checked: a wrong selector or
 * address faults in the IRET that follows, and that fault is the guest's.  No
 * lock: all of it is the vCPU's own.
 */
#include <abi/xen.h>

#include <domain.h>
#include <uaccess.h>

#include "emul.h"
#include "ops.h"

static noinline s64 iret_refused(const char *why)
{
	struct vcpu *v = current();

	domain_kill(v->domain, "vCPU %u: iret %s, stack %p", v->id, why,
		    (void *)guest_regs()->rsp);
	return 0;
}

/*
 * What few guests ask for: the end of an NMI; and a guest that sees its IOPL
 * in frames changes it in them, too.
 */
static noinline void iret_also(struct vcpu *v, u64 rflags)
{
	if (v->pv.iret_also & IRET_UNMASKS_NMI) {
		v->pv.iret_also &= ~IRET_UNMASKS_NMI;
		cpu_kick(this_cpu(), WORK_RESCHED);	/* another may wait */
	}
	if (v->pv.iret_also & IRET_SETS_IOPL) {
		v->pv.iopl = rflags >> FLAG_IOPL_SHIFT & 3;
		pv_show_iopl(v);
	}
}

/* struct iret_context lies at the guest's stack pointer, and is read once. */
s64 op_iret(void)
{
	struct vcpu *v = current();
	struct regs *r = guest_regs();
	const struct iret_context *p;
	gva_t sp = gva(r->rsp);
	u64 rax, r11, rcx, flags, rip, cs, rflags, rsp, ss;

	if (unlikely(!guest_start_ok(&sp)))
		return iret_refused("without a frame");
	p = (const struct iret_context *)sp.a;
	uaccess_begin();
	guest_load(rax, &p->rax, fault);
	guest_load(r11, &p->r11, fault);
	guest_load(rcx, &p->rcx, fault);
	guest_load(flags, &p->flags, fault);
	guest_load(rip, &p->rip, fault);
	guest_load(cs, &p->cs, fault);
	guest_load(rflags, &p->rflags, fault);
	guest_load(rsp, &p->rsp, fault);
	guest_load(ss, &p->ss, fault);
	uaccess_end();

	if ((cs & 3) == 3) {
		if (unlikely(!v->pv.cr3_user))
			return iret_refused("without user tables");
		v->pv.in_kernel = false;
		cr3_write(v->pv.cr3_user);
		swapgs();
	}
	r->rip = rip;
	r->cs = (u16)cs | 3;
	r->rflags = (rflags & FLAGS_GUEST) | FLAG_IF | FLAG_FIXED;
	r->rsp = rsp;
	r->ss = (u16)ss | 3;
	r->vector = 0;
	if (flags & VGCF_in_syscall) {
		r11 = rflags;
		rcx = rip;
		/* SYSRET makes it the flat 64-bit code segment. */
		if (likely(r->cs != GUEST_CS32))
			r->vector = TRAP_SYSCALL;
	}
	r->r11 = r11;
	r->rcx = rcx;
	if (unlikely(v->pv.iret_also))
		iret_also(v, rflags);
	WRITE_ONCE(v->pv.info->evtchn_upcall_mask, !(rflags & FLAG_IF));
	return rax;
fault:
	uaccess_end();
	return iret_refused("without a frame");
}
