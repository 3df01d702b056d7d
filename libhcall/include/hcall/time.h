/* SPDX-License-Identifier: MIT */
/*
 * time.h - the clock and the timer.
 *
 * System time is in nanoseconds since the hypervisor's start, the same on
 * every vCPU and never going back.
 */
#ifndef HCALL_TIME_H
#define HCALL_TIME_H

#include <stdint.h>
#include <hcall/hypercall.h>

/* System time, ns.  No hypercall: the TSC and the vCPU's vcpu_time_info. */
uint64_t hc_time(void);

/* The wall clock: seconds since 1970 (UTC), and ns of the second in NSEC. */
uint64_t hc_wallclock(uint32_t *nsec);

/*
 * Raise VIRQ_TIMER of this vCPU at system time DEADLINE (ns); 0 disarms.  One
 * that has passed is raised at once.  Replaces the one before.  0.
 */
static inline long hc_timer_set(uint64_t deadline)
{
	return hc_set_timer_op(deadline);
}

/*
 * Raise VIRQ_TIMER of this vCPU every PERIOD ns (at least 1 ms) while it runs;
 * 0 ends that.  A vCPU starts with a period of 10 ms: a guest that does not
 * want it ends it.  Returns 0 or -XEN_EINVAL.
 */
long hc_timer_periodic(uint64_t period);

/* The TSC's frequency in kHz, from the clock's own factors. */
uint64_t hc_tsc_khz(void);

#endif
