/* SPDX-License-Identifier: MIT */
/*
 * watch.h - who wants to hear of which changes.
 */
#ifndef XENBUS_WATCH_H
#define XENBUS_WATCH_H

#include "store.h"

/*
 * path is absolute, or a name that begins with @; token comes back in every
 * event.  relative: it was given without the domain's own place, and is shown
 * so.  -EEXIST, -ENOSPC, -ENOMEM; -ENOENT.
 */
int watch_add(struct store_conn *c, const char *path, const char *token,
	      bool relative);
int watch_del(struct store_conn *c, const char *path, const char *token);
void watch_del_all(struct store_conn *c);

/* The first event of the watch that was added last: nothing has happened. */
void watch_first(struct store_conn *c);

/*
 * Something at path changed: tells who watches it or what is above it, and may
 * see it; with below, also who watches something below it, which goes.
 */
void watch_fire(struct list *conns, const struct tree *t, const char *path,
		bool below);
void watch_fire_special(struct list *conns, const char *name);

#endif
