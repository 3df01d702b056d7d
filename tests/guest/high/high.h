/* SPDX-License-Identifier: MIT */
/*
 * high.h - where this guest lives, for its code and its linker script.
 */
#ifndef HIGH_H
#define HIGH_H

#define VIRT_BASE	0xffffffff80000000
#define P2M_BASE	0x8000000000

#endif
