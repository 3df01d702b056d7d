/* SPDX-License-Identifier: MIT */
/*
 * emul_pt.c - a guest's kernel writes to a level 1 table that it may only read.
 *
 * The instruction is fetched once and decoded as far as its length, its other
 * operand and what it does to memory; where it writes, the fault has told.  It
 * is carried out on the whole entry, by compare and exchange, and the entry is
 * checked like any other.  What is not known here, or makes a bad entry, stays
 * the guest's page fault.  No lock: a use of the table is held.
 */
#include <abi/xen.h>

#include <domain.h>
#include <lib.h>

#include "emul.h"
#include "frametype.h"

enum pt_op {
	/* As the instructions' own numbers: ADD OR ADC SBB AND SUB XOR CMP. */
	PT_ADD, PT_OR, PT_AND = 4, PT_SUB, PT_XOR,
	PT_MOV = 8, PT_XCHG, PT_CMPXCHG, PT_BTS, PT_BTR, PT_BTC,
};

/* A write, as decoded. */
struct pt_insn {
	enum pt_op op;
	unsigned int bits;	/* operand size */
	u64 src;		/* register's value or immediate */
	u64 *reg;		/* the register operand */
};

static u64 sign_extend(u64 x, unsigned int bits)
{
	return (u64)((s64)(x << (64 - bits)) >> (64 - bits));
}

static u64 size_mask(unsigned int bits)
{
	return ~0UL >> (64 - bits);
}

static u64 insn_imm(struct insn *in, unsigned int bytes)
{
	u64 x = 0;
	unsigned int i;

	for (i = 0; i < bytes; i++)
		x |= (u64)insn_next(in) << 8 * i;
	return sign_extend(x, 8 * bytes);
}

/* ModRM with a memory operand, and what belongs to it. */
static bool insn_memory(struct insn *in)
{
	unsigned int mod, base;

	in->modrm = insn_next(in);
	mod = in->modrm >> 6;
	base = in->modrm & 7;
	if (mod == 3)
		return false;
	if (base == 4)
		base = insn_next(in) & 7;
	if (mod == 1)
		in->at += 1;
	else if (mod == 2 || base == 5)
		in->at += 4;
	return true;
}

static bool decode_0f(struct insn *in, struct pt_insn *p)
{
	static const enum pt_op bit_ops[] = { PT_BTS, PT_BTR, PT_BTC };
	u8 op = insn_next(in);

	if (!insn_memory(in))
		return false;
	switch (op) {
	case 0xb1:
		p->op = PT_CMPXCHG;
		return true;
	case 0xab:
	case 0xb3:
	case 0xbb:
		p->op = bit_ops[(op - 0xab) / 8];
		return true;
	case 0xba:
		if ((in->modrm >> 3 & 7) < 5)
			return false;
		p->op = bit_ops[(in->modrm >> 3 & 7) - 5];
		p->reg = NULL;
		p->src = insn_imm(in, 1);
		return true;
	default:
		return false;
	}
}

/* 80 to 83: the operation is in ModRM.  ADC, SBB and CMP are not known. */
static bool decode_group1(struct insn *in, struct pt_insn *p, u8 op)
{
	unsigned int nr = in->modrm >> 3 & 7;

	if (nr == 2 || nr == 3 || nr == 7)
		return false;
	p->op = nr;
	p->reg = NULL;
	p->src = insn_imm(in, op == 0x81 ? MIN(p->bits, 32u) / 8 : 1);
	return true;
}

static bool decode_op(struct insn *in, struct pt_insn *p, u8 op)
{
	if (!insn_memory(in))
		return false;
	switch (op) {
	case 0x00: case 0x01: case 0x08: case 0x09:
	case 0x20: case 0x21: case 0x28: case 0x29: case 0x30: case 0x31:
		p->op = op >> 3;
		return true;
	case 0x80: case 0x81: case 0x83:
		return decode_group1(in, p, op);
	case 0x86: case 0x87:
		p->op = PT_XCHG;
		return true;
	case 0x88: case 0x89:
		p->op = PT_MOV;
		return true;
	case 0xc6: case 0xc7:
		p->op = PT_MOV;
		p->reg = NULL;
		p->src = insn_imm(in, op == 0xc6 ? 1 : MIN(p->bits, 32u) / 8);
		return !(in->modrm & 0x38);
	default:
		return false;
	}
}

static bool pt_decode(struct regs *r, struct insn *in, struct pt_insn *p)
{
	u8 op = insn_opcode(in);
	bool ok;

	if (op == 0xf0)		/* LOCK: what we do is locked in any case */
		op = insn_opcode(in);
	if (in->rep)
		return false;
	p->bits = in->rex & 8 ? 64 : in->opsize ? 16 : 32;
	p->reg = &r->rax;
	/* Of these, even numbers are the byte forms. */
	if (op != 0x0f && !(op & 1))
		p->bits = 8;
	ok = op == 0x0f ? decode_0f(in, p) : decode_op(in, p, op);
	if (!ok || !insn_ok(in))
		return false;
	if (!p->reg)
		return true;
	/* Without REX, byte registers 4 to 7 are AH and so on: not known. */
	if (p->bits == 8 && !in->rex && modrm_reg(in) >= 4)
		return false;
	p->reg = emul_reg(r, modrm_reg(in));
	p->src = *p->reg;
	return true;
}

/* SF, ZF, PF as every operation sets them. */
static u64 flags_of(u64 x, unsigned int bits)
{
	u64 flags = x & size_mask(bits) ? 0 : FLAG_ZF;

	if (x >> (bits - 1) & 1)
		flags |= FLAG_SF;
	if (!__builtin_parity(x & 0xff))
		flags |= FLAG_PF;
	return flags;
}

