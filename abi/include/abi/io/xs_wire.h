/* SPDX-License-Identifier: MIT */
/*
 * io/xs_wire.h - the store: its messages, and the page they go through.
 *
 * A message is a header and len bytes.  Rings as in io/console.h.  Requests,
 * their answers, errors and quotas: abi/doc/store.md.  Key letters: [cl] the
 * client, [srv] the store's server.
 */
#ifndef ABI_IO_XS_WIRE_H
#define ABI_IO_XS_WIRE_H

#include <abi/types.h>

#define XS_WRITE_NONE		"NONE"
#define XS_WRITE_CREATE		"CREATE"
#define XS_WRITE_CREATE_EXCL	"CREATE|EXCL"

#define XENSTORE_RING_SIZE	1024	/* bytes */
#define XENSTORE_PAYLOAD_MAX	4096	/* bytes of one message, header apart */
/* Bytes of a path on Xen; Sluice's server takes shorter ones only. */
#define XENSTORE_ABS_PATH_MAX	3072
#define XENSTORE_REL_PATH_MAX	2048

#define MASK_XENSTORE_IDX(idx)	((idx) & (XENSTORE_RING_SIZE - 1))

/* xenstore_domain_interface.server_features: .connection, .error are served */
#define XENSTORE_SERVER_FEATURE_RECONNECTION	1
#define XENSTORE_SERVER_FEATURE_ERROR		2

/* .connection */
#define XENSTORE_CONNECTED	0
#define XENSTORE_RECONNECT	1

/* .error */
#define XENSTORE_ERROR_NONE	0
#define XENSTORE_ERROR_COMM	1	/* communication is broken */
#define XENSTORE_ERROR_RINGIDX	2	/* indices make no sense */
#define XENSTORE_ERROR_PROTO	3	/* a message makes no sense */

#ifndef __ASSEMBLY__
typedef uint32_t XENSTORE_RING_IDX;

enum xsd_sockmsg_type {
	XS_CONTROL = 0,
	XS_DIRECTORY = 1,
	XS_READ = 2,
	XS_GET_PERMS = 3,
	XS_WATCH = 4,
	XS_UNWATCH = 5,
	XS_TRANSACTION_START = 6,
	XS_TRANSACTION_END = 7,
	XS_INTRODUCE = 8,
	XS_RELEASE = 9,
	XS_GET_DOMAIN_PATH = 10,
	XS_WRITE = 11,
	XS_MKDIR = 12,
	XS_RM = 13,
	XS_SET_PERMS = 14,
	XS_WATCH_EVENT = 15,
	XS_ERROR = 16,
	XS_IS_DOMAIN_INTRODUCED = 17,
	XS_RESUME = 18,
	XS_SET_TARGET = 19,
	XS_RESET_WATCHES = 21,
	XS_DIRECTORY_PART = 22,
	XS_TYPE_COUNT,
	XS_INVALID = 0xffff,
};

/* Parts of an XS_WATCH_EVENT, each ending in NUL. */
enum xs_watch_type {
	XS_WATCH_PATH = 0,
	XS_WATCH_TOKEN = 1,
};

struct xsd_sockmsg {
	uint32_t type;			/* XS_ */
	uint32_t req_id;		/* the answer repeats it */
	uint32_t tx_id;			/* transaction, or 0; likewise */
	uint32_t len;			/* bytes that follow */
};
ABI_SIZE(struct xsd_sockmsg, 16);

struct xenstore_domain_interface {
	char req[XENSTORE_RING_SIZE];	/* [cl] */
	char rsp[XENSTORE_RING_SIZE];	/* [srv] */
	XENSTORE_RING_IDX req_cons;	/* [srv] */
	XENSTORE_RING_IDX req_prod;	/* [cl] */
	XENSTORE_RING_IDX rsp_cons;	/* [cl] */
	XENSTORE_RING_IDX rsp_prod;	/* [srv] */
	uint32_t server_features;	/* [srv] once, at connection */
	uint32_t connection;		/* [cl] asks; [srv] answers with 0 */
	uint32_t error;			/* [srv] */
};
ABI_SIZE(struct xenstore_domain_interface, 2076);
#endif

#endif
