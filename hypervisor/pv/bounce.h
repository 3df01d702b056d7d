/* SPDX-License-Identifier: MIT */
/*
 * bounce.h - entering the guest's kernel.
 */
#pragma once

#include <trap.h>

struct callback;

/* How a frame differs from that of a plain callback. */
#define BOUNCE_ERROR	1u	/* has an error code */
#define BOUNCE_MASK	2u	/* masks upcalls on entry */
#define BOUNCE_FAILSAFE	4u	/* has DS, ES, FS, GS above RCX and R11 */
#define BOUNCE_SYSCALL	8u	/* counted as such, not as a trap */

/*
 * Pushes a frame on the stack of the guest's kernel and makes the registers go
 * there.  Switches to kernel mode first where needed.  A guest without a
 * handler or a usable stack is killed.
 */
void bounce(struct vcpu *v, struct regs *r, const struct callback *to,
	    u32 flags, u32 error_code);

/* The commonest one, by a shorter way. */
void bounce_page_fault(struct vcpu *v, struct regs *r, u32 error_code);
