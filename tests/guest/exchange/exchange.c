/* SPDX-License-Identifier: MIT */
/*
 * exchange.c - frames exchanged for others, in other pieces.
 *
 * memory_op's exchange: single frames for single ones, single ones for a run
 * and back, with the numbers that the guest gives them; and each thing that
 * is refused, after which nothing may have changed.
 */
#include <abi/errno.h>
#include <abi/memory.h>
#include "test.h"

#define NOWHERE	0x700000000000ul
#define M2P	((const uint64_t *)MACH2PHYS_VIRT_START)
#define NR	4u

static char pages[NR][4096] __page;
static uint64_t in[NR], out[NR];
static uint64_t held[NR];	/* the pages' frames */
static struct xen_memory_exchange x;

static uint64_t pfn_of(unsigned int i)
{
	return (PTR(pages[i]) - VIRT_BASE) >> 12;
}

/* Takes the pages out of the guest's tables; their frames are in in[]. */
static void unmap(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		in[i] = held[i];
		out[i] = pfn_of(i);
		is(va_map(pages[i], 0), 0, "unmap page %u", i);
	}
}

static void map(const uint64_t *frames)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		held[i] = frames[i];
		is(va_map(pages[i], held[i] << 12 | 7), 0, "map frame %u", i);
	}
	memset(pages, 7, sizeof(pages));
	is(pages[NR - 1][4095], 7, "they are memory");
}

static long exchange(unsigned int nr_in, unsigned int order_in,
		     unsigned int nr_out, unsigned int order_out)
{
	x = (struct xen_memory_exchange){
		.in = { in, nr_in, order_in, 0, DOMID_SELF },
		.out = { out, nr_out, order_out, 0, DOMID_SELF },
	};
	return hc2(__HYPERVISOR_memory_op, XENMEM_exchange, PTR(&x));
}

static void test_singles(void)
{
	unsigned int i;

	unmap();
	is(exchange(NR, 0, NR, 0), 0, "four for four");
	is(x.nr_exchanged, NR, "all of them");
	for (i = 0; i < NR; i++)
		is(M2P[out[i]], pfn_of(i), "page %u has its number", i);
	map(out);
}

static void test_run(void)
{
	uint64_t run[NR];
	unsigned int i;

	unmap();
	is(exchange(NR, 0, 1, 2), 0, "four for a run of four");
	is(x.nr_exchanged, NR, "all of them");
	is(out[0] & 3, 0, "it is aligned");
	for (i = 0; i < NR; i++) {
		run[i] = out[0] + i;
		is(M2P[run[i]], pfn_of(0) + i, "frame %u has its number", i);
	}
	map(run);
	unmap();
	in[0] = run[0];
	is(exchange(1, 2, NR, 0), 0, "and back");
	is(x.nr_exchanged, 1, "the one extent");
	for (i = 0; i < NR; i++)
		is(M2P[out[i]], pfn_of(i), "page %u has its number", i);
	map(out);
}

static long again(void)
{
	return hc2(__HYPERVISOR_memory_op, XENMEM_exchange, PTR(&x));
}

static void test_refused(void)
{
	domid_t self = DOMID_SELF;
	long before = hc2(__HYPERVISOR_memory_op, XENMEM_current_reservation,
			  PTR(&self));
	unsigned int i;

	for (i = 0; i < NR; i++) {
		in[i] = held[i];
		out[i] = pfn_of(i);
	}
	is(exchange(NR, 0, NR, 0), -XEN_EINVAL, "pages that are mapped");
	is(x.nr_exchanged, 0, "none was exchanged");
	unmap();
	in[3] = 0;
	is(exchange(NR, 0, 1, 2), -XEN_EINVAL, "one of another");
	is(x.nr_exchanged, 0, "none was exchanged");
	is(exchange(3, 0, NR, 0), -XEN_EINVAL, "three for four");
	is(exchange(1, 30, 1, 30), -XEN_EPERM, "runs that are too long");
	is(hc2(__HYPERVISOR_memory_op, XENMEM_exchange, NOWHERE), -XEN_EFAULT,
	   "no argument");
	exchange(0, 0, 0, 0);
	x.in.nr_extents = x.out.nr_extents = 3;
	x.nr_exchanged = 4;
	is(again(), -XEN_EINVAL, "more done than there are");
	x.nr_exchanged = 0;
	x.out.domid = 77;
	is(again(), -XEN_EINVAL, "for two domains");
	x.in.domid = 77;
	is(again(), -XEN_ESRCH, "for no domain");
	x.in.domid = x.out.domid = DOMID_SELF;
	x.nr_exchanged = 3;
	is(again(), 0, "nothing left to do");
	is(exchange(0, 0, 0, 0), 0, "nothing to do");
	is(hc2(__HYPERVISOR_memory_op, XENMEM_current_reservation, PTR(&self)),
	   before, "as many pages as before");
	for (i = 0; i < 3; i++)
		is(va_map(pages[i], in[i] << 12 | 7), 0,
		   "frame %u is still ours", i);
}

void test_main(void)
{
	unsigned int i;

	for (i = 0; i < NR; i++)
		held[i] = mfn_of(pages[i]);
	test_singles();
	test_run();
	test_refused();
}
