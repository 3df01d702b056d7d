/* SPDX-License-Identifier: MIT */
/*
 * pv.h - between the parts of the PV back end.
 */
#ifndef PVGUEST_PV_H
#define PVGUEST_PV_H

#include <arch.h>
#include <pte.h>

/* Map all of memory and protect it; say in BOOT what is free.  False: too
 * little of it. */
bool pv_memory_init(struct boot_info *boot);

u64 pv_pte_make(u64 pfn, u64 flags);
u64 pv_pte_pfn(u64 pte);
void pv_pt_write(u64 *entry, u64 pte);
void pv_pt_invlpg(u64 va);
void pv_pt_commit(void);
void pv_pt_table(u64 pfn, bool on);
void pv_pt_root(u64 pfn, bool on);
void pv_user_switch(u64 root, void *stack_end);

#endif
