/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - changing page-table entries and flushing: each form, each refusal.
 *
 * update_va_mapping, its other-domain form, mmu_update with its commands and
 * its count of what was done, and the operations of mmuext_op that need no
 * table of one's own; errno and effect as Xen 4.17 has them.
 */
#include <abi/errno.h>
#include "test.h"

#define NOWHERE	0x700000000000ul
#define BEYOND	0xfffffffff000ul	/* a frame that no machine has */
#define APIC	0xfee00000ul
#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)

/* MFN, P, RW, NX and the bits that are the guest's: what a read shows. */
#define COMPARE	(0x800ffffffffffe03ul)

static char a[4096] __page;
static char b[4096] __page;
static struct mmu_update u[8];
static uint32_t done;

SNIPPET(do_write, "movb $1, (%rbx); ud2");

static long uva(uint64_t va, uint64_t pte, uint64_t flags)
{
	return hc3(__HYPERVISOR_update_va_mapping, va, pte, flags);
}

static long other(uint64_t va, uint64_t pte, uint64_t domid)
{
	return hc4(__HYPERVISOR_update_va_mapping_otherdomain, va, pte,
		   UVMF_INVLPG, domid);
}

static void kept(const char *name, uint64_t pte)
{
	is(uva(PTR(a), pte, UVMF_INVLPG), 0, "PTE with %s", name);
	is(*pte_of(a) & COMPARE, pte & COMPARE, "%s: as kept", name);
}

static void test_entries(void)
{
	uint64_t m = maddr_of(a);

	kept("the user bit", m | 7);
	is(*pte_of(a) & PTE_U, PTE_U, "the user bit is there");
	kept("no user bit", m | 3);
	is(*pte_of(a) & PTE_U, PTE_U, "the user bit is there all the same");
	kept("A and D", m | 0x67);
	is(*pte_of(a) & 0x60, 0x60, "A and D are there");
	kept("software bits", m | 0xe07);
	kept("NX", m | 7 | PTE_NX);
	kept("read-only", m | 5);
	kept("cache bits", m | 0x1f);
	is(*pte_of(a) & 0x18, 0x18, "cache bits are there");
	is(uva(PTR(a), 0x123456, UVMF_INVLPG), 0, "not present: anything");
	is(*pte_of(a), 0x123456, "is kept as it is");
	is(uva(PTR(a), 0xfffffffffffffffe, UVMF_INVLPG), 0, "all but P");
	is(*pte_of(a), 0xfffffffffffffffe, "is kept, too");
	kept("all right", m | 7);
}

static void test_frames(void)
{
	uint64_t old = *pte_of(b);

	is(uva(PTR(b), BEYOND | 7, 0), -XEN_EPERM, "a frame that is not");
	is(uva(PTR(b), 1ul << 45 | 7, 0), -XEN_EPERM, "another");
	is(uva(PTR(b), maddr_of(b) | 7 | 1ul << 51, 0), -XEN_EPERM,
	   "a reserved bit");
	is(uva(PTR(b), APIC | 7, 0), -XEN_EPERM, "the local APIC");
	is(uva(PTR(b), maddr_of(kernel_l4()) | 7, 0), -XEN_EBUSY,
	   "a page table, writable");
	is(*pte_of(b), old, "nothing has changed");
	is(uva(PTR(b), maddr_of(kernel_l4()) | 5, UVMF_INVLPG), 0,
	   "a page table, read-only");
	is(memcmp(b, kernel_l4(), 2048), 0, "is to be read there");
	is(uva(PTR(b), old, UVMF_INVLPG), 0, "the page itself again");
}

static void test_addresses(void)
{
	static const uint64_t bad[] = {
		0x800000000000, 0xffff7ffffffff000, HYPERVISOR_VIRT_START,
		0xffff830000000000, 0xffff87fffffff000, NOWHERE, ~0ul,
	};
	uint64_t pte = maddr_of(a) | 7;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		is(uva(bad[i], pte, 0), -XEN_EINVAL, "at 0x%lx", bad[i]);
		is(uva(bad[i], 0, 0), -XEN_EINVAL, "nothing at 0x%lx", bad[i]);
	}
	is(uva(PTR(a) + 0x123, pte, UVMF_INVLPG), 0, "in the midst of a page");
}

/* The flush types, with no mask, and with one that can't be read. */
static void test_flags(void)
{
	static const uint64_t good[] = {
		UVMF_NONE, UVMF_TLB_FLUSH, UVMF_INVLPG,
		UVMF_NONE | UVMF_ALL, UVMF_TLB_FLUSH | UVMF_ALL,
		UVMF_INVLPG | UVMF_ALL,
	};
	uint64_t pte = maddr_of(a) | 7;
	static uint64_t cpus = 1;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		is(uva(PTR(a), pte, good[i]), 0, "flags %lu", good[i]);
	is(uva(PTR(a), pte, UVMF_TLB_FLUSH | PTR(&cpus)), 0, "a mask");
	is(uva(PTR(a), pte, UVMF_INVLPG | PTR(&cpus)), 0, "a mask, one page");
	is(uva(PTR(a), pte, UVMF_TLB_FLUSH | NOWHERE), -XEN_EFAULT,
	   "a mask nowhere");
}

