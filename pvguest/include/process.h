/* SPDX-License-Identifier: MIT */
/*
 * process.h - programs in user mode, each with one thread and its own space.
 */
#ifndef PVGUEST_PROCESS_H
#define PVGUEST_PROCESS_H

#include <mm.h>
#include <thread.h>

/* How a process ended: the status it gave, or this and the vector. */
#define STATUS_KILLED	0x100

struct process {
	struct list all;	/* interrupts off */
	int pid;
	char name[16];
	struct space space;
	struct thread *thread;	/* NULL once it has ended */
	struct waitq ended;
	int status;
	bool killed;		/* on its way to user mode, end it */
	bool detached;		/* nobody waits: the reaper does */
	u64 on_fault;		/* where to go on instead of dying, or 0 */
};

extern struct list processes;

/* Start the program NAME with a line of arguments; pid or an error. */
int process_start(const char *name, const char *args, bool detached);
/* Wait for its end and take it away; its status or -ESRCH. */
int process_wait(int pid);
int process_kill(int pid);
void process_exit(int status) __attribute__((noreturn));
void process_init(void);

/* Put the ELF file in IMAGE into S; 0 and its entry, or an error. */
int elf_load(struct space *s, const char *image, size_t size, u64 *entry);

/* Files of the ramdisk, a newc cpio. */
struct file {
	const char *name;
	const char *data;
	size_t size;
};

/* The archive is checked whole: -EINVAL, with a message, if it is corrupt. */
int ramdisk_init(const void *start, size_t size);
bool ramdisk_find(const char *name, struct file *f);
/* The file at *POS; moves on.  False after the last one. */
bool ramdisk_next(size_t *pos, struct file *f);

#endif
