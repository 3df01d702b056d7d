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

#include "emul.h"
#include "frametype.h"

#define PT_BT	8

enum pt_op {
	/* As /n in opcodes 80 to 83: ADD OR ADC SBB AND SUB XOR CMP. */
	PT_ADD, PT_OR, PT_AND = 4, PT_SUB, PT_XOR,
	/* PT_BT and /n in opcode 0f ba */
	PT_BTS = PT_BT + 5, PT_BTR, PT_BTC,
	PT_MOV, PT_XCHG, PT_CMPXCHG,
};

/* A write, as decoded. */
struct pt_insn {
	enum pt_op op;
	unsigned int bits;	/* operand size */
	u64 src;		/* register's value or immediate */
	u64 *reg;		/* the register operand */
};

static u64 size_mask(unsigned int bits)
{
	return ~0UL >> (64 - bits);
}

/* Sign-extended, as it comes in from the top. */
static u64 insn_imm(struct insn *in, unsigned int bytes)
{
	u64 x = 0;
	unsigned int i;

	for (i = 0; i < bytes; i++)
		x = x >> 8 | (u64)insn_next(in) << 56;
	return (s64)x >> (64 - 8 * bytes);
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

/* ADC, SBB and CMP are not known. */
static bool alu_known(unsigned int nr)
{
	return nr != 2 && nr != 3 && nr != 7;
}

/* Opcodes behind 0f count from 0x100. */
static bool decode_op(struct insn *in, struct pt_insn *p, u32 op)
{
	unsigned int imm = MIN(p->bits, 32u) / 8, nr;
	bool known;

	if (!insn_memory(in))
		return false;
	nr = in->modrm >> 3 & 7;
	switch (op) {
	case 0x00 ... 0x3f:
		p->op = op >> 3;
		return !(op & 6) && alu_known(p->op);
	case 0x86: case 0x87:
		p->op = PT_XCHG;
		return true;
	case 0x88: case 0x89:
		p->op = PT_MOV;
		return true;
	case 0x1b1:
		p->op = PT_CMPXCHG;
		return true;
	case 0x1ab: case 0x1b3: case 0x1bb:
		p->op = PT_BT + (op >> 3 & 7);
		return true;
	case 0x80: case 0x81: case 0x83:
		p->op = nr;
		known = alu_known(nr);
		break;
	case 0xc6: case 0xc7:
		p->op = PT_MOV;
		known = !nr;
		break;
	case 0x1ba:
		p->op = PT_BT + nr;
		known = nr >= 5;
		break;
	default:
		return false;
	}
	p->reg = NULL;
	p->src = insn_imm(in, op == 0x83 || op == 0x1ba ? 1 : imm);
	return known;
}

static bool pt_decode(struct regs *r, struct insn *in, struct pt_insn *p)
{
	u32 op = insn_opcode(in);

	p->bits = in->rex & 8 ? 64 : in->opsize ? 16 : 32;
	p->reg = &r->rax;
	/* Of the others, even numbers are the byte forms. */
	if (op == 0x0f)
		op = 0x100 | insn_next(in);
	else if (!(op & 1))
		p->bits = 8;
	if (in->rep || !decode_op(in, p, op) || !insn_ok(in))
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

/* Of a result, and of what each of its bits carried into the next one. */
static u64 flags_of(u64 x, u64 carry, unsigned int bits)
{
	u64 top = carry >> (bits - 2) & 3;

	return (x & size_mask(bits) ? 0 : FLAG_ZF) |
	       (x >> (bits - 1) & 1 ? FLAG_SF : 0) |
	       (__builtin_parity(x & 0xff) ? 0 : FLAG_PF) |
	       (carry & 8 ? FLAG_AF : 0) | (top & 2 ? FLAG_CF : 0) |
	       (top == 1 || top == 2 ? FLAG_OF : 0);
}

/* What each bit borrowed from the next in a - b. */
static u64 borrows(u64 a, u64 b)
{
	return (~a & b) | ((~a | b) & (a - b));
}

/*
 * What an operand's value a becomes, and the flags.  Those of ALU operations
 * change all.
 */
static u64 pt_result(const struct pt_insn *p, u64 a, u64 rax, u64 *flags)
{
	const u64 all = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF |
			FLAG_OF;
	u64 b = p->src, bit = 1UL << b % p->bits, x, carry = 0;

	switch (p->op) {
	case PT_MOV:
	case PT_XCHG:
		return b;
	case PT_BTS:
	case PT_BTR:
	case PT_BTC:
		*flags = (*flags & ~FLAG_CF) | (a & bit ? FLAG_CF : 0);
		return p->op == PT_BTS ? a | bit :
		       p->op == PT_BTR ? a & ~bit : a ^ bit;
	case PT_CMPXCHG:
		x = rax - a;
		carry = borrows(rax, a);
		break;
	case PT_ADD:
		x = a + b;
		carry = (a & b) | ((a | b) & ~x);
		break;
	case PT_SUB:
		x = a - b;
		carry = borrows(a, b);
		break;
	default:
		x = p->op == PT_OR ? a | b : p->op == PT_AND ? a & b : a ^ b;
		break;
	}
	*flags = (*flags & ~all) | flags_of(x, carry, p->bits);
	if (p->op == PT_CMPXCHG)
		return *flags & FLAG_ZF ? b : a;
	return x;
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
		x = pt_result(p, a, r->rax, &flags) & mask;
		ret = pte_exchange(d, entry, &old,
				   (old & ~(mask << shift)) | x << shift);
	} while (ret > 0);
	if (ret)
		return ret;
	r->rflags = flags;
	if (p->op == PT_XCHG)
		emul_reg_set(p->reg, a, p->bits);
	if (p->op == PT_CMPXCHG && !(flags & FLAG_ZF))
		emul_reg_set(&r->rax, a, p->bits);
	return 0;
}

/* The table of level 1 that the guest sees, read-only, at an address. */
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

bool pt_emulate_write(struct vcpu *v, struct regs *r, u64 cr2, u32 error_code)
{
	struct pt_insn p;
	struct insn in;
	struct frame *f;
	int ret = -EINVAL;
	u64 *entry;

	if (error_code & (PF_RSVD | PF_FETCH) || r->cs != GUEST_CS)
		return false;
	if (!v->domain->privileged &&
	    !(v->domain->pv.vm_assist >> VMASST_TYPE_writable_pagetables & 1))
		return false;
	f = pt_target(v, cr2);
	if (!f)
		return false;
	entry = (u64 *)frame_virt(f) + cr2 % PAGE_SIZE / sizeof(*entry);
	if (insn_fetch(&in, r->rip) && pt_decode(r, &in, &p) &&
	    !(cr2 % (p.bits / 8)))
		ret = pt_execute(v->domain, r, entry,
				 cr2 % sizeof(*entry) * 8, &p);
	use_put(f);
	if (!ret)
		emul_done(v, r, in.at);
	/* What has to wait comes back by faulting again. */
	return !ret || ret == -ERESTART;
}
