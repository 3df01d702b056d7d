/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the fake machine's: RAM and the frame table lie where the host
 * gives them, everything else is as in the real one.
 */
#ifndef FAKE_LAYOUT_H
#define FAKE_LAYOUT_H

#include_next <layout.h>
#include <fake.h>

#undef DIRECTMAP_BASE
#define DIRECTMAP_BASE	((unsigned long)fake_ram)
#undef FRAMETABLE_BASE
#define FRAMETABLE_BASE	((unsigned long)fake_frame_table)
#undef M2P_BASE
#define M2P_BASE	((unsigned long)fake_m2p)

#endif
