/* SPDX-License-Identifier: MIT */
/*
 * process.h - programs in user mode, each with one thread and its own space.
 *
 * Key letters: [I] changed with interrupts off; [O] by its own thread, or
 * before that runs; constant otherwise.
 */
#ifndef PVGUEST_PROCESS_H
#define PVGUEST_PROCESS_H

#include <file.h>
#include <mm.h>
#include <regs.h>
#include <thread.h>

/* How a process ended: the status it gave, or this and the vector. */
#define STATUS_KILLED	0x100
/* ... or this: not by a fault. */
#define STATUS_ENDED	0x200

#define PROCESSES_MAX	64	/* at a time */
#define JOB_MAX		40	/* of one job */
#define REFUSED_MAX	100	/* forks in a row, and the job is ended */

/* A line of the shell's and all that came out of it. */
struct job {
	int id;			/* the pid of its first process */
	unsigned int count;	/* [I] processes, and who has a hold on it */
	unsigned int refused;	/* [I] forks in a row, for want of a process */
};

struct process {
	struct list all;	/* [I] */
	int pid;
	char name[16];		/* [O] */
	struct job *job;
	struct process *parent;	/* [I] or NULL: the kernel's */
	struct waitq children;	/* [I] waits for one of them to end */
	struct space *space;	/* [O] NULL once it has ended */
	struct thread *thread;	/* [I] likewise */
	struct open_file *files[FD_MAX];	/* [O] */
	int status;		/* [O] */
	bool killed;		/* [I] on its way to user mode, end it */
	bool detached;		/* [I] nobody waits: the reaper does */
	u64 on_fault;		/* [O] where to go on, or 0: die */
};

extern struct list processes;		/* [I] */

/* A command line: words with a NUL after each. */
#define ARGS_SIZE	1024
#define ARGS_MAX	64

struct args {
	unsigned int count;
	size_t size;		/* of the text in use */
	char text[ARGS_SIZE];
};

/* -E2BIG if it does not fit. */
int args_add(struct args *args, const char *word, size_t len);
/* Words apart by spaces. */
int args_add_line(struct args *args, const char *line);

/*
 * A space with the program that args name first, and *REGS to begin at; or an
 * error, and nothing.  The caller starts it.
 */
int program_load(const struct args *args, struct space **space,
		 struct regs *regs);

/* With a hold on it; job_put() gives that up. */
struct job *job_make(void);
void job_put(struct job *job);

/* How the kernel starts a program. */
struct spawn {
	const struct args *args;
	struct job *job;	/* to be a part of */
	struct open_file *in, *out;	/* or NULL: the console */
	bool detached;
};

/* The pid or an error. */
int process_spawn(const struct spawn *how);
/* The same for NAME with a line of words, on the console. */
int process_start(const char *name, const char *line, bool detached);
/* Wait for its end and take it away; its status or -ESRCH. */
int process_wait(int pid);
int process_kill(int pid);
/* 0 or -ESRCH. */
int process_alive(int pid);
/* All of a job; how many. */
unsigned int job_kill(int id);
void process_init(void);

/* Of the current one, for itself. */
int process_fork(const struct regs *regs);
int process_exec(const struct args *args, struct regs *regs);
/* A child that has ended, PID or -1: any; 0: none yet and not to wait. */
int process_wait_child(int pid, bool wait, int *status);
void process_exit(int status) __attribute__((noreturn));

/* Put the ELF file in IMAGE into S; 0 and its entry, or an error. */
int elf_load(struct space *s, const char *image, size_t size, u64 *entry);

/* A string of P's into BUF: its length, -EFAULT, or -ENAMETOOLONG. */
s64 string_in(struct process *p, char *buf, u64 from, size_t size);

#endif
