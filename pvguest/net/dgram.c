/* SPDX-License-Identifier: MIT */
/*
 * dgram.c - sockets of datagrams: UDP, and the echo requests of ICMP ("ping
 * sockets", whose identifier is the kernel's: so each gets its own replies).
 *
 * What arrives when PACKETS_MAX wait is dropped, as it may be.
 */
#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip.h>
#include <lwip/prot/icmp6.h>
#include <lwip/prot/ip6.h>
#include <lwip/raw.h>
#include <lwip/udp.h>
#include "socket.h"

#define DATAGRAM_MAX	65507
#define ECHO_HEADER	8
#define ECHO_ID_AT	4

/* Takes over P. */
static void packet_add(struct socket *s, struct pbuf *p, const ip_addr_t *from,
		       u16 port)
{
	struct packet *packet = NULL;

	if (s->nr < PACKETS_MAX)
		packet = kmalloc(sizeof(*packet));
	if (!packet) {
		pbuf_free(p);
		return;
	}
	packet->data = p;
	packet->from.ip = *from;
	packet->from.port = port;
	list_add(&s->packets, &packet->node);
	s->nr++;
	socket_wake(s);
}

static void packet_drop(struct socket *s)
{
	struct packet *packet = list_first(&s->packets, struct packet, node);

	list_del(&packet->node);
	s->nr--;
	pbuf_free(packet->data);
	kfree(packet);
}

static void packets_drop(struct socket *s)
{
	while (s->nr)
		packet_drop(s);
}

/* What does not fit is lost. */
static s64 datagram_recv(struct socket *s, struct process *p, u64 to, u64 n,
			 struct socket_addr *from)
{
	u64 start = s->nr ? 0 : arch->time(), done = 0, part;
	struct packet *packet;
	struct pbuf *q;
	int ret = 0;

	while (!ret && !s->nr && !s->eof)
		ret = socket_wait(s, start, s->recv_timeout);
	if (!s->nr)
		return ret;
	packet = list_first(&s->packets, struct packet, node);
	*from = packet->from;
	for (q = packet->data; q && done < n; q = q->next) {
		part = min(n - done, (u64)q->len);
		if (copy_out(p->space, to + done, q->payload, part)) {
			packet_drop(s);
			return -EFAULT;
		}
		done += part;
	}
	packet_drop(s);
	return done;
}

static unsigned int datagram_poll(const struct socket *s)
{
	return POLLOUT | (s->nr || s->eof ? POLLIN : 0);
}

/* The process's N bytes with room for headers; or NULL and *ERROR. */
static struct pbuf *data_in(struct process *p, u64 from, u64 n, int *error)
{
	struct pbuf *data;

	*error = n > DATAGRAM_MAX ? -EMSGSIZE : -ENOBUFS;
	data = n > DATAGRAM_MAX ? NULL : pbuf_alloc(PBUF_TRANSPORT, n,
						    PBUF_RAM);
	if (!data)
		return NULL;
	*error = copy_in(p->space, data->payload, from, n);
	if (!*error)
		return data;
	pbuf_free(data);
	return NULL;
}

/* ---- UDP ---------------------------------------------------------------- */

static void udp_arrived(void *arg, struct udp_pcb *pcb, struct pbuf *p,
			const ip_addr_t *from, u16_t port)
{
	(void)pcb;
	packet_add(arg, p, from, port);
}

int datagram_open(struct socket *s)
{
	s->udp = udp_new_ip_type(s->v6 ? IPADDR_TYPE_ANY : IPADDR_TYPE_V4);
	if (!s->udp)
		return -ENOBUFS;
	udp_recv(s->udp, udp_arrived, s);
	return 0;
}

static int datagram_bind(struct socket *s, const struct socket_addr *a)
{
	return socket_errno(udp_bind(s->udp, &a->ip, a->port));
}

static int datagram_connect(struct socket *s, const struct socket_addr *a)
{
	int ret = socket_errno(udp_connect(s->udp, &a->ip, a->port));

	s->connected = !ret;
	return ret;
}

static s64 datagram_send(struct socket *s, struct process *p, u64 from, u64 n,
			 const struct socket_addr *to)
{
	struct pbuf *data;
	int ret;

	if (!to && !s->connected)
		return -EDESTADDRREQ;
	data = data_in(p, from, n, &ret);
	if (!data)
		return ret;
	ret = socket_errno(to ? udp_sendto(s->udp, data, &to->ip, to->port) :
				udp_send(s->udp, data));
	pbuf_free(data);
	return ret ? ret : (s64)n;
}

