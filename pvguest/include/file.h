/* SPDX-License-Identifier: MIT */
/*
 * file.h - what a process has open: the console, files of the ramdisk, pipes,
 * sockets.
 *
 * Key letters: [I] changed with interrupts off; constant otherwise.
 */
#ifndef PVGUEST_FILE_H
#define PVGUEST_FILE_H

#include <lib.h>

struct process;
struct open_file;

/* A file of the ramdisk, a newc cpio. */
struct file {
	const char *name;
	const char *data;
	size_t size;
};

/* TO and FROM are addresses of P's.  Each returns a count or an error. */
struct file_ops {
	s64 (*read)(struct open_file *f, struct process *p, u64 to, u64 n);
	s64 (*write)(struct open_file *f, struct process *p, u64 from, u64 n);
	/* POLL: what it is ready for.  NULL: always, for all it does. */
	unsigned int (*poll)(struct open_file *f);
	void (*close)(struct open_file *f);
};

#define POLLIN		1
#define POLLOUT		4
#define POLLERR		8
#define POLLHUP		16
#define POLLNVAL	32

/* What dup() and fork() share. */
struct open_file {
	const struct file_ops *ops;
	unsigned int count;	/* [I] */
	struct file file;	/* of the ramdisk */
	u64 at;			/* the place in it */
	struct pipe *pipe;
	void *priv;		/* a socket's */
};

#define FD_MAX	16

/* A new one, with one reference; NULL if there is no memory. */
struct open_file *file_make(const struct file_ops *ops);
struct open_file *file_get(struct open_file *f);
void file_put(struct open_file *f);
/* P's, or NULL; its lowest free descriptor, or -EMFILE. */
struct open_file *file_of(const struct process *p, u64 fd);
s64 fd_free(const struct process *p);
/* A file is ready that was not: for who polls it. */
void poll_wake(void);
/* The console, with one reference. */
struct open_file *console_file(void);
/* By name: 0 and *F, or an error. */
int file_open(const char *name, unsigned int flags, struct open_file **f);
/* F[0] is read, F[1] is written. */
int pipe_make(struct open_file **f);

/* The archive is checked whole: -EINVAL, with a message, if it is corrupt. */
int ramdisk_init(const void *start, size_t size);
bool ramdisk_find(const char *name, struct file *f);
/* The file at *POS; moves on.  False after the last one. */
bool ramdisk_next(size_t *pos, struct file *f);

#endif
