/* SPDX-License-Identifier: MIT */
/*
 * link.h - one request to the store at a time, and the events that come.
 */
#ifndef XENBUS_LINK_H
#define XENBUS_LINK_H

#include <abi/io/xs_wire.h>

#include <lib.h>

/*
 * Makes a request of n pieces and waits for its answer, at most some seconds.
 * The answer's length, of which size bytes were copied; or the negated error
 * that the store gave; -ENODEV, -ETIMEDOUT.
 */
struct piece {
	const void *data;
	size_t len;
};

int link_request(u32 type, u32 tx, const struct piece *pieces, unsigned int n,
		 void *out, size_t size);

/* Given by client.c: an event has come, for the watch with this token. */
void link_event(const char *token);

/* Given by client.c: the server is another, and knows none of our watches. */
void link_anew(void);

/* False: there is no store. */
bool link_start(void);

#endif
