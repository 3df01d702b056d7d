/* SPDX-License-Identifier: MIT */
/*
 * vifs.h - which network cards a domain has: its places in the store.
 */
#ifndef XENBUS_VIFS_H
#define XENBUS_VIFS_H

#include <abi/sluice.h>

/* The cards that a domain has from its start on; with store_lock. */
void vifs_put(const struct sluice_domain *d);

#endif
