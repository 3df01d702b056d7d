/* SPDX-License-Identifier: MIT */
/*
 * io/xenbus.h - states of a split driver's two ends, kept in the store.
 *
 * In the node "state" of each end's place, as a decimal number.  Only that end
 * writes its own; the other one watches it.  The order: abi/doc/net.md.
 */
#ifndef ABI_IO_XENBUS_H
#define ABI_IO_XENBUS_H

#ifndef __ASSEMBLER__
enum xenbus_state {
	XenbusStateUnknown = 0,		/* there is no such node */
	XenbusStateInitialising = 1,	/* also: begin anew */
	XenbusStateInitWait = 2,	/* back end waits for details */
	XenbusStateInitialised = 3,	/* front end has given them */
	XenbusStateConnected = 4,
	XenbusStateClosing = 5,		/* lets go of what was lent */
	XenbusStateClosed = 6,		/* has let go */
	XenbusStateReconfiguring = 7,	/* these two: not in use here */
	XenbusStateReconfigured = 8,
};
#endif

#endif
