/* SPDX-License-Identifier: MIT */
/*
 * hidden.h - included before everything else, by the compiler's command line.
 *
 * -fvisibility=hidden is for definitions only.  This makes names that are
 * only declared hidden as well, so that they too are reached relative to the
 * instruction pointer and not through a table of addresses.
 */
#ifndef __ASSEMBLY__
#pragma GCC visibility push(hidden)
#endif
