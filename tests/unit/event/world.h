/* SPDX-License-Identifier: MIT */
/*
 * world.h - three domains and their event channels, for the tests of those:
 * the real code of ports, pending bits and scheduler, and no memory.
 */
#ifndef EVENT_WORLD_H
#define EVENT_WORLD_H

#include <abi/event_channel.h>
#include <abi/xen.h>
#include <domain.h>
#include <errno.h>
#include <fake.h>
#include <hypercall.h>
#include <machine.h>

#include "../../../hypervisor/pv/ops.h"
#include "../../../hypervisor/pv/shared_bits.h"

#define NR_DOMS		3
#define NR_VCPUS	2

extern struct domain doms[NR_DOMS];
extern struct vcpu vcpus[NR_DOMS][NR_VCPUS];
extern struct shared_info shared[NR_DOMS];
extern u32 sources;		/* bit n: pirq n is on */
extern void (*marked)(void);	/* an event was, and nobody told yet */
extern u32 consoles;		/* notifications of a console */
extern bool preempt;		/* what hypercall_preempt() says */

/* All that this machine's guests pass as arguments lies here. */
extern struct args {
	union {
		struct evtchn_alloc_unbound alloc;
		struct evtchn_bind_interdomain inter;
		struct evtchn_bind_virq virq;
		struct evtchn_bind_ipi ipi;
		struct evtchn_bind_pirq pirq;
		struct evtchn_bind_vcpu vcpu;
		struct evtchn_status status;
		struct evtchn_reset reset;
		u32 port;
	};
} args[CONFIG_NR_CPUS];

/* This CPU's. */
struct args *mine(void);

/* vCPU 0 of a domain makes a call, with mine() as its argument. */
s64 call(u32 dom, u32 cmd);
s64 port_call(u32 dom, u32 cmd, u32 number);

/* These return the new port, or what is asked for, or an error. */
s64 alloc(u32 dom, u32 remote);
s64 inter(u32 dom, u32 remote, u32 number);
s64 status(u32 caller, u32 dom, u32 number);

bool pending(u32 dom, u32 number);
void clear(u32 dom);

/* All domains anew, on the first call from the CPU that sets up. */
void setup(void);

#endif
