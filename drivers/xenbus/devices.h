/* SPDX-License-Identifier: MIT */
#ifndef XENBUS_DEVICES_H
#define XENBUS_DEVICES_H

/* Watches for the devices of all drivers that are known by then. */
void devices_start(void);

/*
 * The store is another, and so are the other ends: what front ends had with
 * them has ended.
 */
void devices_anew(void);

#endif
