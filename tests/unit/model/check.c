/* SPDX-License-Identifier: MIT */
/*
 * check.c - what must hold in the model, by code of its own: it shares the
 * layout of struct frame with the hypervisor, and nothing else.
 */
#include <machine.h>
#include <string.h>

#include "model.h"

static bool is_table(u32 type)
{
	return type >= USE_L1 && type <= USE_L4;
}

/* Contents that were approved and must not be touched by a guest any more. */
static bool is_protected(u64 use)
{
	u32 type = use_type(use), state = use_state(use);

	return (is_table(type) || type == USE_DESC) &&
	       (state == USE_READY || state == USE_PARTIAL ||
		state == USE_DYING);
}

/*
 * What CPU c, which runs v's tables, may reach: frames of its own, those
 * shared with it, for the privileged domain any domain's.  A free frame may be
 * in a stale entry, as long as nobody has got it.
 */
static void check_frame(u32 c, const struct domain *d, u32 n)
{
	const struct frame *f = &frame_table[n];
	const struct reach *r = &reach[c];

	if (!f->refs) {
		if (n < NR_FRAMES || (d->privileged && n != DENIED_MFN))
			return;
		broken("cpu %u reaches device %u", c, n);
	}
	if (!f->owner)
		broken("cpu %u reaches the hypervisor's frame %u", c, n);
	if (f->owner != d && !d->privileged)
		broken("cpu %u reaches another domain's frame %u", c, n);
	if (!r->write[n])
		return;
	if (is_protected(f->use))
		broken("cpu %u can write frame %u, use %#lx", c, n, f->use);
	if (use_type(f->use) == USE_SHARED)
		broken("cpu %u can write the read-only page %u", c, n);
}

static void check_root(u32 c, u32 n)
{
	const u64 *l4 = mfn_virt(mfn(n));
	u32 i;

	for (i = HV_FIRST_SLOT + 1; i < HV_END_SLOT; i++)
		if ((l4[i] & ~0xffUL) != HV_ENTRIES + i * PAGE_SIZE)
			broken("cpu %u: slot %u of root %u is %#lx", c, i, n,
			       l4[i]);
}

void check_reach(void)
{
	u32 c, n;

	for (c = 0; c < NR_VCPUS; c++) {
		const struct domain *d = vcpus[c].v->domain;

		for (n = 0; n < NR_ENTRIES; n++)
			if (reach[c].read[n])
				check_frame(c, d, n);
		if (fake_cr3[c])
			check_root(c, fake_cr3[c] >> PAGE_SHIFT);
	}
}

/* ---- Counting anew ------------------------------------------------------ */

static u64 uses[NR_ENTRIES], refs[NR_ENTRIES];
static u8 used_as[NR_ENTRIES];

static void count_use(u32 n, u32 type, u32 by)
{
	if (uses[n]++ && used_as[n] != type)
		broken("frame %u is used as %u and as %u (by %u)", n,
		       used_as[n], type, by);
	used_as[n] = type;
}

static void count_entry(u64 e, u32 level, u32 by)
{
	u64 n = (e & PTE_ADDR) >> PAGE_SHIFT;

	if (!(e & PTE_P))
		return;
	if (!(e & PTE_US) || (e & PTE_G))
		broken("entry %#lx of table %u", e, by);
	if (e != sign(e, frame_table[by].owner))
		broken("entry %#lx of table %u was made by another", e, by);
	if (level > 1 && e & (PTE_PS | PTE_G | PTE_PCD | PTE_PWT))
		broken("entry %#lx of upper table %u", e, by);
	if (n >= NR_FRAMES) {
		if (level > 1)
			broken("table %u has a device as a table", by);
		if (!frame_table[by].owner->privileged || n == DENIED_MFN)
			broken("table %u maps device %lu", by, n);
		return;
	}
	if (level > 1)
		count_use(n, USE_L1 + level - 2, by);
	else if (e & PTE_RW)
		count_use(n, USE_WRITABLE, by);
	else
		refs[n]++;
}

/* A table's own uses: of all entries, or of those up to where it stopped. */
static void count_table(u32 n, u64 use)
{
	u32 level = use_type(use) - USE_L1 + 1, i, end = PT_ENTRIES;
	const u64 *t = mfn_virt(mfn(n));

	if (use_state(use) != USE_READY)
		end = use_low(use) >> USE_DONE_SHIFT;
	for (i = 0; i < end; i++)
		if (level < 4 || i < HV_FIRST_SLOT || i >= HV_END_SLOT)
			count_entry(t[i], level, n);
}

static void count_held(void)
{
	u32 i;

	for (i = 0; i < NR_VCPUS; i++) {
		const struct pv_vcpu *pv = &vcpus[i].v->pv;

		if (pv->cr3_kernel)
			count_use(pv->cr3_kernel >> PAGE_SHIFT, USE_L4, ~i);
		if (pv->cr3_user)
			count_use(pv->cr3_user >> PAGE_SHIFT, USE_L4, ~i);
		if (!mfn_eq(pv->ldt_frames[0], MFN_NONE))
			count_use(pv->ldt_frames[0].n, USE_DESC, ~i);
	}
}

static void count_all(void)
{
	u32 n;

	memset(uses, 0, sizeof(uses));
	memset(refs, 0, sizeof(refs));
	count_held();
	for (n = 0; n < NR_FRAMES; n++) {
		const struct frame *f = &frame_table[n];

		if (is_table(use_type(f->use)) &&
		    use_state(f->use) != USE_IDLE)
			count_table(n, f->use);
		if (f->use & USE_PINNED)
			count_use(n, use_type(f->use), n);
		if (f->flags & FRAME_HV)
			count_use(n, use_type(f->use), n);
	}
}

static void compare_frame(u32 n)
{
	const struct frame *f = &frame_table[n];
	u32 state = use_state(f->use), want = refs[n] + (state != USE_IDLE);

	if (state == USE_BUSY)
		broken("frame %u is busy with nobody at it", n);
	if (state == USE_READY && use_low(f->use) != uses[n])
		broken("frame %u: count %lu, really %lu", n, use_low(f->use),
		       uses[n]);
	if (state == USE_READY && used_as[n] != use_type(f->use))
		broken("frame %u is a %u, used as %u", n, use_type(f->use),
		       used_as[n]);
	if (state != USE_READY && uses[n])
		broken("frame %u: state %u, but %lu uses", n, state, uses[n]);
	if (!f->owner) {
		if (want)
			broken("frame %u: nobody's, but %u references", n,
			       want);
		return;
	}
	want += f->refs & FRAME_REF_OWNER ? 1 : 0;
	want += f->flags & FRAME_HV ? 1 : 0;
	if ((f->refs & ~FRAME_REF_OWNER) != want)
		broken("frame %u: %#x references, really %u", n, f->refs, want);
}

static void compare_list(const struct domain *d)
{
	u32 n = d->pages.first, nr = 0;

	for (; n; n = frame_table[n].next, nr++)
		if (frame_table[n].owner != d)
			broken("frame %u is in the wrong list", n);
	if (nr != d->nr_pages)
		broken("domain %u: %u pages, really %u", d->id, d->nr_pages,
		       nr);
}

void check_counts(void)
{
	u32 n;

	count_all();
	for (n = 0; n < NR_FRAMES; n++)
		compare_frame(n);
	for (n = 0; n < NR_DOMAINS; n++)
		compare_list(domains[n]);
	nr_recounts++;
}
