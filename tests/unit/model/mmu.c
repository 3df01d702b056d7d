/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - MMUs that keep every translation and every upper-level entry they
 * could ever have used, until they are flushed completely.
 *
 * INVLPG does nothing here: a CPU may keep more than it must, and the
 * hypervisor's safety may not rest on it.
 */
#include <machine.h>
#include <string.h>

#include "model.h"

struct reach reach[NR_VCPUS];

void mmu_flush(u32 cpu, u64 cr3)
{
	memset(&reach[cpu], 0, sizeof(reach[cpu]));
	if (cr3)
		reach[cpu].table[4][cr3 >> PAGE_SHIFT] = 1;
}

static void use_entry(struct reach *r, u64 e, u32 level)
{
	u64 n = (e & PTE_ADDR) >> PAGE_SHIFT;

	if (!(e & PTE_P) || n >= NR_ENTRIES)
		return;
	if (level > 1) {
		r->table[level - 1][n] = 1;
		return;
	}
	r->read[n] = 1;
	if (e & PTE_RW)
		r->write[n] = 1;
}

/*
 * Any frame that was once reached as a table is walked as it is now, whatever
 * it may have become.  Permissions of upper levels are not looked at, as
 * guests' entries there may always be writable.
 */
static void walk_all(struct reach *r)
{
	u32 level, n, i;
	const u64 *t;

	for (level = 4; level > 0; level--)
		for (n = 0; n < NR_FRAMES; n++) {
			if (!r->table[level][n])
				continue;
			t = mfn_virt(mfn(n));
			for (i = 0; i < SLOTS; i++)
				use_entry(r, t[i], level);
		}
}

void mmu_step(void)
{
	u32 i;

	for (i = 0; i < NR_VCPUS; i++)
		walk_all(&reach[i]);
}
