/* SPDX-License-Identifier: MIT */
/*
 * event.h - event channels: ports, what they are bound to, who is notified.
 */
#ifndef EVENT_H
#define EVENT_H

#include <lock.h>
#include <types.h>

struct domain;
struct vcpu;

#define EVT_MAX_PORTS	4096
#define EVT_PER_PAGE	128
#define EVT_NR_VIRQS	24

enum evt_state {
	EVT_FREE, EVT_RESERVED, EVT_UNBOUND, EVT_INTERDOMAIN, EVT_PIRQ,
	EVT_VIRQ, EVT_IPI,
};

struct evt {
	u8 state;		/* [E] enum evt_state */
	u8 virq;		/* [E] */
	u16 remote_dom;		/* [E] unbound, interdomain */
	u32 vcpu;		/* [E] who is notified */
	struct domain *remote;	/* [E] interdomain: no reference, see event.c */
	u32 remote_port;	/* [E] */
	u32 pirq;		/* [E] */
	/* A consumer inside the hypervisor instead of a remote domain. */
	void (*consumer)(struct domain *d);
};

struct evt_domain {
	spinlock_t lock;
	struct evt *pages[EVT_MAX_PORTS / EVT_PER_PAGE];	/* [E] */
	u32 nr_ports;		/* [E] allocated so far, in whole pages */
};

struct evt_vcpu {
	u32 virq_port[EVT_NR_VIRQS];	/* [E] 0: not bound */
	u32 poll_port;			/* [A] ~0 any of several, 0 none */
};

/* Sends on a port of the domain itself: 0 or -EINVAL, -EPERM (state). */
int evt_send(struct domain *ld, port_t p);

/* Raises a virtual interrupt; does nothing when the guest has not bound it. */
void evt_raise_virq(struct vcpu *v, u32 virq);

#endif
