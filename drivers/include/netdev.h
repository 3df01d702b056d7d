/* SPDX-License-Identifier: MIT */
/*
 * netdev.h - network devices, and the buffers that packets travel in.
 *
 * A device is a NIC, a front or back end, or a bridge.  Whoever is above it
 * (TCP/IP, or a bridge) is one user, which sets receive and calls send.  Both
 * pass batches: a list of packets, by netbuf.node, that the callee then owns.
 * Both are called in threads, with interrupts on, and may not wait for long.
 *
 * Key letters: [I] changed with interrupts off; [D] by the driver; [U] by the
 * user; [O] by the buffer's owner; constant otherwise.
 */
#ifndef NETDEV_H
#define NETDEV_H

#include <abi/event_channel.h>
#include <lib.h>

#define ETH_HEADER	14
#define ETH_ADDRESS	6
#define ETH_MIN		14
#define ETH_MTU		1500
#define ETH_MTU_MIN	68	/* RFC 791; IPv6 wants 1280 */
/* Where no wire limits it: with its header, what a vif's ring can say. */
#define ETH_MTU_MAX	(0xffff - ETH_HEADER)

/* ---- Buffers ------------------------------------------------------------ */

/*
 * Of a packet.  BLANK: its TCP or UDP checksum covers the pseudo header alone;
 * a device with NETDEV_TX_CSUM completes it, else netbuf_checksum() does.  A
 * received packet may be BLANK too: its data never was on a wire.
 */
#define NETBUF_CSUM_BLANK	1
#define NETBUF_CSUM_OK		2	/* was verified: need not be again */

/* Room before the data of a fresh buffer, for headers of those below. */
#define NETBUF_HEADROOM		64
#define NETBUF_SIZE		(4096 - NETBUF_HEADROOM)

/*
 * A packet, or a part of one that did not fit a page: then the others follow
 * by more.  Data never crosses a page.  The structure is not in the data's
 * page, as that page may be shared with another domain.
 */
struct netbuf {
	struct list node;	/* [O] in a batch; of the first part */
	struct netbuf *more;	/* [O] the next part, or NULL */
	u8 *data;		/* [O] */
	u16 len;		/* [O] of this part, bytes */
	u16 flags;		/* [O] NETBUF_, of the first part */
	u16 csum_start;		/* [O] BLANK: where summing begins in data */
	u16 csum_offset;	/* [O] BLANK: the checksum is so much further */
	u16 gso_size;		/* [O] TCP data to be cut so, bytes; 0: whole */
	u8 *page;		/* of a buffer of the pool; else NULL */
	/* Gives this part back, in any thread; NULL: to the pool. */
	void (*free)(struct netbuf *b);
	void *priv[6];		/* [O] the owner's own */
};

/*
 * A part of NETBUF_SIZE bytes with NETBUF_HEADROOM before them; len is 0.  NULL
 * when there is no memory, or the pool's bound is reached.
 */
struct netbuf *netbuf_alloc(void);
/* All parts of a packet. */
void netbuf_free(struct netbuf *b);
/* All packets of a batch, which is empty then. */
void netbuf_free_list(struct list *bufs);
/* Of all parts. */
size_t netbuf_len(const struct netbuf *b);
/* Out of, or into, the parts from AT on; false if there are not N bytes. */
bool netbuf_read(const struct netbuf *b, size_t at, void *to, size_t n);
bool netbuf_write(struct netbuf *b, size_t at, const void *from, size_t n);
/* A packet of LEN bytes in as many parts as that takes, or NULL. */
struct netbuf *netbuf_alloc_len(size_t len);
/*
 * Where the checksum of a BLANK packet is, for those who were not told: sets
 * csum_start and csum_offset.  False: it is not TCP or UDP in IPv4 or IPv6.
 */
bool netbuf_csum_find(struct netbuf *b);
/* Completes a BLANK checksum.  False: it lies beyond the packet. */
bool netbuf_checksum(struct netbuf *b);
/*
 * TCP's pseudo header, summed: IP's header, LEN bytes of TCP.  As it stands in
 * a BLANK checksum.
 */
u16 netbuf_pseudo_sum(const u8 *ip, size_t len);

/*
 * One large packet of TCP's whose data is to be cut into segments of SIZE
 * bytes, which BLANK goes with.  False: its headers do not allow that.
 */
bool netbuf_gso_find(struct netbuf *b, u16 size);
bool netbuf_is_v6(const struct netbuf *b);
/*
 * Cuts it, to the end of OUT, each with a BLANK checksum; frees B.  0; -EINVAL:
 * its headers don't allow that; -ENOBUFS: what fitted the pool is in OUT.
 */
