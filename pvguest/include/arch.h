/* SPDX-License-Identifier: MIT */
/*
 * arch.h - all that the kernel asks of the machine below it.
 *
 * A back end (boot/NAME) enters kernel_main() with a table of these functions
 * and calls trap(), timer_interrupt() and console_interrupt().  Nothing
 * else in the kernel knows where it runs.
 */
#ifndef PVGUEST_ARCH_H
#define PVGUEST_ARCH_H

#include <lib.h>
#include <regs.h>

#define BOOT_RANGES	16

/* Page numbers START to END - 1. */
struct range {
	u64 start, end;
};

struct boot_info {
	u64 nr_pages;		/* mapped in the linear part, from page 0 */
	bool zeroed;		/* what is free is all zero */
	u64 unused_pages;	/* there, but beyond what we can map */
	struct range free[BOOT_RANGES];	/* what of them is nobody's */
	u64 root;		/* page of the kernel's top table */
	const char *cmdline;
	const void *ramdisk;	/* one given at boot, or NULL */
	size_t ramdisk_size;
};

struct device_ops;

struct arch_ops {
	/* Under what: for messages. */
	const char *(*place)(void);

	/*
	 * Interrupts of this CPU.  irq_save returns whether they were off
	 * already; irq_restore(false) lets in what came meanwhile.
	 */
	bool (*irq_save)(void);
	void (*irq_restore)(bool were_off);

	/* Load REGS and go there, interrupts as REGS->rflags says. */
	void (*enter)(const struct regs *regs) __attribute__((noreturn));
	/* A state for enter(): user mode at RIP with RSP. */
	void (*user_regs)(struct regs *regs, u64 rip, u64 rsp);
	/* What user mode finds next: its tables, and the kernel's stack. */
	void (*user_switch)(u64 root, void *stack_end);
	u64 (*fault_address)(void);

	/*
	 * Page tables.  An entry of a table in use is changed by pt_write
	 * only, which may put it off until pt_commit: until then it reads
	 * as it was.  All of them keep their order.
	 */
	u64 (*pte_make)(u64 pfn, u64 flags);
	u64 (*pte_pfn)(u64 pte);
	void (*pt_write)(u64 *entry, u64 pte);
	/* The same for a table that has tables below it. */
	void (*pt_link)(u64 *entry, u64 pte);
	/* N entries in a row of one table. */
	void (*pt_write_run)(u64 *entry, const u64 *ptes, unsigned int n);
	void (*pt_invlpg)(u64 va);
	/* The same for all that user mode can reach now. */
	void (*pt_flush)(void);
	void (*pt_commit)(void);
	/* As commit, but may wait until user mode or the next commit. */
	void (*pt_defer)(void);
	/* A page becomes a table (in use soon), or is one no longer. */
	void (*pt_table)(u64 pfn, bool on);
	/* A top table of a process is ready; is to be taken apart. */
	void (*pt_root)(u64 pfn, bool on);

	/* Time in ns since some start, and seconds since 1970. */
	u64 (*time)(void);
	u64 (*wallclock)(void);
	/* timer_interrupt() at that time, once; replaces the one before. */
	void (*timer_set)(u64 deadline);

	void (*console_write)(const char *buf, size_t len);
	size_t (*console_read)(char *buf, size_t size);

	/* For drivers (device.h); NULL: none. */
	const struct device_ops *devices;

	/* With interrupts off: sleep until there is one, let it in, return. */
	void (*idle)(void);

	void (*power_off)(void) __attribute__((noreturn));
	void (*reboot)(void) __attribute__((noreturn));
	void (*crash)(void) __attribute__((noreturn));

	/* There are threads now: start those of the back end, if any. */
	void (*start_threads)(void);

	/* The shell's command `dom'; NULL where there are no domains. */
	void (*dom)(char *args);

	/*
	 * For figures: a call into what is below that does nothing, and an
	 * interrupt sent to oneself, which calls FN.  NULL if there is none.
	 */
	void (*null_call)(void);
	void (*self_init)(void (*fn)(void));
	void (*self_send)(void);
	/* And how page tables can be changed: bench.h. */
	const struct bench_place *bench;
};

extern const struct arch_ops *arch;

/* Entered once, on the boot stack, with interrupts off. */
void kernel_main(const struct boot_info *boot) __attribute__((noreturn));

/* Entered with interrupts off, from anywhere they were on. */
void trap(struct regs *regs);		/* exceptions */
void syscall(struct regs *regs);
void timer_interrupt(void);
void console_interrupt(void);
void irq_done(struct regs *regs);	/* after all pending ones */

static inline bool irq_save(void)
{
	return arch->irq_save();
}

static inline void irq_restore(bool were_off)
{
	arch->irq_restore(were_off);
}

#endif
