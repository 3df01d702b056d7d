/* SPDX-License-Identifier: MIT */
/*
 * extable.c - places in our text that the CPU's kind or a fault changes.
 *
 * Both tables are made by uaccess.h and hold offsets relative to themselves.
 * The exception table has a few dozen entries and is read only when a guest's
 * pointer was bad, so it is searched from the front.
 */
#include <lib.h>
#include <setup.h>
#include <trap.h>
#include <x86.h>

struct fixup {
	s32 from, to;
};

extern const struct fixup __extable_start[], __extable_end[];
extern const s32 __smap_sites_start[], __smap_sites_end[];

u64 extable_find(u64 rip)
{
	const struct fixup *f;

	for (f = __extable_start; f < __extable_end; f++)
		if ((u64)&f->from + f->from == rip)
			return (u64)&f->to + f->to;
	return 0;
}

/* Called while the boot tables still let us write to our text. */
void smap_sites_patch(void)
{
	static const u8 nop3[] = { 0x0f, 0x1f, 0x00 };
	const s32 *s;

	if (cpu_has(CPU_SMAP))
		return;
	for (s = __smap_sites_start; s < __smap_sites_end; s++)
		memcpy((void *)((u64)s + *s), nop3, sizeof(nop3));
}
