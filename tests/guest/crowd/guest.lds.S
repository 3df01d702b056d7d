/* SPDX-License-Identifier: MIT */
/*
 * guest.lds - nothing is mapped below the image, so that half a MiB is enough
 * memory.
 */
#define VIRT_BASE 0x100000
#include "../common/guest.lds.S"
