/* SPDX-License-Identifier: MIT */
/*
 * frame_alloc.h - between the allocator and the references.
 */
#pragma once

#include <frame.h>

/*
 * 2^order zeroed frames in a row, unused, without owner or references, that
 * no TLB knows any more; or NULL.
 */
struct frame *frames_take(unsigned int order);

/*
 * The other way: nobody has a reference; their use words say when a guest
 * could last have reached them, or are 0.
 */
void frames_give(struct frame *f, unsigned int order);
