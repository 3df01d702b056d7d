/* SPDX-License-Identifier: MIT */
/*
 * flags.h - RFLAGS of a guest.
 */
#ifndef FLAGS_H
#define FLAGS_H

#include <regs.h>

/*
 * What a guest may have live: the arithmetic flags, DF, TF, NT, RF, AC and ID.
 * IF is always set, IOPL always 0, and VM, VIF and VIP have no meaning.
 */
#define FLAGS_GUEST	(0xcd5UL | FLAG_TF | FLAG_NT | FLAG_RF | FLAG_AC | \
			 FLAG_ID)

/* What the CPU clears when it takes an exception (SDM vol. 3, 6.14). */
#define FLAGS_ON_TRAP	(FLAG_TF | FLAG_NT | FLAG_RF | FLAG_AC | FLAG_VM)

#endif
