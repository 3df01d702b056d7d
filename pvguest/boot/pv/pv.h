/* SPDX-License-Identifier: MIT */
/*
 * pv.h - between the parts of the PV back end.
 */
#ifndef PVGUEST_PV_H
#define PVGUEST_PV_H

#include <boot.h>
#include <device.h>

/* CPU and traps */
void pv_trap_init(void);
void pv_enter(const struct regs *regs) __attribute__((noreturn));
void pv_user_regs(struct regs *regs, u64 rip, u64 rsp);

/* Page tables */
/* Map all of memory and protect it; say in BOOT what is free.  False, and a
 * message: too little of it. */
bool pv_memory_init(struct boot_info *boot);
u64 pv_pte_make(u64 pfn, u64 flags);
u64 pv_pte_pfn(u64 pte);
/* The batch, as the command line wants it: all before is in multicalls. */
void pv_pt_init(void);
void pv_pt_write(u64 *entry, u64 pte);
void pv_pt_link(u64 *entry, u64 pte);
void pv_pt_invlpg(u64 va);
void pv_pt_write_run(u64 *entry, const u64 *ptes, unsigned int n);
void pv_pt_flush(void);
void pv_pt_commit(void);
void pv_pt_defer(void);
void pv_pt_table(u64 pfn, bool on);
void pv_pt_root(u64 pfn, bool on);
void pv_user_switch(u64 root, void *stack_end);

/* Interrupts */
void pv_irq_early(void);
void pv_irq_init(void);
bool pv_irq_save(void);
void pv_irq_restore(bool were_off);
void pv_self_init(void (*fn)(void));
void pv_self_send(void);

/* Devices */
extern const struct device_ops pv_device_ops;

/* Time, console, idle, power */
void pv_time_init(void);
u64 pv_wallclock(void);
void pv_timer_set(u64 deadline);
void pv_console_init(void);
size_t pv_console_read(char *buf, size_t size);
/* What is typed goes to that domain from now on: 0 or an error. */
long pv_console_focus(unsigned short domid);
void pv_dom(char *args);
/* Start those again that ask for it. */
void pv_dom_watch(void);
/* Do what domain 0 wishes of this domain. */
void pv_balloon_start(void);
void pv_idle(void);
void pv_idle_over(void);
void pv_power_off(void) __attribute__((noreturn));
void pv_reboot(void) __attribute__((noreturn));
void pv_crash(void) __attribute__((noreturn));

#endif
