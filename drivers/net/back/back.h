/* SPDX-License-Identifier: MIT */
/*
 * back.h - the back end of vifs: one of them, and who does what with it.
 *
 * One thread serves all vifs in turn, each a bounded piece; senders (the
 * bridge) fill a vif's receive ring in their own thread.  The two rings are
 * written by a guest that may do so at any time: indices are read once and
 * checked against ours, which are kept here; a slot is copied before it is
 * looked at.
 *
 * Key letters: [B] under back_lock; [R] under back_rx_lock; [I] with interrupts
 * off, or set in one store; constant otherwise.  Order: back_lock, the bridge's
 * lock, back_rx_lock.
 */
#ifndef BACK_H
#define BACK_H

#include <hcall/event.h>
#include <hcall/grant.h>
#include <netdev.h>
#include <pte.h>
#include <thread.h>

#include <vif_ring.h>

struct ring_page {
	void *page;
	grant_handle_t handle;
};

struct vif {
	struct netdev dev;
	struct xenbus_device *xdev;
	struct list node;		/* [B] */
	u8 mac[ETH_ADDRESS];		/* all that the guest may send from */

	struct ring_page tx_page;	/* [B] */
	struct ring_page rx_page;	/* [R] */
	struct netif_tx_sring *tx;	/* [B] NULL: not connected */
	struct netif_rx_sring *rx;	/* [R] NULL: not connected */
	evtchn_port_t port;		/* [B], [R] */
	struct netdev_kick kick;
	u32 tx_cons;			/* [B] requests answered so far */
	u32 rx_cons;			/* [R] likewise */
	struct list queue;		/* [R] what waits for requests */
	unsigned int nr_queued;		/* [R] */
	bool csum;			/* [R] checksums may be blank */
	bool sg;			/* [R] packets may have pieces */
	bool gso;			/* [R] ... and a gso_size */

	/* Bytes in a period, and what is left of them; 0: no limit. */
	u64 rate_bytes, rate_period;
	u64 credit, credit_at;		/* [B] */
	u64 wait_until;			/* [B] 0: it need not wait */

	bool kicked;			/* [I] */
	const char *broken;		/* [I] the rule that the guest broke */
	enum xenbus_state state;	/* [B] what we have said */
	u64 said_at;			/* [B] when we last complained */
	u64 spoofed, copies, calls;	/* [B] packets refused, ... */
};

extern struct mutex back_lock, back_rx_lock;
extern unsigned int back_vifs;		/* [B]; to fall, [R] as well */

/* The thread has something to do, for V.  From anywhere. */
void back_kick(struct vif *v);
/* The guest has broken a rule: the thread will end the connection. */
void back_break(struct vif *v, const char *why);

/* tx.c: a bounded piece of what the guest sends; true: there is more.  [B] */
bool back_tx(struct vif *v);

/* rx.c: netdev.send; what waits, as far as there are requests.  [R] */
int back_send(struct netdev *dev, struct list *bufs);
void back_rx(struct vif *v);

#endif
