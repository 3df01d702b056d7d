/* SPDX-License-Identifier: MIT */
/*
 * tables.c - page tables of the guest's own: types, pins, base pointers.
 *
 * A frame is a table of one level, or writable, never both: each way to make
 * it both is tried.  Then a whole address space is built, used by the kernel,
 * given to user mode alone, and taken down to plain memory again.
 */
#include <abi/errno.h>
#include "test.h"

#define VA	0x8000000000ul		/* slot 1 of an L4 */

static char a[4096] __page;
static uint64_t *l1, *l2, *l3, *l4;

SNIPPET(do_syscall, "mov (%rbx), %rax; syscall");
SNIPPET(do_read, "mov (%rbx), %rax; ud2");

static int pin(unsigned int level, const void *table)
{
	return mmuext(MMUEXT_PIN_L1_TABLE + level - 1, mfn_of(table), 0);
}

static int unpin(const void *table)
{
	return mmuext(MMUEXT_UNPIN_TABLE, mfn_of(table), 0);
}

static uint64_t entry(const void *table)
{
	return maddr_of(table) | PTE_P | PTE_W | PTE_U;
}

static void test_pin(void)
{
	is(pin(1, l1), -XEN_EINVAL, "pin a page mapped writable");
	is(page_readonly(l1), 0, "make it read-only");
	is(unpin(l1), -XEN_EINVAL, "unpin what is not pinned");
	is(pin(1, l1), 0, "pin it as L1");
	is(pin(1, l1), -XEN_EINVAL, "not twice");
	is(pin(2, l1), -XEN_EINVAL, "nor as L2");
	is(page_writable(l1), -XEN_EBUSY, "it can't be mapped writable");
	is(unpin(l1), 0, "unpin it");
	is(unpin(l1), -XEN_EINVAL, "not twice");
	is(page_writable(l1), 0, "now it can");
	is(pin(1, l1), -XEN_EINVAL, "and can't be pinned");
	is(mmuext(MMUEXT_PIN_L1_TABLE, 0, 0), -XEN_EINVAL, "another's frame");
	is(mmuext(MMUEXT_PIN_L1_TABLE, 0xfffffffff, 0), -XEN_EINVAL,
	   "no frame");
	is(mmuext(MMUEXT_UNPIN_TABLE, 0xfffffffff, 0), -XEN_EINVAL,
	   "unpin no frame");
}

/* What a table holds is looked at when it becomes one. */
static void test_contents(void)
{
	l1[7] = maddr_of(kernel_l4()) | 3;
	is(page_readonly(l1), 0, "an L1 that maps a table writable");
	is(pin(1, l1), -XEN_EBUSY, "is refused");
	is(page_writable(l1), 0, "it is plain memory still");
	l1[7] = maddr_of(kernel_l4()) | 1;
	l1[8] = maddr_of(a) | 3;
	l1[9] = 0xfffffffffffffffe;
	is(page_readonly(l1), 0, "one that maps it read-only");
	is(pin(1, l1), 0, "is taken");
	is(l1[7] & 7, 5, "its entries gain the user bit");
	is(l1[8] & 7, 7, "all of them");
	is(l1[9], 0xfffffffffffffffe, "but what is not present");

	l2[0] = entry(a);
	is(page_readonly(l2), 0, "an L2 that names a plain page");
	is(pin(2, l2), -XEN_EINVAL, "is refused");
	is(page_writable(l2), 0, "it is plain memory still");
	l2[0] = entry(l1);
	l2[1] = maddr_of(l1) | 1;
	is(page_readonly(l2), 0, "one that names an L1 twice");
	is(pin(2, l2), 0, "is taken");
	is(l2[1] & 7, 5, "with the user bit");
}

/* Entries above the L1: which bits may be set. */
static void test_bits(void)
{
	static const uint64_t bad[] = {
		PTE_PWT, PTE_PCD, PTE_PS, PTE_G,
	};
	static const uint64_t good[] = {
		PTE_A, PTE_D, 0xe00, 1ul << 52, 1ul << 62, PTE_NX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		is(pte_write(&l2[3], entry(l1) | bad[i]), -XEN_EINVAL,
		   "L2 entry with 0x%lx", bad[i]);
		is(l2[3], 0, "is not written");
	}
	for (i = 0; i < ARRAY_SIZE(good); i++)
		is(pte_write(&l2[3], entry(l1) | good[i]), 0,
		   "L2 entry with 0x%lx", good[i]);
	is(pte_write(&l2[3], entry(a)), -XEN_EINVAL, "of a plain page");
	is(pte_write(&l2[3], entry(l2)), -XEN_EINVAL, "of itself, writable");
	is(pte_write(&l2[3], 7), -XEN_EINVAL, "of another's frame");
	is(pte_write(&l2[3], 0xfffffffff007), -XEN_EINVAL, "of no frame");
	is(pte_write(&l2[3], 0x5554), 0, "not present: anything");
	is(l2[3], 0x5554, "is kept as it is");
	is(pte_write(&l2[3], 0), 0, "nothing");
}

