/* SPDX-License-Identifier: MIT */
/*
 * store.h - the store (abi/doc/store.md), for a domain that is not domain 0.
 *
 * One request at a time: a guest with several vCPUs takes a lock of its own.
 * A request waits for its answer, for as long as domain 0 may need to start;
 * upcalls are masked while it sleeps.  The store's port stays masked: these
 * functions clear it, and nobody else may.  Call hc_event_init() first.
 */
#ifndef HCALL_STORE_H
#define HCALL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <abi/event_channel.h>
#include <abi/io/xs_wire.h>

/* The port by which the store announces news; 0: there is no store. */
evtchn_port_t hc_store_port(void);

/*
 * Any request (XS_ of <abi/io/xs_wire.h>) without a transaction: PATH with its
 * NUL, then LEN bytes at DATA.  Paths without a leading slash are below the
 * domain's own place.  The answer's length, of which SIZE bytes were copied to
 * OUT; or
 *  -XEN_ENODEV  this domain has no store
 *  -XEN_E2BIG   the request is longer than 4096 bytes
 *  -XEN_EIO     the server breaks the rules of its rings
 *  or what the server answered: -XEN_ENOENT, -XEN_EACCES and so on
 */
int hc_store_request(unsigned int type, const char *path, const void *data,
		     size_t len, void *out, size_t size);

/*
 * The value at PATH, with a NUL behind it; its length.  -XEN_E2BIG: it does not
 * fit SIZE bytes.
 */
int hc_store_read(const char *path, char *buf, size_t size);

/* The decimal number at PATH, or FALLBACK where there is none. */
uint64_t hc_store_number(const char *path, uint64_t fallback);

/* Set the value at PATH, of at most 255 bytes.  0 or an error, as above. */
int hc_store_printf(const char *path, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Watch PATH and all below it.  0 or an error. */
int hc_store_watch(const char *path);

/*
 * Has anything changed that is watched, since this was asked last?  A fresh
 * watch counts as a change.  Waits until system time DEADLINE; 0: does not.
 */
bool hc_store_changed(uint64_t deadline);

#endif
