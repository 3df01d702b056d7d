/* SPDX-License-Identifier: MIT */
/*
 * trap.h - between entry.S, x86 and pv: who is called for what.
 */
#pragma once

#include <regs.h>

/* From entry.S: an exception or interrupt while a guest ran. */
void trap_guest(struct regs *r);

/*
 * From entry.S: the same while the hypervisor ran.  Returns the registers to
 * go on with: r, or a guest's when the fault was in its IRET.
 */
struct regs *trap_inside(struct regs *r);

/* An interrupt of a device or of the local APIC: vectors 32 to 255. */
void irq_dispatch(u32 vector);

/* From entry.S: SYSCALL from a guest's user mode, in 64-bit or 32-bit code. */
void pv_user_syscall(struct vcpu *v, struct regs *r);
void pv_user_syscall32(struct vcpu *v, struct regs *r);

/* An exception that a guest raised, in its kernel or its user mode. */
void pv_exception(struct vcpu *v, struct regs *r);

/* The short way for the commonest; cr2 as the CPU left it. */
void pv_page_fault(struct vcpu *v, struct regs *r, u64 cr2);

/*
 * The guest enters its handler by its trap table, whatever the instruction is.
 * So it does when it asked to return to what IRET refused.
 */
void bounce_trap(struct vcpu *v, struct regs *r, u32 vector, u32 error_code);

/* #DB; dr6 as the CPU left it. */
void pv_debug_trap(struct vcpu *v, struct regs *r, u64 dr6);

/* A selector of the vCPU could not be loaded: enter its failsafe callback. */
void pv_failsafe(struct vcpu *v, struct regs *r);

/* Before a return to the guest: deliver an NMI or upcall that waits. */
void pv_deliver(struct vcpu *v, struct regs *r);

/* From entry.S: an upcall waits, is not masked, and there is no other work. */
void pv_upcall(struct vcpu *v, struct regs *r);

/* From entry.S: what has to be done before the return to a guest. */
void exit_work(struct regs *r);

/* Enters the guest that the scheduler picks; never returns. */
void noreturn enter_scheduler(void);

/* Where to go on after a fault at rip, or 0 (exception table, uaccess.h). */
u64 extable_find(u64 rip);

/* Prints registers; the guest's own, too, when it is a guest's. */
void trap_show(const struct regs *r);
