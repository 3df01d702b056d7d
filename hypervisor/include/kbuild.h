/* SPDX-License-Identifier: MIT */
/*
 * kbuild.h - how asm-offsets.c hands numbers to assembly.
 *
 * Each DEFINE leaves a marked line in the compiler's output, from which
 * <generated/asm-offsets.h> is made.  Nothing of it is ever run or linked.
 */
#ifndef KBUILD_H
#define KBUILD_H

#define DEFINE(name, value) \
	asm volatile("\n.ascii \"->" #name " %0 " #value "\"" : : "i" (value))

#define OFFSET(name, type, member) \
	DEFINE(name, __builtin_offsetof(type, member))

#endif /* KBUILD_H */
