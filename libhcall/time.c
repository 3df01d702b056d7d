/* SPDX-License-Identifier: MIT */
/*
 * time.c - the clock, from the TSC and the factors that the hypervisor keeps.
 *
 * The factors are read by their version: see <abi/xen.h>.
 */
#include <abi/vcpu.h>
#include <hcall/atomic.h>
#include <hcall/time.h>
#include "internal.h"

/* After all loads before it: a TSC read early would be older than its base. */
static uint64_t tsc_read(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (uint64_t)high << 32 | low;
}

static uint64_t scale(uint64_t delta, uint32_t mul, int8_t shift)
{
	if (shift < 0)
		delta >>= -shift;
	else
		delta <<= shift;
	return (unsigned __int128)delta * mul >> 32;
}

uint64_t hc_time(void)
{
	volatile struct vcpu_time_info *t =
		&hc_vcpu_info(hc_this_vcpu())->time;
	uint32_t version;
	uint64_t now, tsc;

	do {
		version = t->version & ~1U;
		hc_barrier();
		tsc = tsc_read();
		/* A TSC that is behind its own stamp has just been stamped. */
		now = tsc < t->tsc_timestamp ? 0 : tsc - t->tsc_timestamp;
		now = t->system_time + scale(now, t->tsc_to_system_mul,
					     t->tsc_shift);
		hc_barrier();
	} while (t->version != version);
	return now;
}

uint64_t hc_wallclock(uint32_t *nsec)
{
	volatile struct shared_info *s = hc_shared_info();
	uint64_t sec, ns;
	uint32_t version;

	do {
		version = s->wc_version & ~1U;
		hc_barrier();
		sec = (uint64_t)s->wc_sec_hi << 32 | s->wc_sec;
		ns = s->wc_nsec;
		hc_barrier();
	} while (s->wc_version != version);
	ns += hc_time();
	*nsec = ns % 1000000000;
	return sec + ns / 1000000000;
}

uint64_t hc_tsc_khz(void)
{
	volatile struct vcpu_time_info *t =
		&hc_vcpu_info(hc_this_vcpu())->time;
	uint64_t khz = 1000000ULL << 32;

	khz /= t->tsc_to_system_mul;
	return t->tsc_shift < 0 ? khz << -t->tsc_shift : khz >> t->tsc_shift;
}

long hc_timer_periodic(uint64_t period)
{
	struct vcpu_set_periodic_timer t = { .period_ns = period };
	unsigned int vcpu = hc_this_vcpu();

	if (!period)
		return hc_vcpu_op(VCPUOP_stop_periodic_timer, vcpu, 0);
	return hc_vcpu_op(VCPUOP_set_periodic_timer, vcpu, hc_addr(&t));
}
