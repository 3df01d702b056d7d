/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - a vCPU's first state, as another vCPU of its domain describes it.
 *
 * The vCPU is down, so nobody else looks at it.  What may fail comes first; a
 * call that stops half-way is made again from the start, and finds what it did
 * already in place.
 */
#include <abi/xen.h>

#include <domain.h>
#include <lib.h>
#include <mmu.h>
#include <vcpu.h>

#include "emul.h"
#include "ops.h"

static bool addresses_ok(const struct vcpu_guest_context *c)
{
	const u64 must[] = {
		c->fs_base, c->gs_base_kernel, c->gs_base_user,
		c->event_callback_eip, c->failsafe_callback_eip,
		c->syscall_callback_eip, c->user_regs.rip,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(must); i++)
		if (!is_canonical(must[i]))
			return false;
	for (i = 0; i < ARRAY_SIZE(c->trap_ctxt); i++)
		if (!is_canonical(c->trap_ctxt[i].address))
			return false;
	return true;
}

static int roots_set(struct vcpu *v, const struct vcpu_guest_context *c)
{
	int err = pt_switch_kernel(v, mfn(xen_cr3_to_pfn(c->ctrlreg[3])));

	if (err)
		return err;
	return pt_switch_user(v, mfn(xen_cr3_to_pfn(c->ctrlreg[1])));
}

static void regs_set(struct vcpu *v, const struct cpu_user_regs *u)
{
	/* The general registers lie in the ABI's order. */
	memcpy(&v->regs, u, offsetof(struct regs, error_code));
	v->regs.vector = 0;
	v->regs.rip = u->rip;
	v->regs.cs = u->cs | 3;
	v->regs.rflags = (u->rflags & FLAGS_GUEST) | FLAG_IF | FLAG_FIXED;
	v->pv.iopl = u->rflags >> FLAG_IOPL_SHIFT & 3;
	pv_show_iopl(v);
	v->regs.rsp = u->rsp;
	v->regs.ss = u->ss | 3;
	v->pv.ds = u->ds;
	v->pv.es = u->es;
	v->pv.fs = u->fs;
	v->pv.gs = u->gs;
}

static void traps_set(struct vcpu *v, const struct vcpu_guest_context *c)
{
	const struct trap_info *t = c->trap_ctxt;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c->trap_ctxt); i++, t++)
		v->pv.traps[i] = (struct callback){
			t->address, TI_GET_IF(t), TI_GET_DPL(t)
		};
	v->pv.event = (struct callback){ c->event_callback_eip, true, 0 };
	v->pv.failsafe = (struct callback){
		c->failsafe_callback_eip,
		c->flags & VGCF_failsafe_disables_events, 0
	};
	v->pv.syscall = (struct callback){
		c->syscall_callback_eip,
		c->flags & VGCF_syscall_disables_events, 0
	};
}

int pv_vcpu_initialise(struct vcpu *v, const struct vcpu_guest_context *c)
{
	u32 i;
	int err;

	if (!addresses_ok(c) || c->ldt_ents || c->gdt_ents >> 32)
		return fail(-EINVAL);
	err = pv_set_gdt(v, c->gdt_frames, c->gdt_ents);
	if (!err)
		err = roots_set(v, c);
	if (err)
		return err;

	v->pv.in_kernel = c->flags & VGCF_in_kernel || !c->ctrlreg[1];
	v->pv.kernel_sp = c->kernel_sp;
	v->pv.cr4 = PV_CR4_FIXED | (c->ctrlreg[4] & cr4_usable());
	v->pv.fs_base = c->fs_base;
	v->pv.gs_base = v->pv.in_kernel ? c->gs_base_kernel : c->gs_base_user;
	v->pv.gs_base_user = v->pv.in_kernel ? c->gs_base_user :
					       c->gs_base_kernel;
	regs_set(v, &c->user_regs);
	traps_set(v, c);
	/* A value that is refused leaves the register as it was. */
	for (i = 0; i < 8; i++)
		(void)dr_write(v, i, c->debugreg[i]);
	fpu_reset(v->fpu);
	if (c->flags & VGCF_I387_VALID)
		fpu_import(v->fpu, &c->fpu_ctxt);
	return 0;
}
