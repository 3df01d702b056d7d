/* SPDX-License-Identifier: MIT */
/*
 * event_channel.h - hypercall event_channel_op(cmd, arg).
 *
 * A port is a number from 1 up, unique in a domain.  Its pending and mask bits
 * lie in shared_info, bit (port mod 64) of word (port / 64).
 * Fields: IN is read by the hypervisor, OUT written on success.
 */
#ifndef ABI_EVENT_CHANNEL_H
#define ABI_EVENT_CHANNEL_H

#include <abi/types.h>

#define EVTCHNOP_bind_interdomain	0
#define EVTCHNOP_bind_virq		1
#define EVTCHNOP_bind_pirq		2
#define EVTCHNOP_close			3
#define EVTCHNOP_send			4
#define EVTCHNOP_status			5
#define EVTCHNOP_alloc_unbound		6
#define EVTCHNOP_bind_ipi		7
#define EVTCHNOP_bind_vcpu		8
#define EVTCHNOP_unmask			9
#define EVTCHNOP_reset			10
#define EVTCHNOP_init_control		11	/* answers -ENOSYS: FIFO */
#define EVTCHNOP_expand_array		12	/* answers -ENOSYS: FIFO */
#define EVTCHNOP_set_priority		13	/* answers -ENOSYS: FIFO */

/* Ports of the two-level layout, port 0 (never used) included. */
#define EVTCHN_2L_NR_CHANNELS	4096

/* evtchn_bind_pirq.flags */
#define BIND_PIRQ__WILL_SHARE	1

/* evtchn_status.status */
#define EVTCHNSTAT_closed	0
#define EVTCHNSTAT_unbound	1	/* waits for another domain */
#define EVTCHNSTAT_interdomain	2
#define EVTCHNSTAT_pirq		3
#define EVTCHNSTAT_virq		4
#define EVTCHNSTAT_ipi		5

#ifndef __ASSEMBLY__
typedef uint32_t evtchn_port_t;

/* A port of dom that remote_dom may bind to. */
struct evtchn_alloc_unbound {
	domid_t dom;			/* IN: DOMID_SELF, or privileged */
	domid_t remote_dom;		/* IN */
	evtchn_port_t port;		/* OUT */
};
ABI_SIZE(struct evtchn_alloc_unbound, 8);

/* The local port comes up pending, since the other side may have sent. */
struct evtchn_bind_interdomain {
	domid_t remote_dom;		/* IN */
	evtchn_port_t remote_port;	/* IN: unbound, for us */
	evtchn_port_t local_port;	/* OUT */
};
ABI_SIZE(struct evtchn_bind_interdomain, 12);

struct evtchn_bind_virq {
	uint32_t virq;			/* IN: VIRQ_ */
	uint32_t vcpu;			/* IN: 0 for one that is not per vCPU */
	evtchn_port_t port;		/* OUT */
};
ABI_SIZE(struct evtchn_bind_virq, 12);

struct evtchn_bind_pirq {
	uint32_t pirq;			/* IN */
	uint32_t flags;			/* IN: BIND_PIRQ__ */
	evtchn_port_t port;		/* OUT */
};
ABI_SIZE(struct evtchn_bind_pirq, 12);

struct evtchn_bind_ipi {
	uint32_t vcpu;			/* IN: who gets the upcall */
	evtchn_port_t port;		/* OUT */
};
ABI_SIZE(struct evtchn_bind_ipi, 8);

struct evtchn_close {
	evtchn_port_t port;		/* IN */
};
ABI_SIZE(struct evtchn_close, 4);

struct evtchn_send {
	evtchn_port_t port;		/* IN */
};
ABI_SIZE(struct evtchn_send, 4);

struct evtchn_status {
	domid_t dom;			/* IN: DOMID_SELF, or privileged */
	evtchn_port_t port;		/* IN */
	uint32_t status;		/* OUT: EVTCHNSTAT_ */
	uint32_t vcpu;			/* OUT: who gets the upcall */
	union {
		struct {
			domid_t dom;	/* OUT: who may bind */
		} unbound;
		struct {
			domid_t dom;	/* OUT: the other end */
			evtchn_port_t port;
		} interdomain;
		uint32_t pirq;		/* OUT */
		uint32_t virq;		/* OUT */
	} u;
};
ABI_SIZE(struct evtchn_status, 24);

/* Not for a per-vCPU virtual interrupt nor for an IPI. */
struct evtchn_bind_vcpu {
	evtchn_port_t port;		/* IN */
	uint32_t vcpu;			/* IN */
};
ABI_SIZE(struct evtchn_bind_vcpu, 8);

/* Clears the mask bit, and delivers what came in the meantime. */
struct evtchn_unmask {
	evtchn_port_t port;		/* IN */
};
ABI_SIZE(struct evtchn_unmask, 4);

/* Closes every port. */
struct evtchn_reset {
	domid_t dom;			/* IN: DOMID_SELF, or privileged */
};
ABI_SIZE(struct evtchn_reset, 2);
#endif

#endif
