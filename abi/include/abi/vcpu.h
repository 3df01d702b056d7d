/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - hypercall vcpu_op(cmd, vcpu, arg).
 *
 * [hv], [gst]: see xen.h.
 */
#ifndef ABI_VCPU_H
#define ABI_VCPU_H

#include <abi/types.h>
#include <abi/xen.h>

#define VCPUOP_initialise	0	/* arg: vcpu_guest_context */
#define VCPUOP_up		1	/* arg: none */
#define VCPUOP_down		2	/* arg: none */
#define VCPUOP_is_up		3	/* arg: none; returns 0 or 1 */
#define VCPUOP_get_runstate_info	4	/* arg: vcpu_runstate_info */
#define VCPUOP_register_runstate_memory_area	5
#define VCPUOP_set_periodic_timer	6	/* own vCPU only */
#define VCPUOP_stop_periodic_timer	7	/* own vCPU only */
#define VCPUOP_set_singleshot_timer	8	/* own vCPU only */
#define VCPUOP_stop_singleshot_timer	9	/* own vCPU only */
#define VCPUOP_register_vcpu_info	10
#define VCPUOP_send_nmi		11	/* arg: none */
#define VCPUOP_get_physid	12	/* arg: vcpu_get_physid; -EINVAL here */
#define VCPUOP_register_vcpu_time_memory_area	13

/* vcpu_runstate_info.state, and index of .time */
#define RUNSTATE_running	0
#define RUNSTATE_runnable	1	/* waits for a CPU */
#define RUNSTATE_blocked	2
#define RUNSTATE_offline	3

/* vcpu_set_singleshot_timer.flags: accepted, without effect. */
#define VCPU_SSHOTTMR_future	(1U << 0)

#ifndef __ASSEMBLY__
/*
 * Where a vCPU's time went.  With VMASST_TYPE_runstate_update_flag, bit
 * XEN_RUNSTATE_UPDATE of state_entry_time is set while an update runs.
 */
struct vcpu_runstate_info {
	int32_t state;			/* [hv] RUNSTATE_ */
	uint64_t state_entry_time;	/* [hv] system time, ns */
	uint64_t time[4];		/* [hv] ns in each state; sum: uptime */
};
ABI_SIZE(struct vcpu_runstate_info, 48);

#define XEN_RUNSTATE_UPDATE	(1ULL << 63)

struct vcpu_register_runstate_memory_area {
	union {
		struct vcpu_runstate_info *h;
		struct vcpu_runstate_info *v;
		uint64_t p;
	} addr;				/* linear; 0 ends it */
};
ABI_SIZE(struct vcpu_register_runstate_memory_area, 8);

struct vcpu_set_periodic_timer {
	uint64_t period_ns;		/* at least 1 ms */
};
ABI_SIZE(struct vcpu_set_periodic_timer, 8);

struct vcpu_set_singleshot_timer {
	uint64_t timeout_abs_ns;	/* system time */
	uint32_t flags;			/* VCPU_SSHOTTMR_ */
};
ABI_SIZE(struct vcpu_set_singleshot_timer, 16);

/*
 * Once in a vCPU's life; what was in the old place is copied over.  The page
 * is the caller's own, and plain writable memory until the domain ends.
 */
struct vcpu_register_vcpu_info {
	uint64_t mfn;			/* machine frame */
	uint32_t offset;		/* within it; must not cross its end */
	uint32_t rsvd;
};
ABI_SIZE(struct vcpu_register_vcpu_info, 16);

struct vcpu_get_physid {
	uint64_t phys_id;		/* OUT: the APIC's number */
};
ABI_SIZE(struct vcpu_get_physid, 8);

struct vcpu_register_time_memory_area {
	union {
		struct vcpu_time_info *h;
		struct vcpu_time_info *v;
		uint64_t p;
	} addr;				/* linear; 0 ends it */
};
ABI_SIZE(struct vcpu_register_time_memory_area, 8);
#endif

#endif
