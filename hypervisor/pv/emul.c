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
#include <uaccess.h>
#include <vcpu.h>

#include "bounce.h"
#include "emul.h"

/* The register that ModRM names as, or for, the other operand. */
static u64 *modrm_rm(struct regs *r, const struct insn *in)
{
	return emul_reg(r, (in->modrm & 7) | (in->rex & 1 ? 8 : 0));
}

/* MOV from and to control and debug registers. */
static int emul_mov(struct vcpu *v, struct regs *r, struct insn *in, u8 op)
{
	unsigned int nr;
	u64 *reg;

	in->modrm = insn_next(in);
	nr = modrm_reg(in);
	reg = modrm_rm(r, in);
	switch (op) {
	case 0x20:
		return emul_cr_read(v, nr, reg);
	case 0x21:
		return dr_read(v, nr, reg);
	case 0x22:
		return emul_cr_write(v, nr, *reg);
	default:
		return dr_write(v, nr, *reg);
	}
}

/* Group 7: XSETBV and INVLPG with a plain register as its address. */
static int emul_group7(struct vcpu *v, struct regs *r, struct insn *in)
{
	gva_t at;

	in->modrm = insn_next(in);
	if (in->modrm == 0xd1)
		return emul_xsetbv(v, r);
	if (modrm_reg(in) != 7 || in->modrm >= 0x40 ||
	    (in->modrm & 7) == 4 || (in->modrm & 7) == 5)
		return -EPERM;
	at = gva(*modrm_rm(r, in));
	if (guest_range_ok(at, 1))
		invlpg(at.a);
	return 0;
}

/* Two-byte opcodes, for the guest's kernel alone. */
static int emul_0f(struct vcpu *v, struct regs *r, struct insn *in)
{
	u8 op = insn_next(in);

	if (!v->pv.in_kernel)
		return -EPERM;
	switch (op) {
	case 0x01:
		return emul_group7(v, r, in);
	case 0x06:
		v->pv.ts = false;
		vcpu_load_ts(v);
		return 0;
	case 0x09:
		if (v->domain->privileged)
			wbinvd_native();
		return 0;
	case 0x20 ... 0x23:
		return emul_mov(v, r, in, op);
	case 0x30:
		return emul_wrmsr(r, r->rcx);
	case 0x31:
		return emul_rdmsr(r, MSR_TSC);
	case 0x32:
		return emul_rdmsr(r, r->rcx);
	}
	return -EPERM;
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
	int err;
	u8 op;

	if (!cs_is_64bit(r->cs) || !insn_fetch(&in, r->rip))
		return false;
	op = insn_opcode(&in);
	err = op == 0x0f ? emul_0f(v, r, &in) : emul_io(v, r, &in, op);
	if (!insn_ok(&in))
		return false;
	if (!err)
		emul_done(v, r, in.at);
	else if (err == -ENODEV)
		bounce_trap(v, r, VEC_UD, 0);
	else
		return err == -ERESTART;
	return true;
}

bool emul_forced(struct vcpu *v, struct regs *r)
{
	static const u8 prefixed_cpuid[7] = {
		0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2
	};
	u32 out[4] = { r->rax, 0, r->rcx, 0 };
	u8 in[sizeof(prefixed_cpuid)];

	if (copy_from_guest(in, gva(r->rip), sizeof(in)) ||
	    memcmp(in, prefixed_cpuid, sizeof(in)))
		return false;
	pv_cpuid(v, out);
	r->rax = out[0];
	r->rbx = out[1];
	r->rcx = out[2];
	r->rdx = out[3];
	emul_done(v, r, sizeof(in));
	return true;
}
