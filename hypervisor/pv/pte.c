/* SPDX-License-Identifier: MIT */
/*
 * pte.c - which entries a guest may have in its tables, and how they change.
 *
 * An entry that is present holds what it refers to: level 1, writable: a use
 * as writable; level 1, read-only: a reference; above: a use as a table of the
 * next lower level.  So what an entry refers to is taken before the entry is
 * there, and dropped after it is gone.  Entries change by locked operations
 * alone: of two CPUs that change the same one each drops what it replaced.
 * No lock: the caller's use of the table keeps it a table.
 *
 * Present entries gain the user bit, as the guest's kernel is in ring 3, and
 * lose the global bit.  What is not present is the guest's own: any bits.
 */
#include <boot.h>
#include <iomem.h>
#include <lib.h>

#include "frametype.h"
#include "pte_fast.h"

/*
 * Large pages would need 512 approvals at once.  Caching is chosen by who has
 * devices alone; of its own RAM it must know itself that the hypervisor maps
 * it write-back.  Bits 52 to 62 are software's: no CPU looks at them without
 * protection keys, which are off.
 */
#define BAD_L1		(PTE_CACHE)
#define BAD_UPPER	(PTE_PWT | PTE_PCD | PTE_PS | PTE_G)

static noinline int pte_get_l1_slow(struct domain *d, struct domain *fd,
				    u64 pte, int err)
{
	mfn_t m = pte_mfn(pte);

	if (err == -ERESTART)
		return err;
	if (mfn_valid(m) && boot_is_ram(mfn_to_maddr(m)))
		return fail(-EBUSY);
	/* What is not RAM has no count; only who may do I/O gets at it. */
	if (!iomem_permitted(fd, m) || !iomem_permitted(d, m))
		return fail(-EPERM);
	return 0;
}

int pte_get_l1(struct domain *d, struct domain *fd, u64 *pte)
{
	u64 e = *pte;
	struct frame *f = frame_of(pte_mfn(e));
	int ret = -EPERM;

	if (unlikely(e & BAD_L1) && !d->privileged)
		return fail(-EINVAL);
	if (likely(mfn_valid(pte_mfn(e))))
		ret = e & PTE_RW ? use_get(f, fd, USE_WRITABLE)
				 : frame_get(f, fd);
	if (unlikely(ret))
		ret = pte_get_l1_slow(d, fd, e, ret);
	*pte = (e | PTE_US) & ~PTE_G;
	return ret;
}

int pte_get_upper(struct domain *d, u64 *pte, unsigned int level)
{
	mfn_t m = pte_mfn(*pte);
	int ret;

	if (*pte & BAD_UPPER || !mfn_valid(m))
		return fail(-EINVAL);
	ret = use_get(frame_of(m), d, table_type(level - 1));
	*pte |= PTE_US;
	return unlikely(ret) ? use_error(ret) : 0;
}

int pte_exchange(struct domain *d, u64 *entry, u64 *old, u64 new)
{
	bool counted = (*old ^ new) & (PTE_COUNTED | PTE_CACHE);
	u64 was = *old;
	int ret;

	if (new & PTE_P && counted) {
		ret = pte_get_l1(d, d, &new);
		if (ret)
			return ret;
	} else if (new & PTE_P) {
		new = (new | PTE_US) & ~PTE_G;
	}
	if (!entry_change(entry, old, new)) {
		if (new & PTE_P && counted)
			pte_put(new, 1);
		return 1;
	}
	if (was & PTE_P && counted)
		pte_put(was, 1);
	return 0;
}

int pte_write_upper(struct domain *d, u64 *entry, u64 new, bool keep_ad,
		    unsigned int level)
{
	int ret;

	if (level == 4 &&
	    slot_is_hv((u64)entry / sizeof(u64) % PT_ENTRIES))
		return fail(-EINVAL);
	if (new & PTE_P) {
		ret = pte_get_upper(d, &new, level);
		if (ret)
			return ret;
	}
	entry_replace(entry, new, keep_ad, level);
	return 0;
}
