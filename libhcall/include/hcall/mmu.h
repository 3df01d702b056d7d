/* SPDX-License-Identifier: MIT */
/*
 * mmu.h - page tables, and batches of changes to them.
 *
 * A guest reads its page tables directly and has the hypervisor write them.
 * Names: a pfn counts the guest's own pages from 0, an mfn is a frame of the
 * machine; page-table entries hold mfns, with addresses "maddr".
 */
#ifndef HCALL_MMU_H
#define HCALL_MMU_H

#include <stdbool.h>
#include <hcall/hypercall.h>
#include <hcall/ring.h>
#include <hcall/start.h>

#define HC_PAGE_SIZE	4096ULL
#define HC_PAGE_SHIFT	12

/* Bits of an entry.  The hypervisor adds HC_PTE_USER to what is present. */
#define HC_PTE_PRESENT	(1ULL << 0)
#define HC_PTE_WRITE	(1ULL << 1)
#define HC_PTE_USER	(1ULL << 2)
#define HC_PTE_PWT	(1ULL << 3)
#define HC_PTE_PCD	(1ULL << 4)
#define HC_PTE_ACCESSED	(1ULL << 5)
#define HC_PTE_DIRTY	(1ULL << 6)
#define HC_PTE_SOFT	(7ULL << 9)	/* the guest's own */
#define HC_PTE_NX	(1ULL << 63)
#define HC_PTE_FRAME	0x000ffffffffff000ULL

/* What to put into tables of level 4 to 2, and for a kernel's page. */
#define HC_PTE_TABLE	(HC_PTE_PRESENT | HC_PTE_WRITE | HC_PTE_USER | \
			 HC_PTE_ACCESSED | HC_PTE_DIRTY)
#define HC_PTE_KERNEL	(HC_PTE_PRESENT | HC_PTE_WRITE | \
			 HC_PTE_ACCESSED | HC_PTE_DIRTY)

static inline uint64_t hc_pte(uint64_t mfn, uint64_t flags)
{
	return mfn << HC_PAGE_SHIFT | flags;
}

static inline uint64_t hc_pte_mfn(uint64_t pte)
{
	return (pte & HC_PTE_FRAME) >> HC_PAGE_SHIFT;
}

/* Index of VA in a table of LEVEL (1 to 4). */
static inline unsigned int hc_pt_index(uint64_t va, unsigned int level)
{
	return va >> (HC_PAGE_SHIFT + 9 * (level - 1)) & 511;
}

/*
 * Where the guest's pages are mapped one after the other: pfn 0 is at BASE.
 * At first that is the builder's mapping, from VIRT_BASE on, and covers only
 * the beginning of memory; a guest that maps all of it elsewhere says so.
 */
void hc_linear_set(uint64_t base);
void *hc_pfn_to_virt(uint64_t pfn);
uint64_t hc_virt_to_pfn(const volatile void *va);

/* The p2m list, the guest's own, and the M2P, which all read. */
uint64_t hc_pfn_to_mfn(uint64_t pfn);
void hc_p2m_set(uint64_t pfn, uint64_t mfn);
uint64_t hc_mfn_to_pfn(uint64_t mfn);

static inline uint64_t hc_virt_to_mfn(const volatile void *va)
{
	return hc_pfn_to_mfn(hc_virt_to_pfn(va));
}

static inline void *hc_mfn_to_virt(uint64_t mfn)
{
	return hc_pfn_to_virt(hc_mfn_to_pfn(mfn));
}

/* Machine address of something in the linear mapping: for mmu_update. */
static inline uint64_t hc_virt_to_maddr(const volatile void *va)
{
	return hc_virt_to_mfn(va) << HC_PAGE_SHIFT | (hc_addr(va) & 4095);
}

/*
 * The entry for VA in its table of LEVEL (1 to 4), below the L4 table L4; NULL
 * if a table on the way is missing.  For reading only.
 */
uint64_t *hc_pt_entry(uint64_t *l4, uint64_t va, unsigned int level);

/*
 * A batch: changes that are made together, in the order in which they were
 * added, at the latest by hc_batch_flush().  It is the caller's memory, about
 * 10 KiB, used by one vCPU at a time.
 *
 * How they reach the hypervisor is the batch's own affair.  HC_BATCH_MULTI
 * gathers neighbours of one kind into arrays, and arrays and other calls into
 * one multicall; HC_BATCH_SINGLE issues every change by itself, at once;
 * HC_BATCH_ARRAY gathers neighbours of one kind and nothing else.
 * HC_BATCH_RING puts what it can into the vCPU's deferred-call ring and is
 * else like HC_BATCH_MULTI, as it is altogether for a vCPU without a ring.
 * Such a batch is used with upcalls masked, by the vCPU that initialised it.
 *
 * The first error is kept and the rest goes on: a guest whose change was
 * refused is wrong about its memory and should stop.
 */
