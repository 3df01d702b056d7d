/* SPDX-License-Identifier: MIT */
/*
 * decode.c - what all emulated instructions have in common: how they begin.
 *
 * An instruction is fetched once, through the guest's own tables, and not
 * looked at again.  No lock: all of it is the vCPU's own.
 */
#include <lib.h>
#include <uaccess.h>

#include "emul.h"

u64 *emul_reg(struct regs *r, unsigned int nr)
{
	u64 *const reg[16] = {
		&r->rax, &r->rcx, &r->rdx, &r->rbx,
		&r->rsp, &r->rbp, &r->rsi, &r->rdi,
		&r->r8, &r->r9, &r->r10, &r->r11,
		&r->r12, &r->r13, &r->r14, &r->r15,
	};

	return reg[nr & 15];
}

void emul_reg_set(u64 *reg, u64 value, unsigned int bits)
{
	u64 mask = ~0UL >> (64 - bits);

	*reg = (bits < 32 ? *reg & ~mask : 0) | (value & mask);
}

bool insn_fetch(struct insn *in, u64 rip)
{
	u64 left = PAGE_SIZE - (rip & ~PAGE_MASK);

	memset(in, 0, sizeof(*in));
	in->len = sizeof(in->byte);
	if (!copy_from_guest(in->byte, gva(rip), in->len))
		return true;
	if (left >= in->len)
		return false;
	in->len = left;
	return !copy_from_guest(in->byte, gva(rip), in->len);
}

u8 insn_next(struct insn *in)
{
	u8 at = in->at++;

	return at < sizeof(in->byte) ? in->byte[at] : 0;
}

bool insn_ok(const struct insn *in)
{
	return in->at <= in->len;
}

u8 insn_opcode(struct insn *in)
{
	u8 b = 0;

	/* Bounded by the 15 bytes that were fetched. */
	while (in->at < in->len) {
		b = insn_next(in);
		if (b == 0x66)
			in->opsize = true;
		else if (b == 0xf2 || b == 0xf3)
			in->rep = true;
		else if (b != 0x2e && b != 0x36 && b != 0x3e && b != 0x26 &&
			 b != 0x64 && b != 0x65 && b != 0xf0)
			break;
	}
	if ((b & 0xf0) == 0x40) {
		in->rex = b;
		b = insn_next(in);
	}
	return b;
}

unsigned int modrm_reg(const struct insn *in)
{
	return (in->modrm >> 3 & 7) | (in->rex & 4 ? 8 : 0);
}
