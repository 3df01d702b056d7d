/* SPDX-License-Identifier: MIT */
/*
 * callback.h - hypercall callback_op(cmd, arg): the guest's entry points that
 * are not in its trap table.
 */
#ifndef ABI_CALLBACK_H
#define ABI_CALLBACK_H

#include <abi/types.h>

#define CALLBACKOP_register	0	/* arg: callback_register */
#define CALLBACKOP_unregister	1	/* arg: callback_unregister */

#define CALLBACKTYPE_event	0	/* upcall; always masks events */
#define CALLBACKTYPE_failsafe	1	/* a selector could not be loaded */
#define CALLBACKTYPE_syscall	2	/* SYSCALL from 64-bit user mode */
#define CALLBACKTYPE_sysenter_deprecated	3	/* -ENOSYS */
#define CALLBACKTYPE_nmi	4
#define CALLBACKTYPE_sysenter	5
#define CALLBACKTYPE_syscall32	7	/* SYSCALL from 32-bit user mode */

/* callback_register.flags */
#define CALLBACKF_mask_events	(1U << 0)

#ifndef __ASSEMBLY__
struct callback_register {
	uint16_t type;			/* CALLBACKTYPE_ */
	uint16_t flags;			/* CALLBACKF_ */
	xen_callback_t address;		/* canonical; CS is FLAT_KERNEL_CS */
};
ABI_SIZE(struct callback_register, 16);

struct callback_unregister {
	uint16_t type;			/* CALLBACKTYPE_ */
	uint16_t _unused;
};
ABI_SIZE(struct callback_unregister, 4);
#endif

#endif
