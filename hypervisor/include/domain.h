/* SPDX-License-Identifier: MIT */
/*
 * domain.h - domains and their vCPUs.
 *
 * Key letters, here and in the structures that are embedded:
 * [A] atomic	[C] constant once the domain is in the list
 * [D] domain.lock	[P] domain.pages_lock	[E] the lock of event.c
 * [Q] run queue lock of the vCPU's CPU
 * [V] the vCPU itself, or whoever has paused it
 */
#pragma once

#include <console.h>
#include <counters.h>
#include <event.h>
#include <frame.h>
#include <grant.h>
#include <lock.h>
#include <pv.h>
#include <regs.h>
#include <sched.h>
#include <shared.h>

struct build_config;

#define DOMAIN_NAME_LEN	16
#define DOMAIN_WHY_LEN	80
#define DOMID_MAX	0x7fefu	/* numbers from 0x7ff0 on have a meaning */

enum shutdown_reason {
	SHUT_NONE = -1,
	SHUT_POWEROFF, SHUT_REBOOT, SHUT_SUSPEND, SHUT_CRASH, SHUT_WATCHDOG,
	SHUT_SOFT_RESET,
	/* Up to 255: a guest may give others, which mean nothing. */
};

/* By domain 0's wish. */
enum domain_pause { PAUSE_OFF, PAUSE_CHANGES, PAUSE_ON };

/* Has a vCPU registers to start with? */
enum vcpu_init { INIT_NONE, INIT_BUSY, INIT_DONE };

struct vcpu {
	struct domain *domain;		/* [C] */
	u32 id;				/* [C] index in domain.vcpu[] */
	u32 cpu;			/* [Q] where it runs or ran last */
	struct regs regs;		/* [V] while it is not on a CPU */
	struct pv_vcpu pv;		/* [V] */
	struct sched_vcpu sched;
	struct evt_vcpu evt;
	struct timer timer;		/* the guest's one-shot timer */
	struct timer periodic;
	nsec_t period;			/* [A] of a tick while it runs, or 0 */
	bool ticks;			/* [V] the guest listens to it */
	void *fpu;			/* [C] XSAVE area, a page */
	u32 init;			/* [A] enum vcpu_init */
	struct counters counters;	/* [V] others read them */
};

/* Ends the domain when it is not set again in time. */
struct watchdog {
	struct timer timer;
	struct domain *domain;		/* [C] */
	bool armed;			/* [D] */
};

#define DOMAIN_WATCHDOGS	2

struct domain {
	u32 id;				/* [C] */
	u32 refs;			/* [A] the list holds one */
	char name[DOMAIN_NAME_LEN];	/* [C] */
	bool privileged;		/* [C] domain 0 */
	bool rebuilt;			/* [C] domain 0: when it ends */
	bool dying;			/* [D] set once, never cleared */
	void *build;			/* [A] NULL: it is built; see build.c */
	u32 build_order;		/* [C] pages of that */
	bool held;			/* [A] a CPU builds or takes it apart */
	u32 paused;			/* [A] enum domain_pause */
	bool stopped;			/* [D] shut down; likewise */
	s32 shutdown;			/* [D] enum shutdown_reason */
	char why[DOMAIN_WHY_LEN];	/* [D] what it was killed for */
	u64 target;			/* [A] frames it is asked to have */
	u32 wish;			/* [A] how it is asked to end, + 1 */
	spinlock_t lock;
	u32 nr_vcpus;			/* [C] */
	struct vcpu *vcpu[CONFIG_MAX_VCPUS];	/* [C] */
	struct domain *next;		/* of the same hash; lock of domain.c */

	spinlock_t pages_lock;
	struct frame_list pages;	/* [P] */
	u32 nr_pages, max_pages;	/* [P] */
	u64 tlb_cpus;			/* [A] who may hold translations */

	struct sched_domain sched;
	struct evt_domain evt;
	struct gnt_domain gnt;
	struct pv_domain pv;
	struct guest_console console;
	struct watchdog watchdog[DOMAIN_WATCHDOGS];
};

/*
 * A new, empty domain with its shared page and vCPUs that are down.  The caller
 * has claimed it, builds its memory, and wakes vCPU 0.  What it builds with,
 * pages from page_alloc(), is the domain's then.  -EEXIST, -ENOMEM, -EINVAL.
 */
int must_check domain_create(const struct build_config *cfg, void *build,
			     u32 build_order, struct domain **out);

/*
 * Stops a domain for good and gives back all that it has; what others still
 * hold of it goes when they let go.  Waits for its vCPUs; not for the current
 * domain, nor for domain 0.  0; -ERESTART: it must be called again; -EBUSY:
 * another CPU is at it.
 */
int must_check domain_destroy(struct domain *d);

/* One CPU at a time builds a domain or takes it apart: false, it is another. */
bool must_check domain_claim(struct domain *d);
void domain_release(struct domain *d);

/* Its vCPUs run no more, or again: 0, or -EINVAL when that is so already. */
int must_check domain_pause(struct domain *d, bool on);

/*
 * Takes a reference, or NULL when there is no such domain.  One that is being
 * built is found by domain_find() alone, for those who control it: nobody else
 * may take from it what the builder relies on.
 */
struct domain *domain_get(u32 id);
struct domain *domain_find(u32 id);
void domain_hold(struct domain *d);
void domain_put(struct domain *d);

/* How many there are, dead ones included that were not destroyed. */
u32 domains_count(void);

/*
 * Ends a domain on its own wish or because it broke a rule: prints the reason,
 * stops its vCPUs; its memory stays until it is destroyed.  Domain 0's end
 * ends the machine, as the boot options say.
 */
void domain_shutdown(struct domain *d, enum shutdown_reason reason);

/* The reason that the next shutdown will have, whatever it says. */
void domain_shutdown_code(struct domain *d, enum shutdown_reason reason);

/* Shutdown with SHUT_CRASH and a printed reason: takes effect at the return. */
void domain_kill(struct domain *d, const char *fmt, ...) printf_like(2, 3);

/*
 * Arms a watchdog of the current domain, or disarms it with 0 seconds; id 0
 * takes a free one.  Its number, 0 when it had one, -EINVAL or -ENOSPC.
 */
int must_check domain_watchdog(struct domain *d, u32 id, u32 seconds);

/* Ends the machine: power off, reboot, or halt where neither works. */
void noreturn machine_poweroff(void);
void noreturn machine_reboot(void);
