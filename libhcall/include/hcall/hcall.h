/* SPDX-License-Identifier: MIT */
/*
 * hcall.h - the whole library: what a guest's kernel needs to run on Sluice,
 * and, unchanged, on Xen.
 *
 * Freestanding, no allocation, no floating point; position independent.  It
 * expects memcpy and memset, and has weak ones.  Errors are negated XEN_E
 * numbers.  Order of use: hc_init(), hc_trap_init(), hc_event_init(), then
 * bind events, then hc_upcalls_unmask().
 */
#ifndef HCALL_HCALL_H
#define HCALL_HCALL_H

#include <abi/errno.h>
#include <abi/sluice.h>
#include <abi/version.h>
#include <hcall/atomic.h>
#include <hcall/console.h>
#include <hcall/control.h>
#include <hcall/event.h>
#include <hcall/grant.h>
#include <hcall/hypercall.h>
#include <hcall/memory.h>
#include <hcall/mmu.h>
#include <hcall/notes.h>
#include <hcall/print.h>
#include <hcall/ring.h>
#include <hcall/sched.h>
#include <hcall/seg.h>
#include <hcall/start.h>
#include <hcall/store.h>
#include <hcall/time.h>
#include <hcall/trap.h>

#endif
