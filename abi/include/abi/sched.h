/* SPDX-License-Identifier: MIT */
/*
 * sched.h - hypercall sched_op(cmd, arg): giving the CPU away, and stopping.
 */
#ifndef ABI_SCHED_H
#define ABI_SCHED_H

#include <abi/types.h>
#include <abi/event_channel.h>

#define SCHEDOP_yield		0	/* arg: none */
#define SCHEDOP_block		1	/* arg: none; unmasks upcalls first */
#define SCHEDOP_shutdown	2	/* arg: sched_shutdown */
#define SCHEDOP_poll		3	/* arg: sched_poll */
#define SCHEDOP_remote_shutdown	4	/* arg: sched_remote_shutdown */
#define SCHEDOP_shutdown_code	5	/* arg: sched_shutdown; stays up */
#define SCHEDOP_watchdog	6	/* arg: sched_watchdog */
#define SCHEDOP_pin_override	7	/* arg: sched_pin_override */

#define SHUTDOWN_poweroff	0
#define SHUTDOWN_reboot		1
#define SHUTDOWN_suspend	2
#define SHUTDOWN_crash		3
#define SHUTDOWN_watchdog	4	/* given by the hypervisor only */
#define SHUTDOWN_soft_reset	5
#define SHUTDOWN_MAX		5

#ifndef __ASSEMBLY__
struct sched_shutdown {
	uint32_t reason;		/* SHUTDOWN_ */
};
ABI_SIZE(struct sched_shutdown, 4);

/*
 * Sleep until one of the ports is pending, masked or not, or until a time.
 * Upcalls must be masked.
 */
struct sched_poll {
	evtchn_port_t *ports;		/* linear address */
	uint32_t nr_ports;		/* at most 128 */
	uint64_t timeout;		/* system time, ns; 0: none */
};
ABI_SIZE(struct sched_poll, 24);
ABI_OFFSET(struct sched_poll, timeout, 16);

struct sched_remote_shutdown {
	domid_t domain_id;
	uint32_t reason;		/* SHUTDOWN_ */
};
ABI_SIZE(struct sched_remote_shutdown, 8);

/* id 0 arms a new one, whose number (1 or 2) is returned. */
struct sched_watchdog {
	uint32_t id;
	uint32_t timeout;		/* s; 0 disarms */
};
ABI_SIZE(struct sched_watchdog, 8);

struct sched_pin_override {
	int32_t pcpu;			/* negative: undo */
};
ABI_SIZE(struct sched_pin_override, 4);
#endif

#endif
