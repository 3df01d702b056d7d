/* SPDX-License-Identifier: MIT */
/*
 * server.h - the store's server in domain 0, and domain 0's own way to it.
 */
#ifndef XENBUS_SERVER_H
#define XENBUS_SERVER_H

#include <thread.h>

#include "store.h"

/* Held by whoever calls into store.c. */
extern struct mutex store_lock;

/* Starts the server's thread: false when this is not domain 0 of Sluice. */
bool server_start(void);

#endif
