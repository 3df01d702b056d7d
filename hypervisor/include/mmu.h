/* SPDX-License-Identifier: MIT */
/*
 * mmu.h - uses of frames, page tables, and what the rest of pv does with them.
 *
 * Whatever may take long can return -ERESTART: the same call, made again, goes
 * on where it stopped.  Callers hold no lock.
 */
#pragma once

#include <frame.h>
#include <types.h>

/* ---- Uses (frametype.c) ------------------------------------------------- */

/*
 * Takes one use of a frame that d owns; the contents are approved first if it
 * is not in use as that already.  0; -ESRCH: not d's; -EINVAL: used as
 * something else; what pte_write_upper() says of bad contents; -ERESTART.
 */
int must_check frame_use_get(struct frame *f, struct domain *d,
			     enum frame_type type);

/*
 * Drops one.  The last use of a table leaves work to be done: mmu_work().
 */
void frame_use_put(struct frame *f);

/*
 * Does what the end of tables' uses left to do for a domain: 0 or -ERESTART.
 * Every call that changes page tables ends with it.
 */
int must_check mmu_work(struct domain *d);

/*
 * The guest's pin: level 1 to 4.  -EINVAL when pinned already, or not, or not
 * the domain's; else as frame_use_get().
 */
int must_check pt_pin(struct domain *d, mfn_t m, unsigned int level);
int must_check pt_unpin(struct domain *d, mfn_t m);

/* A page for the GDT or LDT: no longer writable for the guest. */
int must_check desc_page_get(struct domain *d, mfn_t m);

/*
 * Given by desc.c: approves the 512 descriptors of a page, and marks those as
 * accessed that the CPU would.  0 or -EINVAL.
 */
int must_check desc_page_check(u64 *page);

/* ---- Roots (pt_root.c) -------------------------------------------------- */

/*
 * Makes m the L4 of a vCPU's kernel or user mode, promoting it if it is none
 * yet.  The kernel's takes effect at once if v is current and in its kernel.
 * m.n 0 for the user's: none.  Errors as for frame_use_get() but -EINVAL for
 * what is not the domain's.
 */
int must_check pt_switch_kernel(struct vcpu *v, mfn_t m);
int must_check pt_switch_user(struct vcpu *v, mfn_t m);

/* Drops both roots of a vCPU that does not run any more. */
void pt_drop_roots(struct vcpu *v);

/* The end of a domain: its vCPUs have stopped for good.  0 or -ERESTART. */
int must_check mmu_domain_relinquish(struct domain *d);

/* ---- Entries (pte.c) ---------------------------------------------------- */

/* The L1 entry's value for an address in the current tables, or 0. */
u64 pt_lookup(struct vcpu *v, gva_t va);

/*
 * Writes one entry of a READY table of level 2 or more of d, of which the
 * caller holds a use.  keep_ad: A and D of the old entry stay.  0; -EINVAL:
 * forbidden bits, or no such table; -EBUSY: RAM that is not d's or can't be
 * used so; -EPERM: other memory; -ERESTART.
 */
int must_check pte_write_upper(struct domain *d, u64 *entry, u64 new,
			       bool keep_ad, unsigned int level);

/*
 * The same for an entry of level 1 that must still be *old: 1 when it is not,
 * and *old is what it is.
 */
int must_check pte_exchange(struct domain *d, u64 *entry, u64 *old, u64 new);

/* True when a write of the guest's kernel to a read-only L1 was emulated. */
bool pt_emulate_write(struct vcpu *v, struct regs *r, u64 cr2, u32 error_code);
