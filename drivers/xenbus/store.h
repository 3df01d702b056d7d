/* SPDX-License-Identifier: MIT */
/*
 * store.h - the store's server: requests, transactions, watches, quotas.
 *
 * Knows the protocol's messages and no ring: server.c brings requests and takes
 * replies away.  Its callers hold store_lock (server.h).
 *
 * Everything in a request is hostile.  A domain can make the server keep only
 * so much: nodes, watches, transactions, messages that it does not fetch; then
 * it gets an error, or waits.
 */
#ifndef XENBUS_STORE_H
#define XENBUS_STORE_H

#include <abi/io/xs_wire.h>

#include "tree.h"

#define STORE_NODES	1000u	/* of a domain, but for domain 0 */
#define STORE_WATCHES	128u
#define STORE_TXS	10u	/* transactions at a time */
#define STORE_TX_OPS	512u	/* paths that a transaction looks at */
#define STORE_TX_BYTES	(256 * KIB)	/* in all transactions of a domain */
#define STORE_TX_KEPT	(2 * MIB)	/* all of them, beside the tree */
#define STORE_QUEUE	(64 * KIB)	/* bytes that wait for a domain */

/* One domain that talks to the store, or domain 0's own drivers. */
struct store_conn {
	struct list node;		/* of all */
	u32 domid;
	u32 nodes;			/* that it owns */
	u32 nr_watches, nr_txs, next_tx;
	u32 tx_bytes;			/* that its transactions hold */
	struct list watches, txs;
	/*
	 * A message for it; data has hdr->len bytes and is copied.  False: no
	 * more room, and an event is lost.
	 */
	bool (*send)(struct store_conn *c, const struct xsd_sockmsg *hdr,
		     const void *data);
	bool told_full;			/* an event was lost: said once */
};

int store_init(void);

/* Begins, ends; fires @introduceDomain, @releaseDomain. */
void store_connect(struct store_conn *c, u32 domid);
void store_disconnect(struct store_conn *c);
/* A domain's nodes go when it is gone. */
void store_forget(u32 domid);

/* Serves one request; data has hdr->len bytes, and is overwritten. */
void store_request(struct store_conn *c, const struct xsd_sockmsg *hdr,
		   char *data);

/*
 * A value that domain 0 puts in for a domain, which owns it; reader may read it
 * as well.
 */
int store_put(const char *path, const char *value, u32 owner, u32 reader);

void store_remove(const char *path);

/* For what domain 0 alone may ask for and needs the machine: or NULL. */
extern int (*store_introduce)(u32 domid);
extern int (*store_release)(u32 domid);

#endif
