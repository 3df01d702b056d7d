/* SPDX-License-Identifier: MIT */
/*
 * io/netif.h - network packets between a front and a back end.
 *
 * Two rings (io/ring.h).  Tx: a request names a piece of a packet in a granted
 * page, of which the first has the packet's whole size; the response says that
 * the page is the front end's again.  Rx: a request lends an empty page; a
 * response says which part of it has become a packet, or a piece of one.
 * A request with _extra_info is followed by slots of struct netif_extra_info.
 *
 * Offsets and sizes are bytes within a page or a packet.  What each flag and
 * status asks of the other end, and who must end the connection for what:
 * abi/doc/net.md.
 */
#ifndef ABI_IO_NETIF_H
#define ABI_IO_NETIF_H

#include <abi/grant_table.h>
#include <abi/io/ring.h>

/* Slots that a back end must take for one packet. */
#define XEN_NETIF_NR_SLOTS_MIN	18
#define XEN_NETIF_MAX_TX_SIZE	0xFFFF	/* bytes of one packet */

/* Tx: the checksum covers the pseudo header alone; is known to be right. */
#define NETTXF_csum_blank	(1U << 0)
#define NETTXF_data_validated	(1U << 1)
#define NETTXF_more_data	(1U << 2)	/* the packet goes on */
#define NETTXF_extra_info	(1U << 3)	/* in the next slot */

/* Rx: the same. */
#define NETRXF_data_validated	(1U << 0)
#define NETRXF_csum_blank	(1U << 1)
#define NETRXF_more_data	(1U << 2)
#define NETRXF_extra_info	(1U << 3)
#define NETRXF_gso_prefix	(1U << 4)	/* older form: not ours */

/* Status of a response; an Rx response's is its length if it is positive. */
#define NETIF_RSP_DROPPED	(-2)
#define NETIF_RSP_ERROR		(-1)
#define NETIF_RSP_OKAY		0
#define NETIF_RSP_NULL		1	/* answers a slot of extra info */

#define XEN_NETIF_EXTRA_TYPE_NONE	0
#define XEN_NETIF_EXTRA_TYPE_GSO	1
#define XEN_NETIF_EXTRA_TYPE_MCAST_ADD	2
#define XEN_NETIF_EXTRA_TYPE_MCAST_DEL	3
#define XEN_NETIF_EXTRA_TYPE_HASH	4
#define XEN_NETIF_EXTRA_TYPE_MAX	5
#define XEN_NETIF_EXTRA_FLAG_MORE	(1U << 0)

#define XEN_NETIF_GSO_TYPE_NONE		0
#define XEN_NETIF_GSO_TYPE_TCPV4	1
#define XEN_NETIF_GSO_TYPE_TCPV6	2

#ifndef __ASSEMBLY__
struct netif_tx_request {
	grant_ref_t gref;	/* a page that the back end may read */
	uint16_t offset;	/* of the piece, in that page */
	uint16_t flags;		/* NETTXF_ */
	uint16_t id;		/* the response has the same */
	uint16_t size;		/* of the piece; of the packet, in the first */
};
ABI_SIZE(struct netif_tx_request, 12);

struct netif_extra_info {
	uint8_t type;		/* XEN_NETIF_EXTRA_TYPE_ */
	uint8_t flags;		/* XEN_NETIF_EXTRA_FLAG_ */
	union {
		struct {
			uint16_t size;		/* of a segment's payload */
			uint8_t type;		/* XEN_NETIF_GSO_TYPE_ */
			uint8_t pad;
			uint16_t features;	/* 0 */
		} gso;
		struct {
			uint8_t addr[6];
		} mcast;
		struct {
			uint8_t type;
			uint8_t algorithm;
			uint8_t value[4];
		} hash;
		uint16_t pad[3];
	} u;
};
ABI_SIZE(struct netif_extra_info, 8);

/* From now on the page is the front end's again. */
struct netif_tx_response {
	uint16_t id;		/* the request's; of extra info: anything */
	int16_t status;		/* NETIF_RSP_ */
};

struct netif_rx_request {
	uint16_t id;		/* the response has the same */
	uint16_t pad;
	grant_ref_t gref;	/* a page that the back end may write */
};
ABI_SIZE(struct netif_rx_request, 8);

struct netif_rx_response {
	uint16_t id;
	uint16_t offset;	/* of the data in the page */
	uint16_t flags;		/* NETRXF_ */
	int16_t status;		/* how much it is; or NETIF_RSP_, below 0 */
};
ABI_SIZE(struct netif_rx_response, 8);

/* 256 each. */
#define NETIF_TX_SLOTS	ABI_RING_SLOTS(12)
#define NETIF_RX_SLOTS	ABI_RING_SLOTS(8)

struct netif_tx_sring {
	ABI_RING_HEAD;
	union {
		struct netif_tx_request req;
		struct netif_tx_response rsp;
		struct netif_extra_info extra;
	} ring[NETIF_TX_SLOTS];
};
ABI_SIZE(struct netif_tx_sring, 64 + 12 * 256);
ABI_OFFSET(struct netif_tx_sring, rsp_prod, 8);
ABI_OFFSET(struct netif_tx_sring, ring, 64);

struct netif_rx_sring {
	ABI_RING_HEAD;
	union {
		struct netif_rx_request req;
		struct netif_rx_response rsp;
		struct netif_extra_info extra;
	} ring[NETIF_RX_SLOTS];
};
ABI_SIZE(struct netif_rx_sring, 64 + 8 * 256);
ABI_OFFSET(struct netif_rx_sring, rsp_prod, 8);
ABI_OFFSET(struct netif_rx_sring, ring, 64);
#endif

#endif
