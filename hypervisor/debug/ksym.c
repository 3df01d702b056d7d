/* SPDX-License-Identifier: MIT */
/*
 * ksym.c - finding the function that an address belongs to.
 *
 * scripts/build/link-ksym writes the table: ksym_count offsets from ksym_base
 * in rising order, and as many names, one after the other, in the same order.
 * Text ends at ksym_end.  Names have no index of their own, as only a dying
 * hypervisor looks one up.
 */
#include <types.h>
#include <ksym.h>

extern const u64 ksym_base;
extern const u64 ksym_end;
extern const u32 ksym_count;
extern const u32 ksym_offsets[];
extern const char ksym_names[];

const char *ksym_lookup(u64 addr, u64 *off)
{
	const char *name = ksym_names;
	u32 i;

	if (!ksym_count || addr < ksym_base || addr >= ksym_end)
		return NULL;
	for (i = 1; i < ksym_count && ksym_base + ksym_offsets[i] <= addr; i++)
		while (*name++)
			;
	*off = addr - ksym_base - ksym_offsets[i - 1];
	return name;
}
