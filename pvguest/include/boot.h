/* SPDX-License-Identifier: MIT */
/*
 * boot.h - what both back ends share.
 */
#ifndef PVGUEST_BOOT_H
#define PVGUEST_BOOT_H

#define BOOT_STACK_SIZE	16384

#ifndef __ASSEMBLY__
#include <arch.h>
#include <pte.h>

extern char boot_stack[BOOT_STACK_SIZE];
extern char _image[], _end[];

/* Flags for the page at VA of the linear part: nothing is writable and
 * executable. */
u64 image_protection(u64 va);
/* Or it says so. */
bool memory_enough(u64 nr_pages, u64 needed);
#endif

#endif
