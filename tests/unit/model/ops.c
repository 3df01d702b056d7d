/* SPDX-License-Identifier: MIT */
/*
 * ops.c - what the guests of the model do: all calls about page tables, and
 * writes to whatever their CPU lets them write.
 *
 * A guest that knows nothing would hardly ever get a tree of four levels
 * approved, so most of the time a frame is used for what its number suggests;
 * and some of the time it is not.
 */
#include <abi/memory.h>
#include <abi/xen.h>
#include <errno.h>
#include <fake.h>
#include <machine.h>
#include <mmu.h>
#include <string.h>
#include <tlb.h>

#include "../../../hypervisor/pv/ops.h"
#include "model.h"

static struct model_vcpu *me(void)
{
	return &vcpus[here];
}

/* ---- Frames and entries ------------------------------------------------- */

static u64 any_frame(void)
{
	return choose(NR_ENTRIES + 1);
}

/* One that a guest would choose for a level, 0 for data, or any. */
static u64 frame_for(u32 level)
{
	u64 n = any_frame();
	u32 tries;

	if (chance(16))
		return n;
	for (tries = 0; tries < 32; tries++) {
		if (n < NR_FRAMES && role(n) == level &&
		    (frame_table[n].owner == me()->v->domain || chance(8)))
			break;
		n = any_frame();
	}
	return n;
}

static u64 entry_for(u32 level)
{
	static const u64 odd[] = { PTE_NX, PTE_G, PTE_PS, PTE_PCD, PTE_US,
				   PTE_A, PTE_D, 1UL << 52, 1UL << 40 };
	u64 e = PTE_P, n;

	if (chance(6))
		return choose(2) ? 0 : (u64)choose(256) << 12;
	if (level == 1) {
		n = frame_for(choose(3) ? 0 : choose(5));
		if (n >= NR_FRAMES || role(n) == 0 || chance(12))
			e |= PTE_RW;
		if (chance(3))
			e &= ~PTE_RW;
	} else {
		n = frame_for(level - 1);
		e |= PTE_RW;
	}
	if (chance(3))
		e |= odd[choose(sizeof(odd) / sizeof(odd[0]))];
	return e | n << PAGE_SHIFT;
}

static u64 any_va(void)
{
	return (u64)choose(chance(8) ? SLOTS : 2) << 39 |
	       (u64)choose(3) << 30 | (u64)choose(3) << 21 |
	       (u64)choose(SLOTS) << 12;
}

static u64 any_slot(void)
{
	if (chance(24))
		return HV_FIRST_SLOT + choose(16);
	return choose(SLOTS);
}

/* ---- Calls -------------------------------------------------------------- */

enum { CALL_MMU_UPDATE, CALL_MMUEXT, CALL_VA, CALL_VA_OTHER, CALL_MEMORY };

static u64 whose(void)
{
	if (chance(6))
		return choose(NR_DOMAINS);
	return chance(20) ? DOMID_IO : DOMID_SELF;
}

static s64 call(int nr, const u64 *a)
{
	switch (nr) {
	case CALL_MMU_UPDATE:
		return op_mmu_update(a[0], a[1], a[2], a[3]);
	case CALL_MMUEXT:
		return op_mmuext_op(a[0], a[1], a[2], a[3]);
	case CALL_VA:
		return op_update_va_mapping(a[0], a[1], a[2]);
	case CALL_VA_OTHER:
		return op_update_va_mapping_otherdomain(a[0], a[1], a[2],
							a[3]);
	default:
		return op_memory_op(a[0], a[1]);
	}
}

/* A call that stopped is made again at once, later, or never. */
static void make_call(int nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	u64 a[4] = { a1, a2, a3, a4 };

	nr_calls++;
	me()->pending = call(nr, a) == -ERESTART ? nr : -1;
}

static void call_again(void)
{
	u64 a[4];

	memcpy(a, me()->v->pv.cont, sizeof(a));
	me()->pending = call(me()->pending, a) == -ERESTART ? me()->pending
							    : -1;
}

static void do_mmu_update(void)
{
	u64 *list = me()->args, foreign = whose();
	u32 n = 1 + choose(chance(3) ? 8 : 2), i, level = choose(5);
	struct domain *d = me()->v->domain;
	u64 table = frame_for(level);

	/*
	 * Tables of another domain, with that one's frames: the privileged
	 * domain could give away its own, but does not.
	 */
	if (chance(10)) {
		d = domains[1];
		foreign = 2UL << 16 | (me()->v->domain->id ? DOMID_SELF : 1);
	}
	for (i = 0; i < n; i++) {
		if (chance(3)) {
			level = choose(5);
			table = frame_for(level);
		}
		list[2 * i] = table << PAGE_SHIFT | any_slot() << 3;
		if (chance(8))
			list[2 * i] |= choose(8);
		list[2 * i + 1] = sign(entry_for(level ? level
						       : 1 + choose(4)), d);
	}
	make_call(CALL_MMU_UPDATE, (u64)list, n,
		  chance(2) ? (u64)(list + 500) : 0, foreign);
}

