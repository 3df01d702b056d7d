/* SPDX-License-Identifier: MIT */
/*
 * insn.c - instructions that pv carries out for a guest.
 */
#include <insn.h>
#include <uaccess.h>
#include <x86.h>

void cpuid_native(u32 r[4])
{
	cpuid(r[0], r[2], r);
}

bool cs_is_64bit(u16 sel)
{
	u32 rights = 0;

	if (likely(sel == GUEST_CS))
		return true;
	/* The L bit is 21 (SDM vol. 2, LAR); no descriptor leaves 0. */
	asm goto volatile("1: lar %1, %0\n" EXTABLE("1b", "%l[fault]")
			  : "+r" (rights) : "r" ((u32)sel) : "cc" : fault);
	return rights >> 21 & 1;
fault:
	return false;
}

void wbinvd_native(void)
{
	asm volatile("wbinvd" : : : "memory");
}

u64 cr0_read(void)
{
	return reg_read(cr0);
}
