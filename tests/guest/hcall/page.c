/* SPDX-License-Identifier: MIT */
/*
 * page.c - the stubs that go through the hypercall page.
 */
#define HC_USE_PAGE
#include "hcall.h"

void test_page(void)
{
	uint64_t rcx = 0x1234, r11 = 0x5678;
	char extra[16] = "";
	long ret;

	is(hc_xen_version(XENVER_extraversion, hc_addr(extra)), 0,
	   "a call through the page");
	ok(extra[0], "and its result");
	is(hc_mmu_update(0, 0, 0, DOMID_SELF), 0, "four arguments");
	asm volatile("mov %2, %%r11\n\t"
		     "call hypercall_page + 32 * %c5\n\t"
		     "mov %%r11, %2"
		     : "=a" (ret), "+c" (rcx), "+b" (r11)
		     : "D" (XENVER_pagesize), "S" (0),
		       "i" (__HYPERVISOR_xen_version) : "r11", "memory");
	is(ret, 4096, "the size of a page");
	ok(rcx == 0x1234 && r11 == 0x5678, "RCX and R11 survive the page");
}
