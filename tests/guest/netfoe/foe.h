/* SPDX-License-Identifier: MIT */
/*
 * foe.h - between the parts of a guest that breaks every rule it knows of.
 */
#ifndef FOE_H
#define FOE_H

#include <abi/errno.h>
#include <abi/io/netif.h>
#include <abi/io/xenbus.h>
#include <hcall/hcall.h>

#define SECOND	1000000000ul
#define MSEC	1000000ul

void point(bool good, const char *name);
uint64_t rnd(void);

/* Until *WHAT is WANT, two seconds at most. */
bool becomes(const volatile uint32_t *what, uint32_t want);

#define FRAME	60		/* bytes of our one frame, from MAC */

void frame_make(uint8_t *f, const uint8_t *mac);

/* vif.c: each crime once; then any, for so long. */
bool vif_find(void);
void vif_crimes(void);
void vif_noise(uint64_t seconds);

/* store.c */
void store_crimes(void);
void store_noise(uint64_t seconds);

#endif