static void fill_mmuext(struct mmuext_op *op)
{
	static const u8 others[] = {
		MMUEXT_TLB_FLUSH_LOCAL, MMUEXT_INVLPG_LOCAL,
		MMUEXT_TLB_FLUSH_ALL, MMUEXT_INVLPG_ALL, MMUEXT_SET_LDT,
		MMUEXT_CLEAR_PAGE, MMUEXT_COPY_PAGE, MMUEXT_FLUSH_CACHE,
		MMUEXT_TLB_FLUSH_MULTI, 77,
	};
	u32 level = 1 + choose(4);

	memset(op, 0, sizeof(*op));
	op->arg1.mfn = frame_for(level);
	switch (choose(5)) {
	case 0:
	case 1:
		op->cmd = MMUEXT_PIN_L1_TABLE + level - 1;
		break;
	case 2:
		op->cmd = MMUEXT_UNPIN_TABLE;
		break;
	case 3:
		op->cmd = choose(2) ? MMUEXT_NEW_BASEPTR
				    : MMUEXT_NEW_USER_BASEPTR;
		op->arg1.mfn = chance(6) ? 0 : frame_for(4);
		break;
	default:
		op->cmd = others[choose(sizeof(others))];
		op->arg2.src_mfn = frame_for(choose(5));
		if (op->cmd == MMUEXT_CLEAR_PAGE ||
		    op->cmd == MMUEXT_COPY_PAGE)
			op->arg1.mfn = frame_for(choose(5));
		if (op->cmd == MMUEXT_SET_LDT)
			op->arg1.linear_addr = any_va();
		if (op->cmd == MMUEXT_TLB_FLUSH_MULTI)
			op->arg2.vcpumask = me()->args + 510;
	}
}

static void do_mmuext(void)
{
	struct mmuext_op *list = (void *)me()->args;
	u32 n = 1 + choose(chance(3) ? 4 : 1), i;
	u64 foreign = whose();

	me()->args[510] = choose(4);
	for (i = 0; i < n; i++)
		fill_mmuext(&list[i]);
	make_call(CALL_MMUEXT, (u64)list, n,
		  chance(2) ? (u64)(me()->args + 500) : 0, foreign);
}

static void do_va_mapping(void)
{
	u64 val = sign(entry_for(1), me()->v->domain);
	u64 flags = choose(3) | (choose(2) ? UVMF_ALL : 0);

	if (chance(6))
		make_call(CALL_VA_OTHER, any_va(), val, flags, whose());
	else
		make_call(CALL_VA, any_va(), val, flags, 0);
}

static void do_memory(void)
{
	struct xen_memory_reservation *res = (void *)me()->args;
	u64 *list = me()->args + 64;
	u32 n = 1 + choose(3), i;

	for (i = 0; i < n; i++)
		list[i] = frame_for(choose(5));
	*res = (struct xen_memory_reservation){
		.extent_start = list, .nr_extents = n,
		.extent_order = chance(8), .domid = whose(),
	};
	make_call(CALL_MEMORY, choose(2) ? XENMEM_decrease_reservation
					 : XENMEM_populate_physmap,
		  (u64)res, 0, 0);
}

/* Single frames for runs of two, or the other way, or one for one. */
static void do_exchange(void)
{
	struct xen_memory_exchange *x = (void *)me()->args;
	u64 *in = me()->args + 64, *out = me()->args + 128;
	u32 n = 1 + choose(2), how = choose(3), i;
	domid_t id = whose();

	for (i = 0; i < 4; i++) {
		in[i] = frame_for(choose(5));
		out[i] = i;
	}
	*x = (struct xen_memory_exchange){
		.in = { in, how == 1 ? 2 * n : n, how == 2, 0, id },
		.out = { out, how == 2 ? 2 * n : n, how == 1, 0, id },
	};
	make_call(CALL_MEMORY, XENMEM_exchange, (u64)x, 0, 0);
}

