/* SPDX-License-Identifier: MIT */
/*
 * op_sluice.c - hypercall sluice_op: what Xen does not have.
 *
 * A command is a function of the two arguments in a table; what belongs to it
 * is in a file of its own.
 */
#include <abi/sluice.h>

#include <hypercall.h>
#include <lib.h>
#include <machine.h>

#include "ops.h"
#include "ring.h"

static s64 version(u64 arg not_used, u32 count not_used)
{
	return SLUICE_ABI_VERSION;
}

static s64 register_ring(u64 arg, u32 count)
{
	return count ? fail(-EINVAL) : ring_register(current(), arg);
}

static s64 unregister_ring(u64 arg, u32 count)
{
	return arg || count ? fail(-EINVAL) : ring_unregister(current());
}

static s64 (*const commands[])(u64 arg, u32 count) = {
	[SLUICEOP_version] = version,
	[SLUICEOP_ring_register] = register_ring,
	[SLUICEOP_ring_unregister] = unregister_ring,
	[SLUICEOP_wishes] = op_wishes,
	[SLUICEOP_idle] = op_idle,
	[SLUICEOP_yield_to] = op_yield_to,
	[SLUICEOP_counters] = IS_ENABLED(CONFIG_COUNTERS) ? op_counters : NULL,
};

s64 op_sluice_op(u64 cmd, u64 arg, u64 count)
{
	s64 ret;

	if ((u32)cmd >= SLUICEOP_CONTROL)
		ret = op_control((u32)cmd - SLUICEOP_CONTROL, arg, (u32)count);
	else if ((u32)cmd >= ARRAY_SIZE(commands) || !commands[(u32)cmd])
		return fail(-ENOSYS);
	else
		ret = commands[(u32)cmd](arg, (u32)count);
	return ret == -ERESTART ? hypercall_continue(cmd, arg, count, 0) : ret;
}
