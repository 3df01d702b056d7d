/* SPDX-License-Identifier: MIT */
/*
 * tcp_headers.h - what stands before TCP's data, copied out of a packet once.
 */
#ifndef NET_TCP_HEADERS_H
#define NET_TCP_HEADERS_H

#include <netdev.h>

#define IPV6_HEADER	40u
#define TCP_HEADER	20u
#define PROTO_TCP	6
#define TCP_CHECKSUM	16
#define TCP_FLAGS	13
#define TCP_PSH		0x08
/* With all their options. */
#define HEADERS		(ETH_HEADER + 60u + 60u)

struct headers {
	u8 byte[HEADERS];
	unsigned int tcp, data;	/* where they begin */
	bool v6;
};

static inline u32 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline void put16(u8 *p, u32 n)
{
	p[0] = n >> 8;
	p[1] = n;
}

static inline u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* False: it is no whole packet of TCP's over IP, or has no data. */
bool headers_read(const struct netbuf *b, struct headers *h);
/*
 * IP's header at IP, such that TCP's at TCP and N bytes of data follow, and the
 * pseudo header's sum in the place of TCP's checksum.
 */
void headers_fit(u8 *ip, u8 *tcp, size_t n);

#endif
