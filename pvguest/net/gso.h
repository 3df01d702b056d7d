/* SPDX-License-Identifier: MIT */
/*
 * gso.h - TCP segments larger than a frame, cut below us or nowhere at all.
 */
#ifndef PVGUEST_GSO_H
#define PVGUEST_GSO_H

#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <lib.h>

struct tcp_pcb;

/* Whoever calls lwIP's functions calls these: lwip.mk. */
err_t net_ip4_frag(struct pbuf *p, struct netif *netif,
		   const ip4_addr_t *dest);
err_t net_ip6_frag(struct pbuf *p, struct netif *netif,
		   const ip6_addr_t *dest);

/* A segment of LEN bytes of data has come: how large may ours be? */
void gso_adapt(struct tcp_pcb *pcb, u16 len);
/* What TCP's data is cut into, if a frame has LIMIT bytes from TCP on. */
u16 gso_segment(const u8 *tcp, size_t limit);

#endif