static void test_flushed(void)
{
	struct expect e = { .vector = 14, .has_error = true, .error = 2 };
	struct regs in, out;

	e.rip = PTR(do_write);
	a[0] = 0;
	is(uva(PTR(a), 0, UVMF_INVLPG), 0, "unmapped with INVLPG");
	regs_kernel(&in, do_write);
	in.rbx = PTR(a);
	enter(&in, &out);
	check_trap("a write there", &in, &out, &e);
	is(uva(PTR(a), maddr_of(a) | 5, UVMF_NONE), 0, "mapped read-only");
	e.error = 3;
	enter(&in, &out);
	check_trap("a write there", &in, &out, &e);
	is(uva(PTR(a), maddr_of(a) | 7, UVMF_TLB_FLUSH), 0, "and writable");
	enter(&in, &out);
	is(out.vector, 6, "a write there works");
	is(uva(PTR(a), maddr_of(a) | 5, UVMF_TLB_FLUSH), 0,
	   "read-only with a flush");
	enter(&in, &out);
	is(out.vector, 14, "a write there does not");
	is(uva(PTR(a), maddr_of(a) | 7, UVMF_INVLPG), 0, "writable again");
}

static void test_other(void)
{
	uint64_t pte = maddr_of(a) | 7;

	is(other(PTR(a), pte, DOMID_SELF), 0, "other domain: itself");
	is(other(PTR(a), pte, 77), -XEN_ESRCH, "other domain: none");
	is(other(PTR(a), pte, 0), -XEN_ESRCH, "other domain: by number");
	is(other(PTR(a), pte, DOMID_INVALID), -XEN_ESRCH, "DOMID_INVALID");
	is(uva(PTR(a), pte, UVMF_INVLPG), 0, "as it was");
}

/* One mmu_update; DONE becomes what it says of itself. */
static long update(uint64_t ptr, uint64_t val)
{
	u[0].ptr = ptr;
	u[0].val = val;
	done = 99;
	return hc4(__HYPERVISOR_mmu_update, PTR(u), 1, PTR(&done), DOMID_SELF);
}

static void test_update(void)
{
	uint64_t m = maddr_of(a) | 7, at = maddr_of(pte_of(a));
	unsigned int cmd;

	for (cmd = 0; cmd < 4; cmd++) {
		if (cmd == MMU_MACHPHYS_UPDATE)
			continue;
		is(update(at | cmd, m), 0, "command %u", cmd);
		is(done, 1, "one was done");
		is(*pte_of(a) & COMPARE, m & COMPARE, "and is there");
	}
	a[0] = 1;
	is(update(at | MMU_PT_UPDATE_PRESERVE_AD, m), 0, "preserve A and D");
	is(*pte_of(a) & 0x60, 0x60, "they are preserved");
	is(update(at, m), 0, "not preserve them");
	is(*pte_of(a) & 0x60, 0, "they are not");
	is(update(at | 4, m), -XEN_ENOSYS, "not aligned");
	is(done, 0, "none was done");
	is(update(BEYOND, m), -XEN_EINVAL, "in a frame that is not");
	is(update(0, m), -XEN_EINVAL, "in another's frame");
	is(update(maddr_of(a) & ~4095ul, 0x1234), 0, "in a plain page");
	is(*(uint64_t *)a, 0x1234, "is just written");

	is(update((maddr_of(a) & ~4095ul) | 1, 0x1234), 0, "M2P");
	is(M2P[mfn_of(a)], 0x1234, "is changed");
	is(update((maddr_of(a) & ~4095ul) | 1, PTR(a) >> 12), 0,
	   "and back");
	is(M2P[mfn_of(a)], PTR(a) >> 12, "as it was");
	is(update(1, 1), -XEN_EINVAL, "M2P of another's frame");
	is(update(BEYOND | 1, 1), -XEN_EINVAL, "M2P of no frame");
}

static long updates(uint64_t list, uint64_t count, uint64_t at, uint64_t dom)
{
	done = 99;
	return hc4(__HYPERVISOR_mmu_update, list, count, at, dom);
}

