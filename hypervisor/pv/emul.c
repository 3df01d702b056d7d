/* SPDX-License-Identifier: MIT */
/*
 * emul.c - carrying out what faulted.
 *
 * Only register forms and the few memory forms that have no memory operand of
 * their own (INS, OUTS, INVLPG) are known; anything else is the guest's
 * exception.  The instruction is fetched once, through the guest's own tables,
 * and not looked at again.  No lock: all of it is the vCPU's own.
 */
#include <domain.h>
#include <insn.h>
#include <lib.h>
#include <machine.h>
#include <mmu.h>
#include <tlb.h>
#include <trap.h>
#include <uaccess.h>
#include <vcpu.h>

#include "bounce.h"
#include "emul.h"

static unsigned int modrm_rm(const struct insn *in)
{
	return (in->modrm & 7) | (in->rex & 1 ? 8 : 0);
}

static enum emul emul_mov_cr(struct vcpu *v, struct regs *r, struct insn *in,
			     bool write)
{
	u64 *reg;

	in->modrm = insn_next(in);
	reg = emul_reg(r, modrm_rm(in));
	if (write)
		return emul_cr_write(v, modrm_reg(in), *reg);
	return emul_cr_read(v, modrm_reg(in), reg);
}

static enum emul emul_mov_dr(struct vcpu *v, struct regs *r, struct insn *in,
			     bool write)
{
	u64 *reg;
	int err;

	in->modrm = insn_next(in);
	reg = emul_reg(r, modrm_rm(in));
	err = write ? dr_write(v, modrm_reg(in), *reg) :
		      dr_read(v, modrm_reg(in), reg);
	/* With CR4.DE there are no DR4 and DR5. */
	if (err == -ENODEV)
		return EMUL_UD;
	return err ? EMUL_FAULT : EMUL_DONE;
}

/* Group 7: XSETBV and INVLPG with a plain register as its address. */
static enum emul emul_group7(struct vcpu *v, struct regs *r, struct insn *in)
{
	gva_t at;

	in->modrm = insn_next(in);
	if (in->modrm == 0xd1)
		return emul_xsetbv(v, r);
	if (modrm_reg(in) != 7 || in->modrm >= 0xc0 || in->modrm >= 0x40 ||
	    (in->modrm & 7) == 4 || (in->modrm & 7) == 5)
		return EMUL_FAULT;
	at = gva(*emul_reg(r, modrm_rm(in)));
	if (guest_range_ok(at, 1))
		invlpg(at.a);
	return EMUL_DONE;
}

static enum emul emul_rdtsc(struct regs *r)
{
	u64 tsc = rdtsc();

	r->rax = (u32)tsc;
	r->rdx = tsc >> 32;
	return EMUL_DONE;
}

/* Two-byte opcodes, for the guest's kernel alone. */
static enum emul emul_0f(struct vcpu *v, struct regs *r, struct insn *in)
{
	u8 op = insn_next(in);

	if (!v->pv.in_kernel)
		return EMUL_FAULT;
	if (op == 0x20 || op == 0x22)
		return emul_mov_cr(v, r, in, op == 0x22);
	if (op == 0x21 || op == 0x23)
		return emul_mov_dr(v, r, in, op == 0x23);
	if (op == 0x32)
		return emul_rdmsr(r);
	if (op == 0x30)
		return emul_wrmsr(r);
	if (op == 0x06) {
		v->pv.ts = false;
		vcpu_load_ts(v);
		return EMUL_DONE;
	}
	if (op == 0x01)
		return emul_group7(v, r, in);
	if (op == 0x31)
		return emul_rdtsc(r);
	if (op == 0x09) {
		if (v->domain->privileged)
			wbinvd_native();
		return EMUL_DONE;
	}
	return EMUL_FAULT;
}

void emul_done(struct vcpu *v, struct regs *r, u64 len)
{
	r->rip += len;
	r->rflags &= ~FLAG_RF;
	if (r->rflags & FLAG_TF) {
		v->pv.dr[6] |= DR6_BS;
		bounce_trap(v, r, VEC_DB, 0);
	}
}

bool emul_privileged(struct vcpu *v, struct regs *r)
{
	struct insn in;
	enum emul end;
	u8 op;

	if (!cs_is_64bit(r->cs) || !insn_fetch(&in, r->rip))
		return false;
	op = insn_opcode(&in);
	if (op == 0x0f)
		end = emul_0f(v, r, &in);
	else
		end = emul_io(v, r, &in, op);
	if (end == EMUL_FAULT || !insn_ok(&in))
		return false;
	if (end == EMUL_UD)
		bounce_trap(v, r, VEC_UD, 0);
	if (end == EMUL_DONE)
		emul_done(v, r, in.at);
	return true;
}

bool emul_forced(struct vcpu *v, struct regs *r)
{
	static const u8 prefixed_cpuid[7] = {
		0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2
	};
	u8 in[7];
	u32 out[4];

	if (copy_from_guest(in, gva(r->rip), sizeof(in)) ||
	    memcmp(in, prefixed_cpuid, sizeof(in)))
		return false;
	out[0] = r->rax;
	out[2] = r->rcx;
	pv_cpuid(v, out);
	r->rax = out[0];
	r->rbx = out[1];
	r->rcx = out[2];
	r->rdx = out[3];
	emul_done(v, r, sizeof(in));
	return true;
}