/* A write to a table that is mapped read-only. */
static void do_emulated(void)
{
	static const u8 code[][16] = {
		{ 0x48, 0x89, 0x03 },			/* mov %rax,(%rbx) */
		{ 0x48, 0x87, 0x43, 0x08 },		/* xchg %rax,8(%rbx) */
		{ 0xf0, 0x48, 0x0f, 0xb1, 0x0b },	/* cmpxchg %rcx */
		{ 0xf0, 0x80, 0x23, 0xfd },		/* andb $~2,(%rbx) */
		{ 0xf0, 0x48, 0x0f, 0xba, 0x2b, 0x01 },	/* bts $1,(%rbx) */
	};
	struct domain *d = me()->v->domain;
	struct regs r = { .cs = GUEST_CS, .rax = sign(entry_for(1), d),
			  .rcx = sign(entry_for(1), d) };
	u64 va = any_va() | choose(SLOTS) << 3;

	memcpy(me()->args, code[choose(5)], 16);
	r.rip = (u64)me()->args;
	if (me()->v->pv.in_kernel)
		pt_emulate_write(me()->v, &r, va, PF_PRESENT | PF_WRITE);
}

/* ---- Without the hypervisor --------------------------------------------- */

/* Writes an entry, as if it were for a table, wherever the CPU can write. */
static void do_write(void)
{
	u64 n = frame_for(choose(5));
	u32 level = n < NR_FRAMES && role(n) ? role(n) : 1 + choose(4), i;
	u64 *page;

	if (n >= NR_FRAMES || !reach[here].write[n])
		return;
	page = mfn_virt(mfn(n));
	if (chance(4))
		memset(page, 0, PAGE_SIZE);
	for (i = choose(SLOTS); i < SLOTS; i++)
		page[i] = sign(entry_for(level), frame_table[n].owner);
	if (chance(8))
		page[any_slot()] = sign(entry_for(level),
					frame_table[n].owner);
}

/* To its user mode, or back: done by the hypervisor on traps. */
static void do_mode(void)
{
	struct pv_vcpu *pv = &me()->v->pv;

	if (pv->in_kernel && !pv->cr3_user)
		return;
	pv->in_kernel = !pv->in_kernel;
	cr3_write(pv->in_kernel ? pv->cr3_kernel : pv->cr3_user);
}

void guest_step(void)
{
	if (me()->pending >= 0 && !chance(8)) {
		call_again();
		return;
	}
	if (!me()->v->pv.in_kernel) {
		if (chance(2))
			do_write();
		else
			do_mode();
		return;
	}
	switch (choose(16)) {
	case 0 ... 3:
		do_mmu_update();
		break;
	case 4 ... 7:
		do_mmuext();
		break;
	case 8 ... 9:
		do_va_mapping();
		break;
	case 10:
		if (choose(2))
			do_memory();
		else
			do_exchange();
		break;
	case 11:
		do_emulated();
		break;
	case 12:
		do_mode();
		break;
	default:
		do_write();
	}
}

/* ---- The builder's part ------------------------------------------------- */

static u64 own[5][NR_FRAMES];
static u32 nr_own[5];

static u64 one_of(u32 level, u32 i)
{
	return own[level][i % nr_own[level]];
}

/* Every frame of the domain is mapped, tables and half of the rest to read. */
static void build_table(const struct domain *d, u64 n, u32 level, u32 i)
{
	u64 *t = mfn_virt(mfn(n)), e;
	u32 k;

	for (k = 0; k < (level == 1 ? SLOTS : 3); k++) {
		if (level > 1)
			e = one_of(level - 1, 3 * i + k) << PAGE_SHIFT | PTE_RW;
		else if (k < 6)
			e = one_of(0, i + k) << PAGE_SHIFT | PTE_RW;
		else
			e = one_of(k - 4, i) << PAGE_SHIFT;
		t[k] = sign(e | PTE_P, d);
	}
}

void guest_build(struct domain *d, struct model_vcpu *mv)
{
	struct frame *f;
	u32 i, level;

	memset(nr_own, 0, sizeof(nr_own));
	for (i = 0; i < 36; i++) {
		f = frame_alloc(d);
		level = role(frame_mfn(f).n);
		own[level][nr_own[level]++] = frame_mfn(f).n;
		m2p_set(frame_mfn(f), i);
	}
	for (level = 1; level < 5; level++)
		for (i = 0; i < nr_own[level]; i++)
			build_table(d, own[level][i], level, i);
	for (i = 0; i < d->nr_vcpus; i++) {
		here = mv + i - vcpus;
		fake_become(mv[i].cpu);
		while (pt_switch_kernel(mv[i].v, mfn(one_of(4, i))))
			;
	}
}