int netbuf_segment(struct netbuf *b, struct list *out);
/* The other way: segments of a batch that follow each other become one. */
void netbuf_merge(struct list *bufs);
/*
 * B to the end of OUT, in the form that a device with these NETDEV_ features
 * takes.  Owns B; 0, or an error of netbuf_segment() if some of it was dropped.
 */
int netbuf_fit(struct netbuf *b, u32 features, struct list *out);

/* Counts of buffers: an eighth of all pages is the bound, at most 8192. */
struct netbuf_pool {
	u64 used, kept, most;	/* given out; kept for the next; the bound */
	u64 refused;		/* times that netbuf_alloc had none */
};

void netbuf_pool_show(struct netbuf_pool *to);

static inline struct netbuf *netbuf_first(const struct list *bufs)
{
	return list_first(bufs, struct netbuf, node);
}

/* Takes the first packet off a batch, or NULL. */
static inline struct netbuf *netbuf_take(struct list *bufs)
{
	struct netbuf *b;

	if (list_empty(bufs))
		return NULL;
	b = netbuf_first(bufs);
	list_del(&b->node);
	return b;
}

/* N bytes from AT on, if they are in the first part; else NULL. */
static inline const u8 *netbuf_head(const struct netbuf *b, size_t at,
				    size_t n)
{
	return at + n <= b->len ? b->data + at : NULL;
}

static inline u64 eth_address(const u8 *mac)
{
	u64 n = 0;

	__builtin_memcpy(&n, mac, ETH_ADDRESS);
	return n;
}

/* All of FROM to the end of TO. */
static inline void netbuf_splice(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

/* ---- Devices ------------------------------------------------------------ */

#define NETDEV_TX_CSUM	1	/* send completes BLANK checksums */
#define NETDEV_RX_CSUM	2	/* received packets may be BLANK or OK */
#define NETDEV_PARTS	4	/* send takes packets of several parts */
#define NETDEV_GSO	8	/* send takes what has a gso_size */

struct netdev_stats {
	u64 rx_packets, rx_bytes, rx_errors, rx_dropped;
	u64 tx_packets, tx_bytes, tx_errors, tx_dropped;
	u64 interrupts, kicks;	/* taken; notifications to the device */
};

struct netdev {
	struct list node;	/* [I] */
	char name[16];
	u8 mac[ETH_ADDRESS];
	u16 mtu;		/* bytes of a frame, without ETH_HEADER */
	u16 mtu_max;		/* 0: it can't be changed */
	u32 features;		/* NETDEV_ */
	bool link;		/* [D] */
	struct netdev_stats stats;	/* [D] */

	/*
	 * Sends the batch and owns it, whatever is returned: 0, or -ENOBUFS
	 * when some of it was dropped.  Frames begin with their destination.
	 * What has NETBUF_CSUM_BLANK needs csum_start and csum_offset set.
	 */
	int (*send)(struct netdev *dev, struct list *bufs);
	/* [U] NULL: nobody listens, and the driver drops what comes. */
	void (*receive)(struct netdev *dev, struct list *bufs);
	void *user;		/* [U] */
};

/*
 * Notifications to other domains, which may run at once and answer before we
 * go on: they are put off until whoever sends or receives holds no lock that
 * the answer needs, and those of a batch become one.
 */
struct netdev_kick {
	struct list node;	/* [I] */
	evtchn_port_t *port;	/* 0: nobody is there any more */
};

void netdev_kick(struct netdev_kick *k);
/* Now.  Every thread that sent or received calls this. */
void netdev_kick_all(void);
void netdev_kick_forget(struct netdev_kick *k);

/* Something has happened to a device: told in a thread. */
enum netdev_event { NETDEV_ADDED, NETDEV_REMOVED, NETDEV_LINK };

struct netdev_listener {
	struct list node;	/* [I] */
	void (*event)(struct netdev *dev, enum netdev_event event);
};

extern struct list netdevs;	/* [I] by netdev.node */

/*
 * The name may end in %: then a number takes its place, the lowest that is
 * free.  0; -EEXIST: there is one of that name, or no number below 100 is free;
 * -EINVAL: there is no room for it.  Tells all listeners.  DEV is the caller's.
 */
int netdev_register(struct netdev *dev);
/* Nobody calls its functions once this has returned. */
void netdev_unregister(struct netdev *dev);
struct netdev *netdev_find(const char *name);
void netdev_set_link(struct netdev *dev, bool link);
/* From now on; it is told of the devices that are there already. */
void netdev_listen(struct netdev_listener *l);
/* What a driver has received: counts, and passes on to the user. */
void netdev_receive(struct netdev *dev, struct list *bufs);

#endif
