/* SPDX-License-Identifier: MIT */
/*
 * model.h - the world in which the page-table code is tried out: two domains,
 * four vCPUs, each on a CPU of its own, and MMUs that forget nothing.
 *
 * vCPUs are fibers of one thread.  They change places at the hypervisor's
 * atomic operations and reads of shared words (yield.h), so that its races are
 * tried out, too, and a run can be repeated: all choices come from choose().
 */
#ifndef MODEL_H
#define MODEL_H

#include <domain.h>
#include <frame.h>
#include <pte.h>
#include <types.h>

#define NR_VCPUS	4
#define NR_DOMAINS	2
#define NR_FRAMES	112	/* RAM, from frame 0 */
#define NR_ENTRIES	128	/* in the frame table: the rest is devices */
#define SLOTS		8	/* entries of a table that the guests use */
#define HV_ENTRIES	(1UL << 44)	/* hypervisor's slots: no memory */
#define DENIED_MFN	120	/* a device that nobody may map */

/*
 * A bit that is software's: present entries of domain 0's tables have it, those
 * of others don't, so that it shows when one is changed by the wrong domain.
 */
#define SIGNATURE	(1UL << 53)

static inline u64 sign(u64 entry, const struct domain *owner)
{
	return owner && owner->privileged ? entry | SIGNATURE
					  : entry & ~SIGNATURE;
}

/* ---- Choices (world.c) -------------------------------------------------- */

/* A number below n.  Once the choices are used up, 0, and more is false. */
u32 choose(u32 n);
bool chance(u32 in);		/* true once in so many times */
extern bool more_choices;

/* From a generator, or from bytes (a fuzzer's). */
void choices_seed(u64 seed);
void choices_bytes(const u8 *data, size_t size);

/* ---- The world (world.c) ------------------------------------------------ */

struct model_vcpu {
	struct vcpu *v;
	struct cpu *cpu;
	u64 *args;		/* a page of guest memory for lists */
	int pending;		/* a call that is to go on, or -1 */
	bool at_rest;		/* between two calls */
};

extern struct model_vcpu vcpus[NR_VCPUS];
extern struct domain *domains[NR_DOMAINS];	/* 0 is privileged */
extern u32 here;		/* index of the vCPU that runs */
extern u64 nr_steps, nr_calls, nr_recounts;

/*
 * Builds the world once, then runs it for as long as choices last, ends both
 * domains, and checks that all is as it was.  A violation calls broken().
 */
void world_run(u64 max_steps);

/* Says what is wrong and ends the program. */
void noreturn broken(const char *fmt, ...) printf_like(1, 2);

/* ---- The MMUs (mmu.c) --------------------------------------------------- */

/*
 * What a CPU can reach: frames as tables of each level, frames to read, to
 * write.  It only grows, until a complete flush: stale is as good as new.
 */
struct reach {
	u8 table[5][NR_ENTRIES];	/* index: level */
	u8 read[NR_ENTRIES], write[NR_ENTRIES];
};

extern struct reach reach[NR_VCPUS];

/* Lets all CPUs use all that they can reach now. */
void mmu_step(void);
void mmu_flush(u32 cpu, u64 cr3);

/* ---- Checks (check.c) --------------------------------------------------- */

/* At any time. */
void check_reach(void);

/* Between calls: counts everything anew. */
void check_counts(void);

/* ---- What guests do (ops.c) --------------------------------------------- */

void guest_step(void);		/* one random thing, by the vCPU that runs */
void guest_build(struct domain *d, struct model_vcpu *mv);

/* What the frame is likely used for by the guests: level, or 0 for data. */
static inline u32 role(u64 n)
{
	static const u8 roles[8] = { 1, 0, 2, 0, 3, 1, 4, 0 };

	return roles[n % 8];
}

#endif
