/* SPDX-License-Identifier: MIT */
/*
 * insn.c - instructions that pv carries out for a guest.
 */
#include <insn.h>
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
