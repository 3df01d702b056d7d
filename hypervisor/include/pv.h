/* SPDX-License-Identifier: MIT */
/*
 * pv.h - what a paravirtual vCPU and domain have that others need to know of.
 *
 * Key letters as in domain.h.
 */
#pragma once

#include <types.h>

struct shared_info;
struct vcpu_info;
struct e820entry;
struct multicall_entry;
struct sluice_ring;

/* A place in the guest's kernel that we enter. */
struct callback {
	u64 addr;		/* 0: the guest has no handler */
	bool mask_events;
	u8 dpl;			/* lowest privilege that may use INT n */
};

#define IRET_UNMASKS_NMI	1u
#define IRET_SETS_IOPL		2u

#define PV_GDT_FRAMES	14
#define DESC_PER_PAGE	512
#define PV_LDT_FRAMES	16

/* Only the vCPU itself changes these, or somebody while it is paused. */
struct pv_vcpu {
	struct vcpu_info *info;	/* in the shared page or where it was moved */
	mfn_t info_mfn;		/* MFN_NONE while in the shared page */
	u64 cr3_kernel;		/* CR3 values: a reference each */
	u64 cr3_user;		/* 0: none */
	u64 kernel_sp;
	bool in_kernel;		/* the guest's kernel runs, not its user */
	bool ts;		/* the guest's CR0.TS */
	u8 iopl;		/* of the guest: 0 to 3, virtual */
	u64 iopl_shown;		/* what a frame's RFLAGS say of it */
	struct callback syscall, event, failsafe, syscall32;
	struct callback *traps;	/* [C] a page: 256 */
	u32 gdt_entries;
	u32 ldt_entries;
	u64 ldt_base;
	mfn_t gdt_frames[PV_GDT_FRAMES];	/* a type reference each */
	mfn_t ldt_frames[PV_LDT_FRAMES];
	u64 fs_base, gs_base, gs_base_user;	/* while not running */
	u16 ds, es, fs, gs;
	u64 cr4;		/* the guest's own wishes: DE, TSD, FSGSBASE */
	u64 dr[8];
	u64 xcr0;
	u64 cont[6];		/* arguments of a call that is to go on */
	bool in_multicall;
	bool restart;		/* the call that ends now goes on later */
	bool nmi_pending;
	u8 iret_also;		/* IRET_*: what its next iret does besides */
	u64 iobmp;		/* guest address of its bitmap of ports */
	u32 iobmp_ports;	/* how many it has */
	u64 runstate_area, time_area;	/* guest addresses, or 0 */
	const void *calls;	/* the table of handlers that it calls by */
	struct sluice_ring *ring;	/* a use of its frame; or NULL */
	u64 ring_done;		/* calls that were taken out of it */
	u64 ring_good;		/* those that succeeded */
	struct multicall_entry *ring_next;	/* place of the next one */
};

struct pv_domain {
	struct shared_info *shared;	/* [C] one page */
	mfn_t shared_mfn;		/* [C] */
	u64 vm_assist;			/* [A] VMASST bits */
	u64 dying_tables;	/* [P] first of a list: see frametype.c */
	u32 end_phase, end_at;	/* how far mmu_domain_relinquish() is */
	struct e820entry *map;	/* [D] its memory map, a page, or NULL */
	u32 nr_map;		/* [D] entries in it */
};