/* SUB and CMP: also CF, OF and AF. */
static u64 flags_sub(u64 a, u64 b, unsigned int bits)
{
	u64 x = (a - b) & size_mask(bits), flags = flags_of(x, bits);

	if (a < b)
		flags |= FLAG_CF;
	if (((a ^ b) & (a ^ x)) >> (bits - 1) & 1)
		flags |= FLAG_OF;
	return flags | ((a ^ b ^ x) & FLAG_AF);
}

static u64 flags_add(u64 a, u64 b, unsigned int bits)
{
	u64 x = (a + b) & size_mask(bits), flags = flags_of(x, bits);

	if (x < a)
		flags |= FLAG_CF;
	if ((~(a ^ b) & (a ^ x)) >> (bits - 1) & 1)
		flags |= FLAG_OF;
	return flags | ((a ^ b ^ x) & FLAG_AF);
}

static u64 bit_result(const struct pt_insn *p, u64 a, u64 *flags)
{
	u64 bit = 1UL << p->src % p->bits;

	*flags = (*flags & ~FLAG_CF) | (a & bit ? FLAG_CF : 0);
	if (p->op == PT_BTS)
		return a | bit;
	return p->op == PT_BTR ? a & ~bit : a ^ bit;
}

/*
 * What an operand's value a becomes, and the flags.  Those of ALU operations
 * come in *alu, all of them.
 */
static u64 pt_result(const struct pt_insn *p, u64 a, u64 rax, u64 *flags)
{
	const u64 all = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF |
			FLAG_OF;
	u64 mask = size_mask(p->bits), b = p->src & mask, x, f;

	switch (p->op) {
	case PT_MOV:
	case PT_XCHG:
		return b;
	case PT_BTS:
	case PT_BTR:
	case PT_BTC:
		return bit_result(p, a, flags);
	case PT_CMPXCHG:
		f = flags_sub(rax & mask, a, p->bits);
		x = f & FLAG_ZF ? b : a;
		break;
	case PT_ADD:
		f = flags_add(a, b, p->bits);
		x = a + b;
		break;
	case PT_SUB:
		f = flags_sub(a, b, p->bits);
		x = a - b;
		break;
	default:
		x = p->op == PT_OR ? a | b : p->op == PT_AND ? a & b : a ^ b;
		f = flags_of(x, p->bits);
		break;
	}
	*flags = (*flags & ~all) | f;
	return x & mask;
}

/* A register that gets a result: 32 bits clear the upper half. */
static void reg_set(u64 *reg, u64 value, unsigned int bits)
{
	u64 keep = bits < 32 ? ~size_mask(bits) : 0;

	*reg = (*reg & keep) | value;
}

/*
 * Carries it out on an entry.  Ends: another turn means that another vCPU, or
 * the MMU's setting of A or D, was faster.
 */
static int pt_execute(struct domain *d, struct regs *r, u64 *entry,
		      unsigned int shift, const struct pt_insn *p)
{
	u64 mask = size_mask(p->bits), old = READ_ONCE(*entry), a, x, flags;
	int ret;

	do {
		a = old >> shift & mask;
		flags = r->rflags;
		x = pt_result(p, a, r->rax, &flags);
		ret = pte_exchange(d, entry, &old,
				   (old & ~(mask << shift)) | x << shift);
	} while (ret > 0);
	if (ret)
		return ret;
	r->rflags = flags;
	if (p->op == PT_XCHG)
		reg_set(p->reg, a, p->bits);
	if (p->op == PT_CMPXCHG && !(flags & FLAG_ZF))
		reg_set(&r->rax, a, p->bits);
	return 0;
}

/* The level 1 table of its own that the guest sees, read-only, at an address. */
static struct frame *pt_target(struct vcpu *v, u64 addr)
{
	u64 pte = pt_lookup(v, gva(addr));
	struct frame *f = frame_of(pte_mfn(pte));

	if ((pte & (PTE_P | PTE_RW)) != PTE_P || !mfn_valid(pte_mfn(pte)) ||
	    !use_is_ready(READ_ONCE(f->use), USE_L1) ||
	    use_get(f, v->domain, USE_L1))
		return NULL;
	return f;
}

static bool pt_assists(const struct domain *d)
{
	return d->privileged ||
	       d->pv.vm_assist >> VMASST_TYPE_writable_pagetables & 1;
}

bool pt_emulate_write(struct vcpu *v, struct regs *r, u64 cr2, u32 error_code)
{
	struct pt_insn p;
	struct insn in;
	struct frame *f;
	u64 *entry;
	int ret;

	if (error_code & (PF_RSVD | PF_FETCH) || r->cs != GUEST_CS ||
	    !pt_assists(v->domain))
		return false;
	f = pt_target(v, cr2);
	if (!f)
		return false;
	if (!insn_fetch(&in, r->rip) || !pt_decode(r, &in, &p) ||
	    cr2 % (p.bits / 8)) {
		use_put(f);
		return false;
	}
	entry = (u64 *)frame_virt(f) + cr2 % PAGE_SIZE / sizeof(*entry);
	ret = pt_execute(v->domain, r, entry, cr2 % sizeof(*entry) * 8, &p);
	use_put(f);
	if (ret == -ERESTART)
		return true;	/* comes back by faulting again */
	if (ret)
		return false;
	emul_done(v, r, in.at);
	return true;
}
