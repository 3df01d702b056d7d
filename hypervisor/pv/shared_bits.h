/* SPDX-License-Identifier: MIT */
/*
 * shared_bits.h - locked operations on single bits, and what the files about
 * shared memory have of each other.
 */
#ifndef SHARED_BITS_H
#define SHARED_BITS_H

#include <timer.h>
#include <types.h>

struct vcpu;
struct vcpu_runstate_info;

/* Both return what the bit was.  Written so that one instruction does it. */
static always_inline bool bit_test_and_set(u64 *word, u32 bit)
{
	u64 mask = 1UL << bit;

	return __atomic_fetch_or(word, mask, __ATOMIC_SEQ_CST) & mask;
}

static always_inline bool bit_test_and_clear(u64 *word, u32 bit)
{
	u64 mask = 1UL << bit;

	return __atomic_fetch_and(word, ~mask, __ATOMIC_SEQ_CST) & mask;
}

/*
 * Moves the vCPU's information to a frame of its domain, for good.  The vCPU
 * is current or down: 0 or -EINVAL.
 */
int must_check pv_vcpu_info_move(struct vcpu *v, mfn_t m, u32 offset);

/* Writes the current vCPU's clock anew when that is more than a second old. */
void pv_clock_refresh(struct vcpu *v, nsec_t now);

void pv_runstate_read(struct vcpu *v, struct vcpu_runstate_info *info);

#endif
