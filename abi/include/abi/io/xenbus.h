/* SPDX-License-Identifier: MIT */
/*
 * io/xenbus.h - states of a split driver's two ends, kept in the store.
 */
#ifndef ABI_IO_XENBUS_H
#define ABI_IO_XENBUS_H

#ifndef __ASSEMBLER__
enum xenbus_state {
	XenbusStateUnknown = 0,
	XenbusStateInitialising = 1,
	XenbusStateInitWait = 2,	/* back end waits for details */
	XenbusStateInitialised = 3,	/* front end has given them */
	XenbusStateConnected = 4,
	XenbusStateClosing = 5,
	XenbusStateClosed = 6,
	XenbusStateReconfiguring = 7,
	XenbusStateReconfigured = 8,
};
#endif

#endif
