/* SPDX-License-Identifier: MIT */
/*
 * insn.h - instructions that pv carries out for a guest.
 */
#pragma once

#include <types.h>

/* bytes is 1, 2 or 4. */
u32 port_in(u16 port, u32 bytes);
void port_out(u16 port, u32 bytes, u32 value);

/* leaf and sub-leaf in r[0] and r[2]; all four are replaced. */
void cpuid_native(u32 r[4]);

/* Does a selector of the current vCPU name 64-bit code? */
bool cs_is_64bit(u16 sel);

/* Has this CPU SYSENTER in 64-bit mode?  AMD's have not. */
bool sysenter_works(void);

void wbinvd_native(void);
u64 cr0_read(void);
