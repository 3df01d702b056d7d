/* SPDX-License-Identifier: MIT */
/*
 * ksym.h - names for addresses of the hypervisor's own text, for back traces.
 * The table is made at link time and never changes: no lock.
 */
#pragma once

#include <types.h>

/*
 * The name of the function that holds addr, and in *off how far into it addr
 * lies; NULL if addr is not in the hypervisor's text.  Allocates nothing and
 * can be called from any context.
 */
const char *ksym_lookup(u64 addr, u64 *off);
