/* SPDX-License-Identifier: MIT */
/*
 * shared.h - what core asks of pv about the memory that it shares with guests.
 *
 * core decides who is told what; how that looks in shared_info, vcpu_info and
 * the console ring, and under which numbers, is known to pv alone.
 */
#pragma once

#include <types.h>

/* The shared page and all that pv has of a new domain or vCPU: or -ENOMEM. */
int must_check pv_domain_init(struct domain *d);
int must_check pv_vcpu_init(struct vcpu *v);
void pv_vcpu_free(struct vcpu *v);
/* -EBUSY: somebody maps the shared page; nothing was freed. */
int must_check pv_domain_free(struct domain *d);

/* The vCPU or domain has stopped for good: lets go of the guest's frames. */
void pv_vcpu_release(struct vcpu *v);
void pv_console_release(struct domain *d);

/* What setting a pending bit did. */
enum pv_pending {
	PV_OLD,			/* it was set already */
	PV_NEW,			/* new, but nobody is to be called */
	PV_UPCALL,		/* new, and the vCPU has an upcall to take */
};

enum pv_pending pv_evt_set_pending(struct vcpu *v, u32 port);
void pv_evt_clear_pending(struct domain *d, u32 port);
bool pv_evt_is_pending(struct domain *d, u32 port);

/* Clears the mask bit; true when the vCPU has an upcall to take by that. */
bool pv_evt_unmask(struct vcpu *v, u32 port);

/* True when the vCPU would be called as soon as it runs. */
bool pv_upcall_waits(const struct vcpu *v);

/*
 * The vCPU, which is current, may have to give up the CPU: what its kernel has
 * put off is done.
 */
void pv_leave(struct vcpu *v);

/* Virtual interrupts that core raises; the last two are domain 0's. */
void pv_timer_expired(struct vcpu *v);
void pv_console_input(void);
void pv_domain_exception(void);

/*
 * Marks an entry of a grant table as in use, for reading or also for writing,
 * if it lends a frame to that domain, which *m then is: or -EPERM.  When nobody
 * writes any more the mark for that goes; the other one stays if told so.
 */
int must_check pv_grant_mark(u64 *entry, u32 domid, bool write, mfn_t *m);
void pv_grant_unmark(u64 *entry, bool still_read);

/* An entry of a new domain's table lends a frame to domain 0. */
void pv_grant_seed(struct domain *d, u32 ref, mfn_t m);

/* Devices use the frame of a mapped grant no more. */
void pv_grant_device_end(const struct gnt_map *map);

/* The vCPU begins to run on this CPU: clock and runstate are brought up. */
void pv_update_time(struct vcpu *v);

/*
 * Gives the domain a console ring in one of its own frames, drained by the
 * hypervisor, and the port that goes with it.
 */
int must_check pv_console_create(struct domain *d, mfn_t ring, port_t *out);

/* Types a character: 0, -ENOENT when it has no ring, -ENOSPC. */
int must_check pv_console_put(struct domain *d, char c);

/* The guest has written to its console ring: 0; -ERESTART, there is more. */
int must_check pv_console_notified(struct domain *d);
