/* SPDX-License-Identifier: MIT */
/*
 * insn.c - instructions that pv carries out for a guest.
 */
#include <insn.h>
#include <uaccess.h>
#include <x86.h>

u32 port_in(u16 port, u32 bytes)
{
	switch (bytes) {
	case 1:
		return inb(port);
	case 2:
		return inw(port);
	default:
		return inl(port);
	}
}

void port_out(u16 port, u32 bytes, u32 value)
{
	switch (bytes) {
	case 1:
		outb(port, value);
		break;
	case 2:
		outw(port, value);
		break;
	default:
		outl(port, value);
		break;
	}
}

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

bool sysenter_works(void)
{
	u32 r[4];

	cpuid(0, 0, r);
	/* EBX of "AuthenticAMD" and "HygonGenuine". */
	return r[1] != 0x68747541 && r[1] != 0x6f677948;
}

void wbinvd_native(void)
{
	asm volatile("wbinvd" : : : "memory");
}

u64 cr0_read(void)
{
	u64 cr0;

	asm volatile("mov %%cr0, %0" : "=r" (cr0));
	return cr0;
}
