/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - the machine's part of a vCPU: what is loaded when it runs.
 *
 * pv changes a field of struct pv_vcpu and, when the vCPU is the one that
 * runs, calls the function here that loads it into the CPU.
 */
#pragma once

#include <types.h>

/* Given by pv (op_desc.c): 0, -EINVAL or -ERESTART. */
int must_check pv_set_gdt(struct vcpu *v, const u64 *frames, u32 entries);
int must_check pv_set_ldt(struct vcpu *v, u64 base, u32 entries);

/*
 * The CPU missed a page of the current LDT, at that offset in it: true when it
 * is there now.
 */
bool pv_ldt_fault(struct vcpu *v, u64 offset);

/* The vCPU will not run again: lets go of its GDT and LDT pages. */
void pv_drop_descriptors(struct vcpu *v);

/* FPU: sizes known after fpu_setup(), which each CPU calls at its start. */
void fpu_setup(void);
extern u64 fpu_xcr0;		/* [C] all that the CPU has and we manage */
void xcr0_write(u64 value);
extern u32 fpu_size;		/* [C] bytes of a vCPU's save area */
void fpu_reset(void *area);	/* the state after power-on, for XRSTOR */
/* Takes the 512 bytes that FXSAVE writes; what would fault is cleared. */
void fpu_import(void *area, const void *fxsave);
void fpu_save(struct vcpu *v);
void fpu_restore(struct vcpu *v);

/* The bits of CR4 that a guest may set on this CPU. */
u64 cr4_usable(void);

/* For the current vCPU. */
void vcpu_load_ts(const struct vcpu *v);
void vcpu_load_cr4(struct vcpu *v);
void vcpu_load_debug(const struct vcpu *v);

/* Puts its GDT and LDT pages into this CPU's window. */
void vcpu_load_gdt(const struct vcpu *v);
void vcpu_load_ldt(const struct vcpu *v);

/*
 * Segment bases of the current vCPU, live in the CPU.  The active GS base is
 * that of the mode the vCPU is in, the other one belongs to the other mode.
 */
enum seg_base { BASE_FS, BASE_GS_ACTIVE, BASE_GS_OTHER };
u64 seg_base_read(enum seg_base which);
void seg_base_write(enum seg_base which, u64 base);

/*
 * Loads a selector into the inactive GS, as for a guest's user mode.  One
 * whose descriptor faults leaves the null selector.
 */
void seg_load_gs_other(u16 sel);
