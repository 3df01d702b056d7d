/* SPDX-License-Identifier: MIT */
/*
 * grant_map.c - granted frames in a domain's page tables, and what an entry of
 * a grant table looks like.
 *
 * core/grant.c counts who uses an entry of a grant table and keeps handles;
 * here is what mapping one does to a page table.  The entry there holds the
 * lender's frame as any other holds one, so whatever else takes it away does so
 * safely; but the handle stays then, and with it the mark that the lender sees.
 *
 * An unprivileged domain gets another one's frames into its tables by grants
 * alone, and a handle ends only with one entry that maps its frame as it does.
 * So there never are more such entries than handles, nor more writable ones
 * than writable handles: whichever is taken for which.
 *
 * No lock: core's are not held while a frame is taken or an entry changed.
 */
#include <abi/grant_table.h>

#include <grant.h>
#include <tlb.h>
#include <uaccess.h>

#include "frametype.h"
#include "grant_list.h"
#include "pte_fast.h"

/* ---- Entries of grant tables -------------------------------------------- */

/* Bounded: a lender who changes it all the time has none. */
int pv_grant_mark(u64 *entry, u32 domid, bool write, mfn_t *m)
{
	/* struct grant_entry_v1: flags, domid, frame */
	u64 looked_at = GTF_type_mask | 0xffffu << 16;
	u64 marks = GTF_reading, e = READ_ONCE(*entry);
	u32 tries = 5;

	if (write) {
		looked_at |= GTF_readonly;
		marks |= GTF_writing;
	}
	do {
		if ((e & looked_at) != (domid << 16 | GTF_permit_access))
			return fail(-EPERM);
		if ((e & marks) == marks ||
		    entry_change(entry, &e, e | marks)) {
			*m = mfn(e >> 32);
			return 0;
		}
	} while (--tries);
	return fail(-EPERM);
}

void pv_grant_unmark(u64 *entry, bool still_read)
{
	u64 marks = GTF_writing | (still_read ? 0 : GTF_reading);

	__atomic_fetch_and(entry, ~marks, __ATOMIC_SEQ_CST);
}

void pv_grant_seed(struct domain *d, u32 ref, mfn_t m)
{
	d->gnt.table[0][ref] = m.n << 32 | GTF_permit_access;
}

/* ---- Mapping ------------------------------------------------------------ */

#define L1_SHIFT	21	/* a table of level 1 maps 2 MiB */

static void l1_put(struct l1_use *l1)
{
	if (l1->table)
		use_put(frame_of(virt_mfn(l1->table)));
	l1->table = NULL;
}

static noinline u64 *l1_find(struct l1_use *l1, struct domain *d, u64 addr,
			     bool by_entry)
{
	mfn_t m = maddr_to_mfn(maddr(addr));
	u64 *entry = NULL;

	l1_put(l1);
	if (!by_entry)
		entry = pt_entry(current(), addr);
	else if (mfn_valid(m) && !(addr & 7))
		entry = maddr_virt(maddr(addr));
	if (!entry || !use_is_ready(frame_of(virt_mfn(entry))->use, USE_L1) ||
	    use_get(frame_of(virt_mfn(entry)), d, USE_L1))
		return NULL;
	l1->table = (u64 *)((u64)entry & PAGE_MASK);
	/* No address begins so. */
	l1->of = by_entry ? ~0UL : addr >> L1_SHIFT;
	return entry;
}

/*
 * The entry of level 1 at a machine address, or for an address in the caller's
 * tables; or NULL.  As for any walk, another vCPU may have put another table
 * there since the address was looked up; but it still is one of the caller's.
 */
static always_inline u64 *l1_entry(struct l1_use *l1, struct domain *d,
				   u64 addr, bool by_entry)
{
	if (likely(l1->table && addr >> L1_SHIFT == l1->of && !by_entry))
		return l1->table + pt_index(addr, 1);
	return l1_find(l1, d, addr, by_entry);
}

