/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - getting rid of translations, on this CPU and on others.
 *
 * The TLB clock advances with each flush that somebody asks for.  A flush reads
 * the clock before it begins and publishes what it read in cpu.tlb_time after
 * it ended; one that was asked for advances the clock first.  So whoever reads
 * the clock (a stamp) after having taken a translation out of the tables knows
 * that a CPU whose tlb_time is greater can't hold it any more: the clock went
 * past the stamp after the stamp was read, and that CPU began to flush later
 * still.  An equal tlb_time says nothing, and costs at most one flush too many
 * for each tick.  The numbers have 48 bits (frame.h), which last for years of
 * nothing but flushes.
 *
 * Guest entries are never global, so a write of CR3 is a complete flush of all
 * that a guest's tables have put into a CPU, upper-level entries included.
 *
 * CPUs are named by masks: bit n is CPU n.
 */
#pragma once

#include <machine.h>

/* A stamp: to be taken after the entry was removed by a locked operation. */
static always_inline u64 tlb_stamp(void)
{
	return READ_ONCE(tlb_clock);
}

void tlb_flush_local(void);

/* Return once every CPU named has flushed; the caller holds no lock. */
void tlb_flush_cpus(u64 cpus);
void tlb_invlpg_cpus(u64 cpus, u64 va);

/* Does what other CPUs ask for by WORK_FLUSH. */
void tlb_answer(void);

/* Flushes the CPUs that have not done so since the stamp was taken. */
void tlb_flush_since(u64 stamp);
