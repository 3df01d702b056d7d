/* SPDX-License-Identifier: MIT */
/*
 * op_desc.c - descriptors, the GDT and LDT, segment bases.
 *
 * A page that the CPU may see as GDT or LDT is of the use DESC: the guest can
 * read it and not write it.  What is in it was approved by desc_check() when
 * the page got that use, or when the descriptor was written since.
 */
#include <abi/xen.h>

#include <hypercall.h>
#include <uaccess.h>
#include <vcpu.h>

#include "frametype.h"
#include "ops.h"

#define DESC_P		(1UL << 47)
#define DESC_S		(1UL << 44)	/* code or data */
#define DESC_TYPE	(0xfUL << 40)
#define DESC_GATE	(0xcUL << 40)	/* a call gate */
#define GATE_SEL_SHIFT	16
#define SEL_LDT		4
#define DESC_DPL	(3UL << 45)

/* Of our own segments a gate may name the flat code segments alone. */
static bool gate_selector_ok(u16 sel)
{
	sel |= 3;
	return sel & SEL_LDT || sel < FIRST_RESERVED_GDT_BYTE ||
	       sel == FLAT_RING3_CS64 || sel == FLAT_RING3_CS32;
}

/*
 * Makes a descriptor harmless, or says that it can't be: -EINVAL.
 *
 * Not present: never used.  Code or data: CPL stays 3 with DPL 3, and base and
 * limit are no protection in 64-bit mode anyway, where the page tables keep
 * the guest out of our slots.  Of the system descriptors, one of type 0 does
 * nothing, and a call gate of DPL 0 faults at CPL 3 whatever it names; others
 * would enter the hypervisor.
 */
static int desc_check(u64 *desc)
{
	if (!(*desc & DESC_P))
		return 0;
	if (*desc & DESC_S || !(*desc & DESC_TYPE)) {
		*desc |= DESC_DPL;
		return 0;
	}
	if ((*desc & DESC_TYPE) != DESC_GATE ||
	    !gate_selector_ok(*desc >> GATE_SEL_SHIFT))
		return -EINVAL;
	*desc &= ~DESC_DPL;
	*desc |= 3UL << GATE_SEL_SHIFT;
	return 0;
}

int desc_page_check(u64 *page)
{
	u32 i;

	for (i = 0; i < DESC_PER_PAGE; i++)
		if (desc_check(&page[i]))
			return fail(-EINVAL);
	return 0;
}

static void pages_drop(mfn_t *pages, u32 nr)
{
	for (; nr--; pages++) {
		if (!mfn_eq(*pages, MFN_NONE))
			use_put(frame_of(*pages));
		*pages = MFN_NONE;
	}
}

int pv_set_gdt(struct vcpu *v, const u64 *frames, u32 entries)
{
	u32 nr = (entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE, i;
	int err = 0;

	if (entries > FIRST_RESERVED_GDT_ENTRY)
		return fail(-EINVAL);
	for (i = 0; i < nr; i++) {
		err = desc_page_get(v->domain, mfn(frames[i]));
		if (err)
			goto put;
	}
	pages_drop(v->pv.gdt_frames, PV_GDT_FRAMES);
	for (i = 0; i < nr; i++)
		v->pv.gdt_frames[i] = mfn(frames[i]);
	v->pv.gdt_entries = entries;
	return 0;
put:
	while (i--)
		use_put(frame_of(mfn(frames[i])));
	return fail(err == -ERESTART ? err : -EINVAL);
}

s64 op_set_gdt(u64 list, u64 entries)
{
	u64 in[PV_GDT_FRAMES];
	u32 nr = ((u32)entries + DESC_PER_PAGE - 1) / DESC_PER_PAGE;
	struct vcpu *v = current();
	int err;

	if ((u32)entries > FIRST_RESERVED_GDT_ENTRY)
		return fail(-EINVAL);
	if (copy_from_guest(in, gva(list), nr * sizeof(*in)))
		return fail(-EFAULT);
	err = pv_set_gdt(v, in, entries);
	if (err == -ERESTART)
		return hypercall_continue(list, entries, 0, 0);
	if (!err)
		vcpu_load_gdt(v);
	return err;
}

/* The pages are looked for when a selector needs one: pv_ldt_fault(). */
int pv_set_ldt(struct vcpu *v, u64 base, u32 entries)
{
	if (entries > PV_LDT_FRAMES * DESC_PER_PAGE || base & ~PAGE_MASK ||
	    !is_canonical(base) ||
	    (entries && !guest_range_ok(gva(base), entries * 8UL)))
		return fail(-EINVAL);
	pages_drop(v->pv.ldt_frames, PV_LDT_FRAMES);
	v->pv.ldt_base = base;
	v->pv.ldt_entries = entries;
	vcpu_load_ldt(v);
	return 0;
}

bool pv_ldt_fault(struct vcpu *v, u64 offset)
{
	u64 page = offset / PAGE_SIZE, pte;
	int err;

	if (offset >= v->pv.ldt_entries * 8UL ||
	    !mfn_eq(v->pv.ldt_frames[page], MFN_NONE))
		return false;
	pte = pt_lookup(v, gva(v->pv.ldt_base + offset));
	if (!(pte & PTE_P))
		return false;
	err = desc_page_get(v->domain, pte_mfn(pte));
	if (err)
		return err == -ERESTART;	/* the same fault again */
	v->pv.ldt_frames[page] = pte_mfn(pte);
	vcpu_load_ldt(v);
	return true;
}

void pv_drop_descriptors(struct vcpu *v)
{
	pages_drop(v->pv.gdt_frames, PV_GDT_FRAMES);
	pages_drop(v->pv.ldt_frames, PV_LDT_FRAMES);
}

s64 op_update_descriptor(u64 at, u64 desc)
{
	struct domain *d = current()->domain;
	mfn_t m = maddr_to_mfn(maddr(at));
	struct frame *f = frame_of(m);
	enum frame_type type = USE_WRITABLE;

	if (at & 7 || !mfn_valid(m) || desc_check(&desc))
		return fail(-EINVAL);
	/* A descriptor page if it is one, else it must be writable. */
	if (use_is_ready(READ_ONCE(f->use), USE_DESC))
		type = USE_DESC;
	if (frame_use_get(f, d, type))
		return fail(-EINVAL);
	WRITE_ONCE(*(u64 *)maddr_virt(maddr(at)), desc);
	frame_use_put(f);
	return 0;
}

s64 op_set_segment_base(u64 which, u64 base)
{
	static const enum seg_base bases[] = {
		[SEGBASE_FS] = BASE_FS,
		[SEGBASE_GS_USER] = BASE_GS_OTHER,
		[SEGBASE_GS_KERNEL] = BASE_GS_ACTIVE,
	};
	u32 i = which;
	u16 sel = base;

	if (i == SEGBASE_GS_USER_SEL)
		seg_load_gs_other(sel > 3 ? sel | 3 : sel);
	else if (i < ARRAY_SIZE(bases) && is_canonical(base))
		seg_base_write(bases[i], base);
	else
		return fail(-EINVAL);
	return 0;
}