enum hc_batch_mode {
	HC_BATCH_MULTI,
	HC_BATCH_SINGLE,
	HC_BATCH_ARRAY,
	HC_BATCH_RING,
};

#define HC_BATCH_CALLS		32
#define HC_BATCH_UPDATES	256
#define HC_BATCH_EXTS		64

struct hc_batch {
	struct multicall_entry calls[HC_BATCH_CALLS];
	struct mmu_update updates[HC_BATCH_UPDATES];
	struct mmuext_op exts[HC_BATCH_EXTS];
	unsigned int nr_calls;		/* in use, of each */
	unsigned int nr_updates;
	unsigned int nr_exts;
	enum hc_batch_mode mode;
	struct hc_ring *ring;		/* or NULL */
	long error;			/* the first, negated; or 0 */
	uint64_t items;			/* changes asked for, ever */
	uint64_t entries;		/* hypercalls issued, ever */
};

void hc_batch_init(struct hc_batch *b, enum hc_batch_mode mode);

/*
 * Set the entry at machine address MADDR, in a table of any level that is in
 * use.  COMMAND: MMU_NORMAL_PT_UPDATE or MMU_PT_UPDATE_PRESERVE_AD.
 */
void hc_batch_pte(struct hc_batch *b, uint64_t maddr, uint64_t pte,
		  unsigned int command);

/*
 * The same for N entries in a row, of one table: what is to be in them is in
 * PTES, which is read before this returns.
 */
void hc_batch_ptes(struct hc_batch *b, uint64_t maddr, const uint64_t *ptes,
		   unsigned int n, unsigned int command);

/*
 * The same for a table of level 1 that is in use, which is all that a ring
 * takes.
 */
void hc_batch_l1(struct hc_batch *b, uint64_t maddr, uint64_t pte);

/* Set the M2P's entry of a frame. */
void hc_batch_m2p(struct hc_batch *b, uint64_t mfn, uint64_t pfn);

/*
 * Set the L1 entry that maps VA now.  FLAGS is UVMF_ (<abi/xen.h>): what to
 * flush.
 */
void hc_batch_va(struct hc_batch *b, uint64_t va, uint64_t pte,
		 uint64_t flags);

/* Pin the table MFN as one of LEVEL (1 to 4); unpin it. */
void hc_batch_pin(struct hc_batch *b, uint64_t mfn, unsigned int level);
void hc_batch_unpin(struct hc_batch *b, uint64_t mfn);

/* Load a base pointer: the kernel's, or user mode's (MFN 0: none). */
void hc_batch_baseptr(struct hc_batch *b, uint64_t mfn);
void hc_batch_user_baseptr(struct hc_batch *b, uint64_t mfn);

/* Flush one address, or everything, on this vCPU or on all. */
void hc_batch_invlpg(struct hc_batch *b, uint64_t va, bool all);
void hc_batch_tlb_flush(struct hc_batch *b, bool all);

/* Any mmuext_op, by itself. */
void hc_batch_ext(struct hc_batch *b, const struct mmuext_op *op);

/* Any call that multicall allows; unused arguments are 0. */
void hc_batch_call(struct hc_batch *b, unsigned int nr, uint64_t a,
		   uint64_t b1, uint64_t c, uint64_t d);

/*
 * Issue what is in there.  Returns the first error since the last flush, or 0,
 * and forgets it.
 */
long hc_batch_flush(struct hc_batch *b);

/*
 * What is in there need only be done before user mode runs on this vCPU, or
 * before its kernel touches what is mapped by it, and nobody else looks before
 * the next hypercall.  Errors wait for the next flush.
 */
void hc_batch_defer(struct hc_batch *b);

/* One change without a batch: 0 or a negated error. */
static inline long hc_map(const volatile void *va, uint64_t pte)
{
	return hc_update_va_mapping(hc_addr(va), pte, UVMF_INVLPG);
}

long hc_pin(uint64_t mfn, unsigned int level);
long hc_unpin(uint64_t mfn);

#endif
