/* SPDX-License-Identifier: MIT */
/*
 * iomem.h - device memory: which of it a domain may map.
 */
#pragma once

#include <types.h>

/* Start-up says how wide physical addresses are ... */
void iomem_init(unsigned int phys_bits);

/* ... and names what no guest may map, although it is not RAM. */
void iomem_deny(mfn_t start, u64 n);

bool iomem_permitted(const struct domain *d, mfn_t m);
