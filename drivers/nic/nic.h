/* SPDX-License-Identifier: MIT */
/*
 * nic.h - what the drivers of NICs have in common: a thread that receives, the
 * lock of those who send, and the device's reset when it breaks the rules.
 *
 * Key letters: [I] changed with interrupts off; [T] by the thread; [S] under
 * tx_lock; constant otherwise.
 */
#ifndef NIC_H
#define NIC_H

#include <netdev.h>
#include <pci.h>
#include <thread.h>

struct nic;

struct nic_ops {
	/* Set the device to work, or stop it, which frees all buffers.  [S] */
	int (*start)(struct nic *n);
	void (*stop)(struct nic *n);
	/* Give the device buffers: false if there are too few.  [T] */
	bool (*fill)(struct nic *n);
	/* Add one packet that came to BUFS: false if there was none.  [T] */
	bool (*receive)(struct nic *n, struct list *bufs);
	/* Whether receive would have one. */
	bool (*pending)(struct nic *n);
	/* Interrupts of what is received. */
	void (*interrupt)(struct nic *n, bool on);
	/* Take back what was sent.  [S] */
	void (*reclaim)(struct nic *n);
	/*
	 * Queue one packet: or it is the caller's still, -EAGAIN: there will be
	 * room for it, other errors: there never will.  [S]
	 */
	int (*send)(struct nic *n, struct netbuf *b);
	/* Show what was queued to the device; true if it was told.  [S] */
	bool (*kick)(struct nic *n);
	bool (*link)(struct nic *n);
	/* The device has done what it must not, or asks to be reset. */
	bool (*broken)(struct nic *n);
};

struct nic {
	struct netdev dev;
	struct pci_device *pci;
	const struct nic_ops *ops;
	struct list node;		/* [I] */
	struct mutex tx_lock;
	struct list queue;		/* [S] packets that wait for room */
	unsigned int nr_queued;		/* [S] */
	struct waitq wait;
	bool event;			/* [I] an interrupt came */
	bool look;			/* [I] at the link */
	bool reset;			/* [I] somebody wants one */
	bool dead;			/* [S] it could not be started again */
};

/*
 * Start the device, which N describes, and its thread: 0, or an error, after
 * which nothing of it goes on.
 */
int nic_start(struct nic *n, struct pci_device *pci);

/* From an interrupt: something was received; something of the link changed. */
void nic_received(struct nic *n);
void nic_link_changed(struct nic *n);

#endif
