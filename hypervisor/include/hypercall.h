/* SPDX-License-Identifier: MIT */
/*
 * hypercall.h - what a hypercall's handler may ask of the dispatcher.
 *
 * A handler is `s64 op_NAME(u64 a1, ...)` with as many arguments as
 * abi/hypercalls.def says; it returns 0 or more, or -E..., and finds its vCPU
 * by current().  entry.S calls it through a table; multicall likewise.
 */
#pragma once

#include <types.h>

/*
 * A handler that stops half-way says with which arguments the call is to be
 * made again, and returns what this returns.  Arguments that the call does not
 * have are ignored.  hypercall.c alone rewinds the guest.
 */
s64 hypercall_continue(u64 a1, u64 a2, u64 a3, u64 a4);

/*
 * True when other work waits and the call should stop at the next point where
 * it can.  Lets interrupts in, so no lock may be held.  The call must have
 * made progress since it was entered, or it would never end.
 */
bool hypercall_preempt(void);

/*
 * A vCPU calls by a table, which depends on whether it has a ring: to be
 * called at its creation and whenever that changes.
 */
void hypercall_table_choose(struct vcpu *v);

/* From entry.S: a handler answered -ERESTART. */
void hypercall_restart(struct vcpu *v);