static void test_l4(void)
{
	static const unsigned int hidden[] = { 256, 257, 260, 271 };
	unsigned int i;

	l3[0] = entry(l2);
	is(page_readonly(l3), 0, "an L3");
	is(pin(3, l3), 0, "is pinned");
	l4[0] = *(uint64_t *)kernel_l4();
	l4[1] = entry(l3);
	l4[260] = entry(l3);
	is(page_readonly(l4), 0, "an L4");
	is(pin(4, l4), 0, "is pinned");
	ok((l4[260] & ~0xffful) != maddr_of(l3),
	   "it has not what it had in the hypervisor's part");
	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		is(pte_write(&l4[hidden[i]], 0), -XEN_EINVAL,
		   "slot %u can't be cleared", hidden[i]);
		is(pte_write(&l4[hidden[i]], entry(l3)), -XEN_EINVAL,
		   "nor set");
	}
	is(pte_write(&l4[255], entry(l3)), 0, "slot 255 can be set");
	is(pte_write(&l4[272], entry(l3)), 0, "so can slot 272");
	is(pte_write(&l4[511], entry(l3)), 0, "and slot 511");
	is(pte_write(&l4[2], entry(l2)), -XEN_EINVAL, "not to an L2");
	is(pte_write(&l4[2], entry(l4)), -XEN_EINVAL, "nor to itself");
	is(pte_write(&l4[255], 0), 0, "slot 255 can be cleared");
	is(pte_write(&l4[272], 0), 0, "so can slot 272");
	is(pte_write(&l4[511], 0), 0, "and slot 511");
}

static void test_base(void)
{
	volatile uint64_t *p = (uint64_t *)(VA + 8 * PAGE_SIZE);

	is(mmuext(MMUEXT_NEW_BASEPTR, mfn_of(l4), 0), 0, "go to the new L4");
	ok(l4[256] & PTE_P, "where the M2P is, too");
	*p = 0x1234;
	is(*(uint64_t *)a, 0x1234, "and has what the new tables map");
	is(mmuext(MMUEXT_NEW_BASEPTR, mfn_of(a), 0), -XEN_EINVAL,
	   "a plain page is no L4");
	is(mmuext(MMUEXT_NEW_BASEPTR, mfn_of(l3), 0), -XEN_EINVAL,
	   "nor is an L3");
	is(mmuext(MMUEXT_NEW_BASEPTR, 0, 0), -XEN_EINVAL, "nor another's");
	*p = 0x5678;
	is(*(uint64_t *)a, 0x5678, "the new one is still in use");
	is(unpin(l4), 0, "unpin it");
	is(page_writable(l4), -XEN_EBUSY, "it is in use");
	is(pin(4, l4), 0, "pin it again");
	is(mmuext(MMUEXT_NEW_BASEPTR, mfn_of(kernel_l4()), 0), 0, "go back");
}

/* User mode has tables of its own, which hold what it may see. */
static void test_user(void)
{
	uint64_t *code = page_alloc();
	struct expect e = { .vector = 14, .has_error = true, .error = 4,
			    .rip = VA + 10 * PAGE_SIZE };
	struct regs in, out;

	memcpy(code, do_syscall, do_syscall_end - do_syscall);
	is(pte_write(&l4[0], 0), 0, "an L4 without the kernel");
	is(pte_write(&l1[10], maddr_of(code) | 5), 0, "and with some code");
	is(mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of(a), 0), -XEN_EINVAL,
	   "a plain page is no user L4");
	is(mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of(l4), 0), 0,
	   "it is for user mode");
	*(uint64_t *)a = 0xabcd;
	regs_user(&in, (void *)(VA + 10 * PAGE_SIZE));
	in.rbx = VA + 8 * PAGE_SIZE;
	enter(&in, &out);
	is(out.vector, CAME_SYSCALL, "user mode runs there");
	is(out.rax, 0xabcd, "and reads what is mapped");
	in.rbx = PTR(a);
	vcpu_info->arch.cr2 = 0;
	enter(&in, &out);
	check_trap("not what the kernel maps", &in, &out, &e);
	is(out.cr2, PTR(a), "by its address");
	in.rbx = MACH2PHYS_VIRT_START;
	enter(&in, &out);
	is(out.vector, 14, "nor the M2P");
	in.rbx = VA + 9 * PAGE_SIZE;
	enter(&in, &out);
	is(out.vector, 14, "nor what is not present");
	regs_kernel(&in, do_read);
	in.rbx = VA;
	enter(&in, &out);
	is(out.vector, 14, "and the kernel not what user mode maps");
	is(out.error, 0, "which is a fault of the kernel");
	regs_user(&in, do_read);
	enter(&in, &out);
	is(out.vector, 14, "code of the kernel is not there");
	is(out.error & ~0x10ul, 4, "which is a fetch of user mode");
	is(pte_write(&l4[0], *(uint64_t *)kernel_l4()), 0,
	   "the kernel once more");
}

static void test_down(void)
{
	is(page_writable(l4), -XEN_EBUSY, "the L4 is in use");
	is(unpin(l4), 0, "unpin it");
	is(page_writable(l4), -XEN_EBUSY, "it is in use by user mode");
	is(mmuext(MMUEXT_NEW_USER_BASEPTR, 0, 0), 0, "none for user mode");
	is(page_writable(l4), 0, "now it is plain memory");
	is(page_writable(l3), -XEN_EBUSY, "the L3 is pinned");
	is(page_writable(l2), -XEN_EBUSY, "so is the L2");
	is(unpin(l2), 0, "unpin it");
	is(page_writable(l2), -XEN_EBUSY, "but the L3 names it");
	is(unpin(l3), 0, "unpin the L3");
	is(page_writable(l3), 0, "it is plain memory");
	is(page_writable(l2), 0, "so is the L2");
	is(page_writable(l1), -XEN_EBUSY, "the L1 is pinned");
	is(unpin(l1), 0, "unpin it");
	is(page_writable(l1), 0, "it is plain memory");
	l1[0] = 1;
	is(page_readonly(l1), 0, "and can be");
	is(pin(4, l1), -XEN_EINVAL, "no L4 with an entry that is bad");
}

void test_main(void)
{
	l1 = page_alloc();
	l2 = page_alloc();
	l3 = page_alloc();
	l4 = page_alloc();
	test_pin();
	test_contents();
	test_bits();
	test_l4();
	test_user();
	test_base();
	test_down();
}
