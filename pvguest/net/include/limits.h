/* SPDX-License-Identifier: MIT */
/*
 * limits.h - of what lwIP counts.  The compiler's own asks for a C library's.
 */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#define INT_MAX	0x7fffffff

#endif
