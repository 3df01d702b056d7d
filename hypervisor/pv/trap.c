/* SPDX-License-Identifier: MIT */
/*
 * trap.c - exceptions that a guest raised: carried out, or handed to it.
 */
#include <abi/xen.h>

#include <mmu.h>
#include <trap.h>
#include <uaccess.h>
#include <vcpu.h>

#include "bounce.h"
#include "emul.h"
#include "ring.h"

#define GP_EXT	1u	/* error code: raised by an event from outside */
#define GP_IDT	2u	/* error code: names a gate of the IDT */
#define OP_INT	0xcd
#define INT_80	0x80	/* open to all, whatever its gate says: as on Xen */

/*
 * INT n at a gate that CPL 3 may not use: all but 3 and 4.  The number is
 * taken from the instruction, as QEMU before 8.0 puts a wrong one into the
 * error code; what the guest is shown is right in any case.
 */
static void soft_interrupt(struct vcpu *v, struct regs *r)
{
	const struct callback *t;
	u32 n = r->error_code >> 3 & 0xff;
	u8 in[2];

	if (!copy_from_guest(in, gva(r->rip), sizeof(in)) && in[0] == OP_INT)
		n = in[1];
	t = &v->pv.traps[n];
	if (!t->addr || (t->dpl < (v->pv.in_kernel ? 1 : 3) && n != INT_80)) {
		bounce_trap(v, r, VEC_GP, n << 3 | GP_IDT);
		return;
	}
	r->rip += sizeof(in);
	bounce(v, r, t, 0, 0);
}

static void general_protection(struct vcpu *v, struct regs *r)
{
	if ((r->error_code & (GP_IDT | GP_EXT)) == GP_IDT)
		soft_interrupt(v, r);
	else if (r->error_code || !emul_privileged(v, r))
		bounce_trap(v, r, VEC_GP, r->error_code);
}

void pv_exception(struct vcpu *v, struct regs *r)
{
	(void)ring_trap(v);
	switch (r->vector) {
	case VEC_GP:
		general_protection(v, r);
		return;
	case VEC_UD:
		if (emul_forced(v, r))
			return;
		break;
	case VEC_NM:
		v->pv.ts = false;
		vcpu_load_ts(v);
		break;
	}
	bounce_trap(v, r, r->vector, r->error_code);
}

/*
 * The CPU looked into its descriptor window on the guest's behalf and found no
 * page there.  In the LDT the guest sees a fault at the address that it gave;
 * in the GDT its selector is beyond all that it has.
 */
static noinline void descriptor_fault(struct vcpu *v, struct regs *r,
				      u64 offset)
{
	if (ring_trap(v))
		return;
	if (offset < DESC_LDT) {
		bounce_trap(v, r, VEC_GP, (u32)offset & ~7u);
		return;
	}
	if (pv_ldt_fault(v, offset - DESC_LDT))
		return;
	v->pv.info->arch.cr2 = v->pv.ldt_base + (offset - DESC_LDT);
	bounce_trap(v, r, VEC_PF,
		    (r->error_code & ~PF_USER) |
		    (v->pv.in_kernel ? 0 : PF_USER));
}

void pv_page_fault(struct vcpu *v, struct regs *r, u64 cr2)
{
	u32 error_code = r->error_code;
	u64 offset;

	if (unlikely(!(error_code & PF_USER))) {
		offset = cr2 - (DESC_BASE + this_cpu()->id * DESC_SIZE);
		if (offset < DESC_SIZE) {
			descriptor_fault(v, r, offset);
			return;
		}
		/* The mode tells, not what the CPU says of itself. */
		error_code |= PF_USER;
	}
	/* The guest's kernel runs at CPL 3 too, but is told otherwise. */
	if (v->pv.in_kernel) {
		if (ring_trap(v))
			return;
		if ((error_code & (PF_PRESENT | PF_WRITE)) ==
		    (PF_PRESENT | PF_WRITE) &&
		    pt_emulate_write(v, r, cr2, error_code))
			return;
		error_code &= ~PF_USER;
	}
	v->pv.info->arch.cr2 = cr2;
	bounce_page_fault(v, r, error_code);
}

void pv_debug_trap(struct vcpu *v, struct regs *r, u64 dr6)
{
	(void)ring_trap(v);
	v->pv.dr[6] |= dr6 & ~DR6_INIT;
	bounce_trap(v, r, VEC_DB, 0);
}
