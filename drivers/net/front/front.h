/* SPDX-License-Identifier: MIT */
/*
 * front.h - the front end of a vif: one of them.
 *
 * Every buffer that the back end may reach has a grant of its own for as long
 * as it is in a ring; its reference belongs to the place in our tables, whose
 * number is the request's id.  The back end is not trusted either: ids, sizes
 * and indices are checked against these tables.
 *
 * Key letters: [F] under lock; [I] with interrupts off; constant otherwise.
 */
#ifndef FRONT_H
#define FRONT_H

#include <hcall/event.h>
#include <hcall/grant.h>
#include <netdev.h>
#include <pte.h>
#include <thread.h>
#include <vif_ring.h>

#define FRONT_SLOTS	256u
_Static_assert(NETIF_TX_SLOTS == FRONT_SLOTS && NETIF_RX_SLOTS == FRONT_SLOTS,
	       "as many places as slots");

/* A buffer for each request that is out; the free ids are a stack. */
struct front_table {
	struct {
		struct netbuf *b;	/* [F] NULL: free */
		grant_ref_t ref;	/* [F] */
	} at[FRONT_SLOTS];
	u16 ids[FRONT_SLOTS];		/* [F] */
	unsigned int nr_free;		/* [F] */
};

struct front {
	struct netdev dev;
	struct list node;		/* by the store's thread */
	struct xenbus_device *xdev;	/* NULL: its place is gone */
	u32 handle;
	char dir[XS_PATH];		/* ours */
	struct mutex lock;
	struct waitq wait;
	bool event;			/* [I] */
	bool connected;			/* [F] */
	const char *broken;		/* [F] the rule that was broken */
	bool registered;		/* by the store's thread */

	struct netif_tx_sring *tx;	/* [F] pages that last */
	struct netif_rx_sring *rx;	/* [F] */
	grant_ref_t tx_ref, rx_ref;	/* [F] */
	evtchn_port_t port;		/* [F] */
	struct netdev_kick kick;
	u32 tx_prod, tx_cons;		/* [F] requests; responses */
	u32 rx_prod, rx_cons;		/* [F] likewise */
	struct front_table out, in;
	struct list queue;		/* [F] packets that wait for a slot */
	unsigned int nr_queued;		/* [F] */
	struct netbuf *part, *last;	/* [F] of a packet that is not whole */
	unsigned int nr_parts;		/* [F] */
	u16 gso_size;			/* [F] */
	bool skip;			/* [F] the rest of it is not wanted */
	bool sg;			/* [F] packets may have several parts */
	bool gso;			/* [F] ... and a gso_size */
	u16 rx_ids[FRONT_SLOTS];	/* [F] by slot, which extras tell not */
};

/* path.c, all [F]. */
void table_init(struct front_table *t);
/* False: the other end uses the page still, which is then lost. */
bool table_end(struct front_table *t, u16 id);
/* Buffers for what comes; packets that wait; what was sent is given back. */
void front_fill(struct front *f);
void front_send_queue(struct front *f);
void front_reclaim(struct front *f);
/* A batch of what has come; true: there may be more. */
bool front_receive(struct front *f, struct list *bufs);
/* netdev.send: takes the lock. */
int front_send(struct netdev *dev, struct list *bufs);

#endif
