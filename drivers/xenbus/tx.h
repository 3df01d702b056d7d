/* SPDX-License-Identifier: MIT */
/*
 * tx.h - transactions.
 *
 * One works on a tree of its own, shared until it writes, and keeps a list of
 * what it looked at and did.  At its end what it looked at must be unchanged;
 * then what it did is done again, on the tree of all.
 */
#ifndef XENBUS_TX_H
#define XENBUS_TX_H

#include "store.h"

/* What a transaction looked at, or did. */
struct tx_op {
	struct list node;
	u32 type;		/* XS_READ: it only looked */
	u64 changed;		/* the node's number at its start, 0: none */
	u32 len;		/* of the data behind the path */
	char path[];		/* with NUL, then the data */
};

struct store_tx {
	struct list node;
	u32 id;
	struct tree base, tree;		/* as it began, and as it is */
	struct tree_user user;
	struct list ops;
	u32 nr_ops, bytes;
	bool lost;		/* it ends in vain */
};

/* -ENOSPC: it has too many; -ENOMEM. */
int tx_begin(struct store_conn *c, const struct tree *t, u32 nodes,
	     struct store_tx **out);
struct store_tx *tx_find(struct store_conn *c, u32 id);
/* Takes down what is asked, before it is done: -ENOSPC, -ENOMEM. */
int tx_note(struct store_conn *c, struct store_tx *tx, u32 type,
	    const char *path, const void *data, u32 len);
/* What was noted last ended with RC, returned: an error did nothing. */
int tx_did(struct store_tx *tx, int rc);
bool tx_unchanged(const struct store_tx *tx, const struct tree *now);
void tx_free(struct store_conn *c, struct store_tx *tx);
/* After a request of C: when they hold too much, some are lost, C's first. */
void txs_bound(struct store_conn *c, struct list *conns,
	       const struct tree *now);

#endif
