/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - reading and writing a guest's memory through its own addresses.
 *
 * The guest's page tables are live, so a guest address is dereferenced as it
 * is, with two provisos: it must not lie in the hypervisor's slots (checked
 * here), and it may fault (each access stands in the exception table).  SMAP
 * stays on except between uaccess_begin() and uaccess_end().  No lock is
 * needed: another vCPU of the guest may change the memory at any time, so
 * every value is read exactly once.
 */
#pragma once

#include <errno.h>
#include <layout.h>
#include <types.h>

/* True when n bytes from g on do not touch the hypervisor's slots. */
static always_inline bool guest_range_ok(gva_t g, u64 n)
{
	return g.a + n - 1 < HV_VIRT_START || g.a >= HV_VIRT_END;
}

/*
 * The same, cheaper, for up to a page that is accessed from its start upwards,
 * and canonical as well: below our slots begins what is not, up to 2^47, so
 * all good addresses are one interval modulo 2^64.  An address that is not
 * good becomes 0, also where the CPU goes on as if it had been: no load that
 * is made too early reaches our memory (AMD drops upper bits of an address
 * then).  In: g's address; out: true when it was good.
 */
static always_inline bool guest_start_ok(gva_t *g)
{
	u64 from_end = g->a - HV_VIRT_END, mask;

	/* The same flag decides the branch and makes the mask. */
	asm goto("cmp %2, %1; jae %l3; sbb %0, %0"
		 : "=r" (mask) : "r" (from_end),
		   "r" ((1UL << 47) - HV_VIRT_END) : "cc" : bad);
	g->a &= mask;
	return true;
bad:
	return false;
}

/*
 * And for up to a page that is accessed downwards and ends before g: what ends
 * above our slots and reaches down into them meets their last 2 TiB first,
 * where nothing is ever mapped.
 */
static always_inline bool guest_end_ok(gva_t g)
{
	return (g.a - 1) >> HV_VIRT_SHIFT != HV_VIRT_START >> HV_VIRT_SHIFT;
}

/*
 * STAC and CLAC are unknown to a CPU without SMAP: start-up then overwrites
 * every place listed in .smap_sites with a NOP of three bytes.
 */
#define SMAP_SITE(insn)							\
	"771: " insn "\n"						\
	".pushsection .smap_sites, \"a\"\n"				\
	".long 771b - .\n"						\
	".popsection\n"

#define EXTABLE(from, to)						\
	".pushsection .extable, \"a\"\n"				\
	".balign 4\n"							\
	".long " from " - ., " to " - .\n"				\
	".popsection\n"

static always_inline void uaccess_begin(void)
{
	asm volatile(SMAP_SITE("stac") : : : "memory", "cc");
}

static always_inline void uaccess_end(void)
{
	asm volatile(SMAP_SITE("clac") : : : "memory", "cc");
}

/*
 * Inside a begin/end pair: one access of the size of *p, to an address whose
 * range was checked; goes to the label when it faults.
 */
#define guest_load(x, p, label)						\
	asm goto volatile("1: mov %1, %0\n" EXTABLE("1b", "%l2")	\
			  : "=r" (x) : "m" (*(p)) : : label)

#define guest_store(x, p, label)					\
	asm goto volatile("1: mov %0, %1\n" EXTABLE("1b", "%l2")	\
			  : : "r" (x), "m" (*(p)) : "memory" : label)

/* Both copy n bytes; 0, or -EFAULT, when part of it may have been copied. */
int must_check copy_from_guest(void *dst, gva_t src, size_t n);
int must_check copy_to_guest(gva_t dst, const void *src, size_t n);

/* Fast forms for whole words, naturally aligned or not: 0 or -EFAULT. */
static always_inline int must_check guest_read_u64s(u64 *dst, gva_t src,
						     unsigned int n)
{
	const u64 *p;
	unsigned int i;
	u64 x;		/* gcc 12 fails on a part of an aggregate */

	if (unlikely(!guest_start_ok(&src)))
		return -EFAULT;
	p = (const u64 *)src.a;
	uaccess_begin();
#pragma GCC unroll 8
	for (i = 0; i < n; i++) {
		guest_load(x, p + i, fault);
		dst[i] = x;
	}
	uaccess_end();
	return 0;
fault:
	uaccess_end();
	return -EFAULT;
}

static always_inline int must_check guest_read_u32(u32 *dst, gva_t src)
{
	const u32 *p;

	if (unlikely(!guest_start_ok(&src)))
		return -EFAULT;
	p = (const u32 *)src.a;
	uaccess_begin();
	guest_load(*dst, p, fault);
	uaccess_end();
	return 0;
fault:
	uaccess_end();
	return -EFAULT;
}

static always_inline int must_check guest_read_pair(u64 *a, u64 *b, gva_t src)
{
	u64 in[2];

	if (unlikely(guest_read_u64s(in, src, 2)))
		return -EFAULT;
	*a = in[0];
	*b = in[1];
	return 0;
}

static always_inline int must_check guest_write_u64(gva_t dst, u64 value)
{
	u64 *p = (u64 *)dst.a;

	if (unlikely(!guest_end_ok(gva_add(dst, 8))))
		return -EFAULT;
	uaccess_begin();
	guest_store(value, p, fault);
	uaccess_end();
	return 0;
fault:
	uaccess_end();
	return -EFAULT;
}
