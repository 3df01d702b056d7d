/* SPDX-License-Identifier: MIT */
/*
 * event.h - event channels: ports, what they are bound to, who is notified.
 *
 * [A] atomic	[C] constant once published	[E] the lock of event.c
 * [L] written under [E] and evt.lock, read under either
 */
#pragma once

#include <types.h>

#define EVT_MAX_PORTS	4096
#define EVT_PER_PAGE	128
#define EVT_NR_VIRQS	24

enum evt_state {
	EVT_FREE, EVT_RESERVED, EVT_UNBOUND, EVT_INTERDOMAIN, EVT_PIRQ,
	EVT_VIRQ, EVT_IPI,
};

/* Who inside the hypervisor consumes what is sent on a port. */
enum evt_consumer {
	EVT_NO_CONSUMER,	/* the other end is a port, or nothing */
	EVT_CONSOLE,		/* pv_console_notified() */
};

/*
 * One port.  A page holds EVT_PER_PAGE of them and stays until its domain is
 * freed, so a pointer to a port is good as long as its domain is.
 */
struct evt {
	u8 lock;		/* [A] taken by senders: see event.c */
	u8 state;		/* [L] enum evt_state */
	u8 virq;		/* [L] */
	u8 consumer;		/* [L] enum evt_consumer */
	u16 remote_dom;		/* [L] unbound, consumer: who may be there */
	bool per_vcpu;		/* [L] virtual interrupt of one vCPU alone */
	u32 port;		/* [C] its own number */
	u32 pirq;		/* [L] */
	struct vcpu *vcpu;	/* [L] who is notified: of the port's domain */
	struct evt *peer;	/* [L] where a send goes; an IPI's is itself */
};
_Static_assert(sizeof(struct evt) * EVT_PER_PAGE == PAGE_SIZE,
	       "a page of ports fits a page");

struct evt_domain {
	struct evt *pages[EVT_MAX_PORTS / EVT_PER_PAGE];	/* [E], grows */
	u32 nr_ports;		/* [A] valid numbers: below it; [E] writes */
	u32 search;		/* [E] no port below it is free */
	bool closed;		/* [E] the domain ends: no new ports */
	u64 pollers;		/* [A] vCPUs that wait in a poll */
};

struct evt_vcpu {
	struct evt *virq[EVT_NR_VIRQS];	/* [E] writes, [A] reads; or NULL */
	u32 poll_port;		/* [A] EVT_POLL_ANY of several, 0 none */
};

#define EVT_POLL_ANY	(~0u)
#define EVT_POLL_NONE	(~1u)	/* waits for a time alone, as in a poll */

struct evt_status {
	enum evt_state state;
	u32 vcpu;
	u32 remote_dom;		/* unbound, interdomain */
	u32 remote_port;	/* interdomain */
	u32 virq, pirq;
};

/* Waits for another CPU to let go of a port: some hundred instructions. */
void evt_wait(struct evt *e);

static always_inline void evt_lock(struct evt *e)
{
	if (unlikely(__atomic_exchange_n(&e->lock, 1, __ATOMIC_ACQUIRE)))
		evt_wait(e);
}

static always_inline void evt_unlock(struct evt *e)
{
	__atomic_store_n(&e->lock, 0, __ATOMIC_RELEASE);
}

static always_inline bool evt_trylock(struct evt *e)
{
	return !__atomic_exchange_n(&e->lock, 1, __ATOMIC_ACQUIRE);
}

/*
 * A port of the first page, which every domain has, by its number below
 * EVT_PER_PAGE.  One that is not valid yet is free.
 */
#define evt_near(d, number)	(&(d)->evt.pages[0][(number) % EVT_PER_PAGE])

/* Makes port 0 and the first page: 0 or -ENOMEM. */
int must_check evt_domain_init(struct domain *d);

/*
 * Closes every port for good: no event reaches d once it answers 0 and not
 * -ERESTART.
 */
int must_check evt_domain_close(struct domain *d);
void evt_domain_free(struct domain *d);

/*
 * All of these answer -EINVAL for a port that does not exist or is not in a
 * state that allows it, -ENOSPC when no port is free, -ENOMEM.
 */

/*
 * Takes a free port, the lowest, and makes it what to says (unbound, VIRQ, IPI,
 * or interdomain with a consumer); to->vcpu is who is notified.  -EEXIST: the
 * vCPU has that VIRQ.
 */
int must_check evt_bind(struct domain *d, const struct evt *to, port_t *out);
int must_check evt_alloc_unbound(struct domain *d, u32 remote_dom, port_t *out);
int must_check evt_bind_interdomain(struct domain *ld, struct domain *rd,
				    port_t rport, port_t *out);
int must_check evt_bind_vcpu(struct vcpu *v, port_t p);
int must_check evt_close(struct domain *d, port_t p);
int must_check evt_status(struct domain *d, port_t p, struct evt_status *st);
int must_check evt_unmask(struct domain *d, port_t p);

/* 0, or -ERESTART when other work waits and ports are left. */
int must_check evt_reset(struct domain *d);

/*
 * Sends on a port of the current domain: 0 or -EINVAL; or -ERESTART, when a
 * consumer has taken a part and is to be told again.
 */
int must_check evt_send(struct domain *ld, port_t p);

/* Lets the vCPU run next that a send would notify: 0 or -EINVAL. */
int must_check evt_yield_to(struct domain *ld, port_t p);

/* From the hypervisor to a port of d, whatever its state but free. */
void evt_notify(struct domain *d, port_t p);

/*
 * A pending bit of e was set just now, for v: tells who has to know.  The
 * caller holds the lock of a port that leads there.
 */
void evt_tell(struct evt *e, struct vcpu *v, bool upcall);

/* Raises a virtual interrupt; does nothing when the guest has not bound it. */
void evt_raise_virq(struct vcpu *v, u32 virq);

/* Is this the number of a port that is in use? */
bool evt_port_bound(struct domain *d, port_t p);

/*
 * The current vCPU waits for one port or any: begin before looking at the
 * pending bits.  sched_wake() ends it.
 */
void evt_poll_begin(struct vcpu *v, u32 which);
void evt_poll_end(struct vcpu *v);
