/* SPDX-License-Identifier: MIT */
/*
 * op_debug.c - a guest's debug registers.
 *
 * Breakpoints may lie at guest addresses only: one on our own text or data
 * would trap in the hypervisor.  They are in the CPU only while the vCPU runs.
 */
#include <abi/xen.h>

#include <domain.h>
#include <lib.h>
#include <uaccess.h>
#include <vcpu.h>

#include "emul.h"
#include "ops.h"

#define DR6_FIXED0	(1UL << 12)
#define DR7_FIXED0	0xd800UL	/* bits 11, 12, 14, 15 */
#define DR7_GD		(1UL << 13)	/* would trap our own MOV DR */
#define DR7_TYPE_IO	2

/* Is a breakpoint on a port armed?  Without CR4.DE that is undefined. */
bool dr7_has_io(u64 dr7)
{
	u32 i;

	for (i = 0; i < 4; i++)
		if (dr7 >> (2 * i) & 3 &&
		    (dr7 >> (16 + 4 * i) & 3) == DR7_TYPE_IO)
			return true;
	return false;
}

/* Without CR4.DE, 4 and 5 stand for 6 and 7; with it there are none. */
static unsigned int dr_number(const struct vcpu *v, unsigned int nr)
{
	return (nr == 4 || nr == 5) && !(v->pv.cr4 & CR4_DE) ? nr + 2 : nr;
}

int dr_write(struct vcpu *v, unsigned int nr, u64 value)
{
	nr = dr_number(v, nr);
	switch (nr) {
	case 0 ... 3:
		if (!guest_range_ok(gva(value), sizeof(u64)) ||
		    !is_canonical(value))
			return fail(-EPERM);
		break;
	case 6:
		if (value >> 32)
			return fail(-EINVAL);
		value = (value & ~DR6_FIXED0) | DR6_INIT;
		break;
	case 7:
		if (value >> 32)
			return fail(-EINVAL);
		if (value & DR7_GD ||
		    (dr7_has_io(value) && !(v->pv.cr4 & CR4_DE)))
			return fail(-EPERM);
		value = (value & ~DR7_FIXED0) | DR7_INIT;
		break;
	default:
		return fail(-ENODEV);
	}
	v->pv.dr[nr] = value;
	if (v == current())
		vcpu_load_debug(v);
	return 0;
}

int dr_read(const struct vcpu *v, unsigned int nr, u64 *value)
{
	nr = dr_number(v, nr);
	if (nr > 7 || nr == 4 || nr == 5)
		return fail(-ENODEV);
	*value = v->pv.dr[nr];
	return 0;
}

s64 op_set_debugreg(u64 nr, u64 value)
{
	return dr_write(current(), (u32)nr, value);
}

s64 op_get_debugreg(u64 nr)
{
	u64 value;
	int err = dr_read(current(), (u32)nr, &value);

	return err ? err : (s64)value;
}
