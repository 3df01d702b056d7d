/* SPDX-License-Identifier: MIT */
/*
 * sum.h - the Internet checksum's sum, for the files of drivers/net.
 */
#ifndef NET_SUM_H
#define NET_SUM_H

#include <lib.h>

/* Of N bytes that begin at an even place; folded, not inverted. */
u16 net_sum(const u8 *p, size_t n);

#endif
