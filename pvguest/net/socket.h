/* SPDX-License-Identifier: MIT */
/*
 * socket.h - sockets, for the files that make them.
 *
 * A socket belongs to an open file.  Everything in it has the stack's lock;
 * who waits gives that up (net_wait).
 */
#ifndef PVGUEST_SOCKET_H
#define PVGUEST_SOCKET_H

#include <lwip/ip_addr.h>
#include <lwip/pbuf.h>
#include <process.h>
#include "stack.h"

#define SOCKETS_MAX	384
#define PACKETS_MAX	64	/* that wait at one socket */

struct tcp_pcb;
struct udp_pcb;
struct raw_pcb;
struct socket;

struct socket_addr {
	ip_addr_t ip;
	u16 port;
};

/* A datagram that waits to be read. */
struct packet {
	struct list node;
	struct pbuf *data;
	struct socket_addr from;
};

/* What differs by the kind of socket.  Sizes are not 0. */
struct socket_kind {
	int (*bind)(struct socket *s, const struct socket_addr *a);
	int (*connect)(struct socket *s, const struct socket_addr *a);
	s64 (*send)(struct socket *s, struct process *p, u64 from, u64 n,
		    const struct socket_addr *to);
	s64 (*recv)(struct socket *s, struct process *p, u64 to, u64 n,
		    struct socket_addr *from);
	unsigned int (*poll)(const struct socket *s);
	void (*names)(const struct socket *s, struct socket_addr *local,
		      struct socket_addr *remote);
	void (*close)(struct socket *s);
};

struct socket {
	const struct socket_kind *kind;
	union {
		struct tcp_pcb *tcp;	/* NULL once the connection is gone */
		struct udp_pcb *udp;
		struct raw_pcb *raw;
	};
	bool v6;		/* AF_INET6, which may have IPv4 peers, too */
	bool listening, connecting, connected;
	bool eof, shut;		/* nothing comes; nothing may be sent */
	bool nonblock;
	int error;		/* to be told once; not negated */
	u64 recv_timeout, send_timeout;		/* ns; 0: none */
	struct waitq wait;

	/* A stream: chained by next alone, as pbufs can't tell such lengths. */
	struct pbuf *first, *last;
	size_t first_at;	/* read so far */
	size_t waiting;		/* bytes */

	struct list packets;	/* datagrams */
	unsigned int nr;	/* of packets, or of accepted */
	struct list accepted;	/* of a listener */
	struct list node;	/* in its listener's list */
	unsigned int backlog;
	u16 echo_id;
	struct socket_addr peer;	/* of a connected ping socket */
};

extern const struct socket_kind stream_kind, datagram_kind, ping_kind;

/* With the lock.  NULL, and *ERROR, if it can't be had. */
struct socket *socket_make(const struct socket_kind *kind, bool v6);
void socket_destroy(struct socket *s);
int stream_open(struct socket *s);
int datagram_open(struct socket *s);
int ping_open(struct socket *s);
int stream_listen(struct socket *s, unsigned int backlog);
int stream_shutdown(struct socket *s, bool rx, bool tx);
/* Waits for one: a connected socket, or NULL and *ERROR. */
struct socket *stream_accept(struct socket *s, int *error);

/* Something has changed: wake who waits for it. */
void socket_wake(struct socket *s);
/*
 * Wait for a change, until START + TIMEOUT (if that is not 0): 0, or the
 * negated error that says why not.
 */
int socket_wait(struct socket *s, u64 start, u64 timeout);
/* lwIP's error, negated as ours; and the socket's own, told once. */
int socket_errno(s8_t err);
int socket_error(struct socket *s);

#endif
