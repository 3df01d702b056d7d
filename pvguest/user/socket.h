/* SPDX-License-Identifier: MIT */
/*
 * socket.h - sockets for programs.  As in user.h, calls return what the kernel
 * does: a negated error, not errno.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include "user.h"

#define ENOTSOCK	88
#define EDESTADDRREQ	89
#define EMSGSIZE	90
#define ENOPROTOOPT	92
#define EPROTONOSUPPORT	93
#define EOPNOTSUPP	95
#define EAFNOSUPPORT	97
#define EADDRINUSE	98
#define ECONNRESET	104
#define ENOTCONN	107
#define ECONNREFUSED	111

#define AF_INET		2
#define AF_INET6	10
#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define SOCK_NONBLOCK	04000
#define IPPROTO_ICMP	1
#define IPPROTO_TCP	6
#define IPPROTO_ICMPV6	58
#define SOL_SOCKET	1
#define SO_REUSEADDR	2
#define SO_ERROR	4
#define SO_KEEPALIVE	9
#define SO_RCVTIMEO	20
#define SO_SNDTIMEO	21
#define TCP_NODELAY	1
#define MSG_DONTWAIT	0x40
#define SHUT_RD		0
#define SHUT_WR		1
#define SHUT_RDWR	2

/* IPv4's and IPv6's in one: the fields are where theirs are. */
struct sockaddr {
	uint16_t family;
	uint8_t port[2];	/* big endian */
	uint8_t ipv4[4];	/* IPv6: the flow */
	uint8_t ipv6[16];
	uint32_t scope;
};

#define POLLIN		1
#define POLLOUT		4
#define POLLERR		8
#define POLLHUP		16
#define POLLNVAL	32

struct pollfd {
	int fd;
	unsigned short events, revents;
};

int socket(int family, int type, int protocol);
int bind(int fd, const struct sockaddr *a);
int listen(int fd, int backlog);
/* A may be NULL. */
int accept(int fd, struct sockaddr *a);
int connect(int fd, const struct sockaddr *a);
long sendto(int fd, const void *buf, size_t n, int flags,
	    const struct sockaddr *to);
long recvfrom(int fd, void *buf, size_t n, int flags, struct sockaddr *from);
int shutdown(int fd, int how);
int setsockopt(int fd, int level, int name, const void *value, uint32_t size);
int getsockopt(int fd, int level, int name, void *value, uint32_t *size);
int getsockname(int fd, struct sockaddr *a);
int getpeername(int fd, struct sockaddr *a);
int poll(struct pollfd *fds, unsigned long nr, int ms);

/* NAME or an address to *A; FAMILY 4, 6 or 0: either. */
int resolve(const char *name, int family, struct sockaddr *a);
void port_set(struct sockaddr *a, unsigned int port);
unsigned int port_of(const struct sockaddr *a);
#define ADDR_TEXT	40
char *addr_text(const struct sockaddr *a, char *text);
/* A connection to NAME, or an error that was printed, after PROGRAM's name. */
int connect_to(const char *program, const char *name, unsigned int port,
	       int family);
/* A listening socket at PORT of all addresses; likewise. */
int listen_at(const char *program, unsigned int port, int family);
/* All of N bytes, or an error. */
long write_all(int fd, const void *buf, size_t n);

#endif
