/* SPDX-License-Identifier: MIT */
/*
 * control.h - what Sluice tells of domains (abi/doc/sluice_op.md).
 *
 * -XEN_ENOSYS on another hypervisor, or where it was left out.
 */
#ifndef HCALL_CONTROL_H
#define HCALL_CONTROL_H

#include <abi/sluice.h>
#include <hcall/hypercall.h>

/*
 * What a domain has asked for so far: DOMID_SELF, or in domain 0 any.  0;
 * -XEN_EPERM: another's; -XEN_ESRCH: nobody's; -XEN_EFAULT.
 */
static inline long hc_counters(domid_t domid, struct sluice_counters *to)
{
	return hc_sluice_op(SLUICEOP_counters, hc_addr(to), domid);
}

/* How often it entered the hypervisor. */
static inline uint64_t hc_counted_entries(const struct sluice_counters *c)
{
	uint64_t sum = c->restarts + c->syscalls + c->traps;
	unsigned int i;

	for (i = 0; i < SLUICE_COUNTED_CALLS; i++)
		sum += c->calls[i];
	return sum;
}

/* What domain 0 wishes us to do; VIRQ_SLUICE_WISH tells of news. */
static inline long hc_wishes(struct sluice_wishes *to)
{
	return hc_sluice_op(SLUICEOP_wishes, hc_addr(to), 0);
}

/*
 * For domain 0: any of the commands from SLUICEOP_CONTROL on.  0, or what
 * abi/doc/control.md says of the command; -XEN_EPERM: not domain 0.
 */
static inline long hc_control(unsigned int cmd, domid_t domid, uint64_t arg)
{
	return hc_sluice_op(cmd, arg, domid);
}

/*
 * A domain, or one that could be started.  Numbers are without gaps:
 * -XEN_ESRCH after the last one.
 */
static inline long hc_domain_info(domid_t domid, struct sluice_domain *to)
{
	return hc_control(SLUICEOP_info, domid, hc_addr(to));
}

static inline long hc_machine(struct sluice_machine *to)
{
	return hc_control(SLUICEOP_machine, 0, hc_addr(to));
}

#endif
