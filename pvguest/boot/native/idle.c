/* SPDX-License-Identifier: MIT */
/*
 * idle.c - nothing to do: halt until an interrupt.  STI lets none in before the
 * instruction that follows.
 */
#include "native.h"

void native_idle(void)
{
	asm volatile("sti; hlt" ::: "memory");
}