static void test_lists(void)
{
	uint64_t m = maddr_of(a) | 7, at = maddr_of(pte_of(a));
	static const uint64_t none[] = { 77, DOMID_INVALID, 0x8000 };
	unsigned int i;

	for (i = 0; i < 8; i++) {
		u[i].ptr = at;
		u[i].val = m | (uint64_t)(i & 1) << 9;
	}
	is(updates(PTR(u), 8, PTR(&done), DOMID_SELF), 0, "eight in one call");
	is(done, 8, "all were done");
	is(*pte_of(a) >> 9 & 1, 1, "the last one last");
	is(updates(PTR(u), 0, PTR(&done), DOMID_SELF), 0, "none");
	is(done, 0, "were done");
	is(updates(PTR(u), 3, 0, DOMID_SELF), 0, "no place for the count");
	u[5].ptr = 0;
	is(updates(PTR(u), 8, PTR(&done), DOMID_SELF), -XEN_EINVAL,
	   "the sixth is bad");
	is(done, 5, "five were done");
	is(updates(NOWHERE, 1, PTR(&done), DOMID_SELF), -XEN_EFAULT,
	   "a list nowhere");
	is(done, 0, "none was done");
	is(updates(PTR(u), 1, NOWHERE, DOMID_SELF), 0,
	   "a count that can't be written");
	for (i = 0; i < ARRAY_SIZE(none); i++)
		is(updates(PTR(u), 1, PTR(&done), none[i]), -XEN_ESRCH,
		   "for domain 0x%lx", none[i]);
	is(updates(PTR(u), 1, PTR(&done), DOMID_SELF), 0, "as it was");
}

static void test_mmuext(void)
{
	static uint64_t cpus = 1;
	struct mmuext_op op = { .cmd = MMUEXT_TLB_FLUSH_LOCAL };
	uint64_t table = mfn_of(kernel_l4());

	is(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0, "flush");
	is(mmuext(MMUEXT_INVLPG_LOCAL, PTR(a), 0), 0, "invlpg");
	is(mmuext(MMUEXT_INVLPG_LOCAL, 0x800000000000, 0), 0,
	   "invlpg of no address");
	is(mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, PTR(&cpus)), 0, "flush many");
	is(mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, NOWHERE), -XEN_EINVAL,
	   "flush a mask nowhere");
	is(mmuext(MMUEXT_INVLPG_MULTI, PTR(a), PTR(&cpus)), 0, "invlpg many");
	is(mmuext(MMUEXT_INVLPG_MULTI, PTR(a), NOWHERE), -XEN_EINVAL,
	   "invlpg a mask nowhere");
	is(mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0), 0, "flush all");
	is(mmuext(MMUEXT_INVLPG_ALL, PTR(a), 0), 0, "invlpg all");
	is(mmuext(MMUEXT_FLUSH_CACHE, 0, 0), 0, "flush the cache");
	is(mmuext(MMUEXT_FLUSH_CACHE_GLOBAL, 0, 0), 0, "all caches");

	memset(a, 'a', 4096);
	memset(b, 'b', 4096);
	is(mmuext(MMUEXT_COPY_PAGE, mfn_of(a), mfn_of(b)), 0, "copy a page");
	ok(a[0] == 'b' && a[4095] == 'b', "it is copied");
	is(mmuext(MMUEXT_CLEAR_PAGE, mfn_of(a), 0), 0, "clear a page");
	ok(!a[0] && !a[4095], "it is clear");
	is(mmuext(MMUEXT_CLEAR_PAGE, table, 0), -XEN_EINVAL, "clear a table");
	is(mmuext(MMUEXT_CLEAR_PAGE, 0, 0), -XEN_EINVAL, "clear another's");
	is(mmuext(MMUEXT_COPY_PAGE, table, mfn_of(b)), -XEN_EINVAL,
	   "copy to a table");
	is(mmuext(MMUEXT_COPY_PAGE, mfn_of(a), table), 0, "copy from a table");
	is(mmuext(MMUEXT_COPY_PAGE, mfn_of(a), 0), -XEN_EINVAL,
	   "copy from another's");

	is(mmuext(14, 0, 0), -XEN_ENOSYS, "no operation 14");
	is(mmuext(21, 0, 0), -XEN_ENOSYS, "nor 21");
	is(mmuext(0x7fffffff, 0, 0), -XEN_ENOSYS, "nor 2^31 - 1");
	is(hc4(__HYPERVISOR_mmuext_op, NOWHERE, 1, 0, DOMID_SELF),
	   -XEN_EFAULT, "a list nowhere");
	is(hc4(__HYPERVISOR_mmuext_op, PTR(&op), 0, 0, DOMID_SELF), 0,
	   "an empty list");
	is(hc4(__HYPERVISOR_mmuext_op, PTR(&op), 1, 0, 77), -XEN_ESRCH,
	   "for no domain");
}

void test_main(void)
{
	test_entries();
	test_frames();
	test_addresses();
	test_flags();
	test_flushed();
	test_other();
	test_update();
	test_lists();
	test_mmuext();
}