/* What GNT_DEVICE holds, as an entry would. */
static u64 grant_pte(mfn_t m, u32 what)
{
	return mfn_to_maddr(m).a | PTE_P | PTE_A | PTE_D | PTE_NX |
	       (what & GNT_READONLY ? 0 : PTE_RW);
}

void pv_grant_device_end(const struct gnt_map *map)
{
	pte_put(grant_pte(mfn(map->mfn), map->what), 1);
}

/* Answers of pte.c as a status, but for -ERESTART. */
static int grant_error(int ret)
{
	return !ret || ret == -ERESTART ? ret :
		ret == -EPERM ? GNTST_bad_page : GNTST_general_error;
}

/* As the handle will say, with the entry pinned: a status or -ERESTART. */
static int map_frame(struct batch *b, struct domain *rd, mfn_t m, u32 what,
		     const struct gnttab_map_grant_ref *in)
{
	u64 pte = grant_pte(m, what), device = pte, *entry;
	int ret;

	if (what & GNT_DEVICE) {
		ret = pte_get_l1(b->d, rd, &device);
		if (ret)
			return grant_error(ret);
	}
	if (!(what & GNT_HOST))
		return GNTST_okay;
	pte |= (u64)in->flags >> _GNTMAP_guest_avail0 << PTE_SOFT_SHIFT &
	       PTE_SOFT;
	ret = -EINVAL;
	entry = l1_entry(&b->at, b->d, in->host_addr, what & GNT_BY_ENTRY);
	if (likely(entry))
		ret = pte_change_l1(b->d, rd, entry, pte, false);
	if (ret && what & GNT_DEVICE)
		pte_put(device, 1);
	return grant_error(ret);
}

_Static_assert(GNT_DEVICE == GNTMAP_device_map && GNT_HOST == GNTMAP_host_map &&
	       GNT_READONLY == GNTMAP_readonly &&
	       GNT_BY_ENTRY == GNTMAP_contains_pte, "flags are taken over");

/* With a reference to the lender: the handle takes it over. */
static int map_grant(struct batch *b, struct domain *rd, u32 what,
		     struct gnttab_map_grant_ref *in)
{
	bool write = !(what & GNT_READONLY);
	mfn_t m;
	int ret;

	if (!b->nr_handles)
		b->nr_handles = gnt_handles_get(b->d, b->handles,
						MIN(b->left, BATCH));
	if (unlikely(!b->nr_handles))
		return GNTST_no_device_space;
	ret = gnt_pin(rd, in->ref, b->d->id, write, &m);
	if (unlikely(ret))
		return ret == -ENOENT ? GNTST_bad_gntref : GNTST_general_error;
	ret = map_frame(b, rd, m, what, in);
	if (unlikely(ret)) {
		gnt_unpin(rd, in->ref, write);
		return ret;
	}
	in->handle = b->handles[--b->nr_handles];
	gnt_map_begin(b->d, in->handle, rd, m,
		      what | in->ref << GNT_REF_SHIFT);
	in->dev_bus_addr = mfn_to_maddr(m).a;
	return GNTST_okay;
}

int op_map_grant_ref(struct batch *b, gva_t at)
{
	struct gnttab_map_grant_ref in;
	struct domain *rd;
	int ret;
	u32 what;

	if (guest_read_u64s((u64 *)&in, at, 3))
		return fail(-EFAULT);
	in.dev_bus_addr = 0;
	what = in.flags & GNT_FLAGS;
	rd = what & GNT_LIVE ? peer_get(b, in.dom) : NULL;
	ret = !(what & GNT_LIVE) ? GNTST_bad_gntref :
	      rd ? map_grant(b, rd, what, &in) : GNTST_bad_domain;
	if (unlikely(ret)) {
		if (rd)
			domain_put(rd);
		if (ret == -ERESTART)
			return ret;
	}
	in.status = ret;
	if (guest_write_u64(gva_add(at, 16), ((u64 *)&in)[2]) ||
	    (!ret && guest_write_u64(gva_add(at, 24), in.dev_bus_addr)))
		return fail(-EFAULT);
	return 0;
}

