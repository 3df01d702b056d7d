/* SPDX-License-Identifier: MIT */
/*
 * xenbus.h - the store, as drivers use it.
 *
 * Blocking calls for threads, with interrupts on.  In a plain domain they ask
 * domain 0's server through the domain's store page; in domain 0 they go to the
 * server directly.  Paths without a leading slash are below the domain's own
 * place.
 *
 * Errors are negated numbers of lib.h: what the server answered (the words of
 * abi/doc/store.md); -ENODEV, there is no store; -ETIMEDOUT, no answer for 5 s;
 * -E2BIG, a request of more than 4096 bytes; -EIO, the server breaks the rules.
 * What does not return a value returns 0.
 */
#ifndef XENBUS_H
#define XENBUS_H

#include <abi/io/xenbus.h>

#include <lib.h>

#define XS_NONE		0u		/* no transaction */
#define XS_PATH		256		/* room for a path that we make */

/* Is there a store?  Waits for the server's first answer, at most 5 s. */
bool xs_ready(void);

/*
 * The value, with a NUL behind it; its length, or an error: -ENOENT, -EACCES,
 * -E2BIG when it does not fit size.
 */
int xs_read(u32 tx, const char *path, char *buf, size_t size);
int xs_write(u32 tx, const char *path, const char *value);
/* At most 255 bytes: what is beyond is cut off. */
int xs_printf(u32 tx, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A number, in decimal; or fallback when there is none. */
u64 xs_read_number(u32 tx, const char *path, u64 fallback);
/* Also if it is there already. */
int xs_mkdir(u32 tx, const char *path);
/* With all below it; also if it is not there, but its parent is. */
int xs_rm(u32 tx, const char *path);
/*
 * Names of the children, one after the other, each with a NUL: how many.
 * -E2BIG when they do not fit size.
 */
int xs_directory(u32 tx, const char *path, char *buf, size_t size);
/*
 * "n1", "b0", "r3": the owner, then who else may what; n of them, of at most
 * 128 bytes together, else -E2BIG.
 */
int xs_set_perms(u32 tx, const char *path, const char *const *perms,
		 unsigned int n);

/* -EAGAIN at the end: somebody else was faster, so do it all again. */
int xs_begin(u32 *tx);
int xs_end(u32 tx, bool abort);

/*
 * Calls fn in the store's thread, once at once and whenever something at or
 * below path changes: several changes may make one call, so fn looks for
 * itself.  It may use all calls above.
 */
struct xs_watch {
	/* client.c's own: */
	struct list node, event;
	bool due;			/* it is in the list of events */
	bool named;			/* the server knows it */
	char path[XS_PATH];
	void (*fn)(struct xs_watch *w);
	void *arg;
};

/* W is the caller's, who sets path, fn and arg, and keeps it while it lasts. */
int xs_watch(struct xs_watch *w);
/* fn does not run any more when this returns, unless it is fn that calls. */
void xs_unwatch(struct xs_watch *w);

/* ---- Split drivers ------------------------------------------------------ */

/* The state of one end: dir/state; XenbusStateUnknown when there is none. */
enum xenbus_state xenbus_state(const char *dir);
/* -ENOENT: there is no such place any more. */
int xenbus_set_state(const char *dir, enum xenbus_state state);

/*
 * A device of either end.  probe is called in the store's thread for each that
 * is below backend/KIND/DOMID/HANDLE (a back end, in domain 0) or device/KIND/
 * HANDLE (a front end): not 0, and it is left alone.  changed: whenever the
 * other end's state changes; gone: when its place is gone, before DEV is freed.
 */
struct xenbus_device {
	struct list node;
	u32 domid, handle;		/* the other end's domain; the number */
	char dir[XS_PATH];		/* ours */
	char other[XS_PATH];		/* the other end's */
	void *priv;			/* the driver's */
};

struct xenbus_driver {
	struct list node;
	const char *kind;		/* "vif" */
	int (*probe)(struct xenbus_device *dev);
	void (*changed)(struct xenbus_device *dev, enum xenbus_state other);
	void (*gone)(struct xenbus_device *dev);
};

void xenbus_backend(struct xenbus_driver *drv);
/* A front end: devices below device/KIND of our own place. */
void xenbus_frontend(struct xenbus_driver *drv);

/*
 * Starts the store's threads, after all drivers have been named; returns when
 * the store has answered, which may take as long as domain 0 needs to start.
 */
void xenbus_start(void);

/* The shell's "add" and "del" of a domain's network card. */
void vif_command(char *args);

/* The shell's: ls, read, write, rm. */
void cmd_store(char *args);

/* A domain may have come or gone: from anywhere. */
void xenbus_domains_changed(void);

#endif