static void datagram_names(const struct socket *s, struct socket_addr *local,
			   struct socket_addr *remote)
{
	local->ip = s->udp->local_ip;
	local->port = s->udp->local_port;
	remote->ip = s->udp->remote_ip;
	remote->port = s->udp->remote_port;
}

static void datagram_close(struct socket *s)
{
	if (s->udp)
		udp_remove(s->udp);
	packets_drop(s);
}

const struct socket_kind datagram_kind = {
	.bind = datagram_bind,
	.connect = datagram_connect,
	.send = datagram_send,
	.recv = datagram_recv,
	.poll = datagram_poll,
	.names = datagram_names,
	.close = datagram_close,
};

/* ---- Echo --------------------------------------------------------------- */

/* P begins with the IP header; lwIP goes on with it. */
static u8_t echo_arrived(void *arg, struct raw_pcb *pcb, struct pbuf *p,
			 const ip_addr_t *from)
{
	u16 skip = ip_current_header_tot_len(), id;
	u8 reply = IP_IS_V6(from) ? ICMP6_TYPE_EREP : ICMP_ER;
	struct socket *s = arg;
	struct pbuf *copy;

	(void)pcb;
	if (p->tot_len < skip + ECHO_HEADER ||
	    pbuf_get_at(p, skip) != reply ||
	    pbuf_copy_partial(p, &id, 2, skip + ECHO_ID_AT) != 2 ||
	    id != s->echo_id || s->nr >= PACKETS_MAX)
		return 0;
	copy = pbuf_alloc(PBUF_RAW, p->tot_len - skip, PBUF_RAM);
	if (!copy)
		return 0;
	pbuf_copy_partial(p, copy->payload, copy->len, skip);
	packet_add(s, copy, from, 0);
	return 0;
}

int ping_open(struct socket *s)
{
	static u16 last_id;

	s->raw = raw_new_ip_type(s->v6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4,
				 s->v6 ? IP6_NEXTH_ICMP6 : IP_PROTO_ICMP);
	if (!s->raw)
		return -ENOBUFS;
	s->echo_id = ++last_id;
	s->raw->chksum_reqd = s->v6;
	s->raw->chksum_offset = 2;
	raw_recv(s->raw, echo_arrived, s);
	return 0;
}

static int ping_bind(struct socket *s, const struct socket_addr *a)
{
	return socket_errno(raw_bind(s->raw, &a->ip));
}

static int ping_connect(struct socket *s, const struct socket_addr *a)
{
	s->peer = *a;
	s->connected = true;
	return 0;
}

/* Nothing but an echo request; identifier and checksum are put in. */
static s64 ping_send(struct socket *s, struct process *p, u64 from, u64 n,
		     const struct socket_addr *to)
{
	u8 request = s->v6 ? ICMP6_TYPE_EREQ : ICMP_ECHO, *in;
	struct pbuf *data;
	u16 sum;
	int ret;

	if (!to && !s->connected)
		return -EDESTADDRREQ;
	data = data_in(p, from, n, &ret);
	if (!data)
		return ret;
	in = data->payload;
	if (n < ECHO_HEADER || in[0] != request || in[1]) {
		pbuf_free(data);
		return -EINVAL;
	}
	*(u16 *)(in + ECHO_ID_AT) = s->echo_id;
	*(u16 *)(in + 2) = 0;
	sum = s->v6 ? 0 : inet_chksum(in, n);
	*(u16 *)(in + 2) = sum;
	ret = socket_errno(raw_sendto(s->raw, data, to ? &to->ip :
				      &s->peer.ip));
	pbuf_free(data);
	return ret ? ret : (s64)n;
}

static void ping_names(const struct socket *s, struct socket_addr *local,
		       struct socket_addr *remote)
{
	local->ip = s->raw->local_ip;
	*remote = s->peer;
}

static void ping_close(struct socket *s)
{
	if (s->raw)
		raw_remove(s->raw);
	packets_drop(s);
}

const struct socket_kind ping_kind = {
	.bind = ping_bind,
	.connect = ping_connect,
	.send = ping_send,
	.recv = datagram_recv,
	.poll = datagram_poll,
	.names = ping_names,
	.close = ping_close,
};