/* ---- Unmapping ---------------------------------------------------------- */

/* Puts another entry in the place of one that maps a grant: or false. */
static bool entry_swap(u64 *entry, u64 was, u64 to)
{
	const u64 same = PTE_ADDR | PTE_P | PTE_RW;
	u64 old = READ_ONCE(*entry);

	/* Ends: a CPU sets A and D once, and each other change is progress. */
	do {
		if ((old ^ was) & same)
			return false;
	} while (!entry_change(entry, &old, to));
	pte_put(old, 1);
	return true;
}

/* What is mapped at new_addr moves to where the grant was. */
static bool entry_move(u64 *entry, u64 was, u64 *from)
{
	u64 moved;

	if (entry == from || (*entry ^ was) & PTE_ADDR)
		return false;
	moved = __atomic_exchange_n(from, 0, __ATOMIC_SEQ_CST);
	if (entry_swap(entry, was, moved))
		return true;
	/* Another vCPU was at it: then it is mapped nowhere. */
	if (moved & PTE_P)
		pte_put(moved, 1);
	return false;
}

static bool host_unmap(struct batch *b, const struct gnt_map *map, u64 addr,
		       u64 new_addr)
{
	u64 was = grant_pte(mfn(map->mfn), map->what), *entry, *from;
	bool by_entry = map->what & GNT_BY_ENTRY;

	entry = l1_entry(&b->at, b->d, addr, by_entry);
	if (unlikely(!entry))
		return false;
	if (likely(!new_addr))
		return entry_swap(entry, was, 0);
	from = by_entry ? NULL : l1_entry(&b->from, b->d, new_addr, false);
	return from && entry_move(entry, was, from);
}

static int unmap(struct batch *b, u32 handle, u64 addr, u64 bus, u64 new_addr)
{
	struct gnt_map *map = gnt_map_take(b->d, handle);
	int ret = GNTST_okay;
	u32 what;

	if (unlikely(!map))
		return GNTST_bad_handle;
	what = map->what & ((addr ? GNT_HOST : 0) | (bus ? GNT_DEVICE : 0));
	if (unlikely(what & GNT_DEVICE &&
		     bus != mfn_to_maddr(mfn(map->mfn)).a))
		ret = GNTST_bad_dev_addr;
	else if (likely(what & GNT_HOST) &&
		 !host_unmap(b, map, addr, new_addr))
		ret = GNTST_general_error;
	if (unlikely(ret))
		what = 0;
	if (unlikely(what & GNT_DEVICE))
		pv_grant_device_end(map);
	if (likely(gnt_map_put(map, what)))
		b->handles[b->nr_handles++] = handle;
	return ret;
}

/* Both have the same form: where, a second address, handle and status. */
_Static_assert(offsetof(struct gnttab_unmap_grant_ref, status) ==
	       offsetof(struct gnttab_unmap_and_replace, status), "one form");

int op_unmap_grant_ref(struct batch *b, gva_t at)
{
	bool replace = b->cmd == GNTTABOP_unmap_and_replace;
	struct gnttab_unmap_grant_ref in;

	if (guest_read_u64s((u64 *)&in, at, 3))
		return fail(-EFAULT);
	in.status = unmap(b, in.handle, in.host_addr,
			  replace ? 0 : in.dev_bus_addr,
			  replace ? in.dev_bus_addr : 0);
	return guest_write_u64(gva_add(at, 16), ((u64 *)&in)[2]);
}

void batch_end(struct batch *b)
{
	u32 i;

	l1_put(&b->at);
	l1_put(&b->from);
	if (!b->nr_handles)
		return;
	if (b->cmd != GNTTABOP_map_grant_ref) {
		tlb_flush_cpus(b->d->tlb_cpus);
		for (i = 0; i < b->nr_handles; i++)
			gnt_map_end(b->d, b->handles[i]);
	}
	gnt_handles_put(b->d, b->handles, b->nr_handles);
	b->nr_handles = 0;
}
