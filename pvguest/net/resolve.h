/* SPDX-License-Identifier: MIT */
/*
 * resolve.h - names to addresses.
 */
#ifndef PVGUEST_RESOLVE_H
#define PVGUEST_RESOLVE_H

#include <lib.h>
#include <lwip/ip_addr.h>

/*
 * With the lock, which it gives up while it waits.  FAMILY is 4, 6, or 0 for
 * either.  0, -ENOENT, -ENOMEM, or -EINTR when the process is to end.
 */
int net_lookup(const char *name, unsigned int family, ip_addr_t *addr);

#endif
