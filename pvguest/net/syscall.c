/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - sockets as programs see them: Linux's calls and structures.
 *
 * A descriptor's file (file.h) has the socket; read and write are recv and
 * send.  Addresses are copied in once, and only IPv4's and IPv6's are known.
 */
#include <lwip/dns.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <net.h>
#include <sys.h>
#include "resolve.h"
#include "socket.h"

#define AF_INET		2
#define AF_INET6	10
#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define SOCK_NONBLOCK	04000
#define SOL_SOCKET	1
#define SO_REUSEADDR	2
#define SO_ERROR	4
#define SO_BROADCAST	6
#define SO_KEEPALIVE	9
#define SO_RCVTIMEO	20
#define SO_SNDTIMEO	21
#define TCP_NODELAY_OPT	1
#define MSG_DONTWAIT	0x40

/* The longer one; the shorter's fields are where this one's are. */
struct user_addr {
	u16 family;
	u16 port;		/* big endian */
	u32 ipv4;		/* IPv6: flow */
	u32 ipv6[4];
	u32 scope;
};

#define ADDR_V4_SIZE	16
#define ADDR_V6_SIZE	sizeof(struct user_addr)

static struct socket *socket_of(const struct process *p, u64 fd);

static int addr_in(const struct socket *s, struct process *p, u64 from,
		   u64 size, struct socket_addr *a)
{
	struct user_addr in = { 0 };

	if (size < ADDR_V4_SIZE)
		return -EINVAL;
	if (copy_in(p->space, &in, from, min(size, (u64)sizeof(in))))
		return -EFAULT;
	a->port = lwip_ntohs(in.port);
	if (in.family == AF_INET) {
		if (s->v6)
			return -EAFNOSUPPORT;
		ip_addr_set_ip4_u32(&a->ip, in.ipv4);
		return 0;
	}
	if (in.family != AF_INET6 || !s->v6)
		return -EAFNOSUPPORT;
	if (size < ADDR_V6_SIZE)
		return -EINVAL;
	IP_ADDR6(&a->ip, in.ipv6[0], in.ipv6[1], in.ipv6[2], in.ipv6[3]);
	ip6_addr_set_zone(ip_2_ip6(&a->ip), in.scope);
	if (ip6_addr_isipv4mappedipv6(ip_2_ip6(&a->ip)))
		ip_addr_set_ip4_u32(&a->ip, in.ipv6[3]);
	else if (ip_addr_isany(&a->ip))
		IP_SET_TYPE_VAL(a->ip, IPADDR_TYPE_ANY);
	return 0;
}

/*
 * One to send to.  lwIP has no way to a link-local address that does not say
 * whose it is.
 */
static int peer_in(const struct socket *s, struct process *p, u64 from,
		   u64 size, struct socket_addr *a)
{
	int ret = addr_in(s, p, from, size, a);

	if (!ret && IP_IS_V6_VAL(a->ip) && netif_default &&
	    ip6_addr_lacks_zone(ip_2_ip6(&a->ip), IP6_UNKNOWN))
		ip6_addr_assign_zone(ip_2_ip6(&a->ip), IP6_UNKNOWN,
				     netif_default);
	return ret;
}

static int addr_put(const struct socket *s, struct process *p, u64 to,
		    u64 size, const struct socket_addr *a)
{
	struct user_addr out = { .port = lwip_htons(a->port) };
	ip6_addr_t mapped;

	out.family = s->v6 ? AF_INET6 : AF_INET;
	if (s->v6) {
		mapped = *ip_2_ip6(&a->ip);
		if (IP_IS_V4(&a->ip))
			ip4_2_ipv4_mapped_ipv6(&mapped, ip_2_ip4(&a->ip));
		memcpy(out.ipv6, mapped.addr, sizeof(out.ipv6));
		out.scope = ip6_addr_zone(&mapped);
	} else {
		out.ipv4 = ip4_addr_get_u32(ip_2_ip4(&a->ip));
	}
	size = min(size, s->v6 ? ADDR_V6_SIZE : ADDR_V4_SIZE);
	return copy_out(p->space, to, &out, size);
}

/* As recvfrom's: what does not fit is cut off, SIZE_AT tells all of it. */
static int addr_out(const struct socket *s, struct process *p, u64 to,
		    u64 size_at, const struct socket_addr *a)
{
	u32 size, full = s->v6 ? ADDR_V6_SIZE : ADDR_V4_SIZE;

	if (!to)
		return 0;
	if (copy_in(p->space, &size, size_at, sizeof(size)) ||
	    addr_put(s, p, to, size, a))
		return -EFAULT;
	return copy_out(p->space, size_at, &full, sizeof(full));
}

/* ---- The file ----------------------------------------------------------- */

static s64 file_read(struct open_file *f, struct process *p, u64 to, u64 n)
{
	struct socket *s = f->priv;
	struct socket_addr from;
	s64 ret;

	if (!n)
		return 0;
	net_lock();
	ret = s->kind->recv(s, p, to, n, &from);
	net_unlock();
	return ret;
}

static s64 file_write(struct open_file *f, struct process *p, u64 from, u64 n)
{
	struct socket *s = f->priv;
	s64 ret;

	if (!n)
		return 0;
	net_lock();
	ret = s->kind->send(s, p, from, n, NULL);
	net_unlock();
	return ret;
}

static unsigned int file_poll(struct open_file *f)
{
	struct socket *s = f->priv;
	unsigned int events;

	net_lock();
	events = s->kind->poll(s);
	net_unlock();
	return events;
}

static void file_close(struct open_file *f)
{
	net_lock();
	socket_destroy(f->priv);
	net_unlock();
}

static const struct file_ops socket_ops = {
	.read = file_read,
	.write = file_write,
	.poll = file_poll,
	.close = file_close,
};

static struct socket *socket_of(const struct process *p, u64 fd)
{
	struct open_file *f = file_of(p, fd);

	return f && f->ops == &socket_ops ? f->priv : NULL;
}

/* A descriptor for S, which is taken apart if there is none.  With the lock. */
static s64 descriptor(struct process *p, struct socket *s)
{
	s64 fd = fd_free(p);
	struct open_file *f = fd < 0 ? NULL : file_make(&socket_ops);

	if (!f) {
		socket_destroy(s);
		return fd < 0 ? fd : -ENOMEM;
	}
	f->priv = s;
	p->files[fd] = f;
	return fd;
}

/* ---- Calls, with the lock ----------------------------------------------- */

static s64 net_socket(struct process *p, const struct regs *r)
{
	u64 type = r->rsi & 15, protocol = r->rdx;
	const struct socket_kind *kind;
	struct socket *s;
	bool v6 = r->rdi == AF_INET6;
	int ret;

	if (r->rdi != AF_INET && !v6)
		return -EAFNOSUPPORT;
	if (type == SOCK_STREAM && (!protocol || protocol == IP_PROTO_TCP))
		kind = &stream_kind;
	else if (type == SOCK_DGRAM && (!protocol || protocol == IP_PROTO_UDP))
		kind = &datagram_kind;
	else if (type == SOCK_DGRAM &&
		 protocol == (v6 ? IP6_NEXTH_ICMP6 : IP_PROTO_ICMP))
		kind = &ping_kind;
	else
		return -EPROTONOSUPPORT;
	s = socket_make(kind, v6);
	if (!s)
		return -ENFILE;
	ret = kind == &stream_kind ? stream_open(s) :
	      kind == &datagram_kind ? datagram_open(s) : ping_open(s);
	if (ret) {
		socket_destroy(s);
		return ret;
	}
	s->nonblock = r->rsi & SOCK_NONBLOCK;
	return descriptor(p, s);
}

static s64 net_bind(struct process *p, const struct regs *r, struct socket *s)
{
	struct socket_addr a;
	int ret = addr_in(s, p, r->rsi, r->rdx, &a);

	return ret ? ret : s->kind->bind(s, &a);
}

static s64 net_connect(struct process *p, const struct regs *r,
		       struct socket *s)
{
	struct socket_addr a;
	int ret = peer_in(s, p, r->rsi, r->rdx, &a);

	if (!ret && IP_GET_TYPE(&a.ip) == IPADDR_TYPE_ANY)
		IP_SET_TYPE_VAL(a.ip, IPADDR_TYPE_V6);
	return ret ? ret : s->kind->connect(s, &a);
}

static s64 net_listen(struct process *p, const struct regs *r,
		      struct socket *s)
{
	(void)p;
	if (s->kind != &stream_kind)
		return -EOPNOTSUPP;
	return stream_listen(s, min(r->rsi, 1UL << 16));
}

static s64 net_accept(struct process *p, const struct regs *r,
		      struct socket *s)
{
	struct socket_addr local, remote = { 0 };
	struct socket *new;
	int ret;
	s64 fd;

	if (s->kind != &stream_kind)
		return -EOPNOTSUPP;
	new = stream_accept(s, &ret);
	if (!new)
		return ret;
	new->nonblock = r->rax == SYS_accept4 && r->r10 & SOCK_NONBLOCK;
	new->kind->names(new, &local, &remote);
	fd = descriptor(p, new);
	if (fd < 0)
		return fd;
	ret = addr_out(new, p, r->rsi, r->rdx, &remote);
	if (!ret)
		return fd;
	socket_destroy(new);
	kfree(p->files[fd]);
	p->files[fd] = NULL;
	return ret;
}

static s64 net_sendto(struct process *p, const struct regs *r,
		      struct socket *s)
{
	struct socket_addr a;
	bool nonblock = s->nonblock;
	s64 ret;

	if (r->r8) {
		ret = peer_in(s, p, r->r8, r->r9, &a);
		if (ret)
			return ret;
	}
	if (!r->rdx)
		return 0;
	s->nonblock |= !!(r->r10 & MSG_DONTWAIT);
	ret = s->kind->send(s, p, r->rsi, r->rdx, r->r8 ? &a : NULL);
	s->nonblock = nonblock;
	return ret;
}

static s64 net_recvfrom(struct process *p, const struct regs *r,
			struct socket *s)
{
	struct socket_addr from = { 0 };
	bool nonblock = s->nonblock;
	s64 ret;
	int bad;

	if (!r->rdx)
		return 0;
	s->nonblock |= !!(r->r10 & MSG_DONTWAIT);
	ret = s->kind->recv(s, p, r->rsi, r->rdx, &from);
	s->nonblock = nonblock;
	bad = ret < 0 ? 0 : addr_out(s, p, r->r8, r->r9, &from);
	return bad ? bad : ret;
}

static s64 net_shutdown(struct process *p, const struct regs *r,
			struct socket *s)
{
	(void)p;
	if (s->kind != &stream_kind)
		return -EOPNOTSUPP;
	if (r->rsi > 2)
		return -EINVAL;
	return stream_shutdown(s, r->rsi != 1, r->rsi != 0);
}

static s64 net_names(struct process *p, const struct regs *r,
		     struct socket *s)
{
	struct socket_addr local = { 0 }, remote = { 0 };
	bool peer = r->rax == SYS_getpeername;

	if (peer && !s->connected)
		return -ENOTCONN;
	if (!r->rsi)
		return -EFAULT;
	s->kind->names(s, &local, &remote);
	return addr_out(s, p, r->rsi, r->rdx, peer ? &remote : &local);
}

static int timeout_set(struct process *p, u64 from, u64 size, u64 *timeout)
{
	u64 in[2];

	if (size < sizeof(in))
		return -EINVAL;
	if (copy_in(p->space, in, from, sizeof(in)))
		return -EFAULT;
	if (in[1] >= 1000000 || in[0] > 1000000000)
		return -EDOM;
	*timeout = in[0] * NSEC_PER_SEC + in[1] * 1000;
	return 0;
}

/* What only makes a difference of speed, or none here, is taken as it is. */
static s64 net_setsockopt(struct process *p, const struct regs *r,
			  struct socket *s)
{
	struct tcp_pcb *pcb = s->kind == &stream_kind ? s->tcp : NULL;
	u32 in;

	if (r->rsi == SOL_SOCKET && r->rdx == SO_RCVTIMEO)
		return timeout_set(p, r->r10, r->r8, &s->recv_timeout);
	if (r->rsi == SOL_SOCKET && r->rdx == SO_SNDTIMEO)
		return timeout_set(p, r->r10, r->r8, &s->send_timeout);
	if (r->r8 < sizeof(in))
		return -EINVAL;
	if (copy_in(p->space, &in, r->r10, sizeof(in)))
		return -EFAULT;
	if (r->rsi == IP_PROTO_TCP && r->rdx == TCP_NODELAY_OPT && pcb) {
		if (in && !s->listening)
			tcp_nagle_disable(pcb);
		else if (!s->listening)
			tcp_nagle_enable(pcb);
		return 0;
	}
	if (r->rsi != SOL_SOCKET)
		return -ENOPROTOOPT;
	if (r->rdx == SO_REUSEADDR && pcb) {
		pcb->so_options &= ~SOF_REUSEADDR;
		pcb->so_options |= in ? SOF_REUSEADDR : 0;
	} else if (r->rdx == SO_KEEPALIVE && pcb) {
		pcb->so_options &= ~SOF_KEEPALIVE;
		pcb->so_options |= in ? SOF_KEEPALIVE : 0;
	} else if (r->rdx != SO_REUSEADDR && r->rdx != SO_KEEPALIVE &&
		   r->rdx != SO_BROADCAST) {
		return -ENOPROTOOPT;
	}
	return 0;
}

static s64 net_getsockopt(struct process *p, const struct regs *r,
			  struct socket *s)
{
	u32 out, size;

	if (r->rsi != SOL_SOCKET || r->rdx != SO_ERROR)
		return -ENOPROTOOPT;
	if (copy_in(p->space, &size, r->r8, sizeof(size)))
		return -EFAULT;
	if (size < sizeof(out))
		return -EINVAL;
	out = -socket_error(s);
	size = sizeof(out);
	if (copy_out(p->space, r->r10, &out, size) ||
	    copy_out(p->space, r->r8, &size, sizeof(size)))
		return -EFAULT;
	return 0;
}

static s64 (*const calls[])(struct process *p, const struct regs *r,
			    struct socket *s) = {
	[SYS_connect - SYS_socket] = net_connect,
	[SYS_accept - SYS_socket] = net_accept,
	[SYS_sendto - SYS_socket] = net_sendto,
	[SYS_recvfrom - SYS_socket] = net_recvfrom,
	[SYS_shutdown - SYS_socket] = net_shutdown,
	[SYS_bind - SYS_socket] = net_bind,
	[SYS_listen - SYS_socket] = net_listen,
	[SYS_getsockname - SYS_socket] = net_names,
	[SYS_getpeername - SYS_socket] = net_names,
	[SYS_setsockopt - SYS_socket] = net_setsockopt,
	[SYS_getsockopt - SYS_socket] = net_getsockopt,
};

#define NAME_SIZE	256

/* resolve(name, 4, 6 or 0, address) */
static s64 net_resolve(struct process *p, const struct regs *r)
{
	struct socket as = { .v6 = false };
	struct socket_addr a = { .port = 0 };
	char name[NAME_SIZE];
	s64 ret = string_in(p, name, r->rdi, sizeof(name));

	if (ret < 0)
		return ret;
	net_lock();
	ret = net_lookup(name, r->rsi, &a.ip);
	net_unlock();
	if (ret)
		return ret;
	as.v6 = IP_IS_V6(&a.ip);
	return addr_put(&as, p, r->rdx, ADDR_V6_SIZE, &a);
}

s64 sys_net(struct process *p, struct regs *r)
{
	u64 nr = r->rax == SYS_accept4 ? SYS_accept : r->rax;
	struct socket *s;
	s64 ret;

	if (nr == SYS_resolve)
		return net_resolve(p, r);
	net_lock();
	s = socket_of(p, r->rdi);
	if (nr == SYS_socket)
		ret = net_socket(p, r);
	else if (!file_of(p, r->rdi))
		ret = -EBADF;
	else
		ret = s ? calls[nr - SYS_socket](p, r, s) : -ENOTSOCK;
	net_unlock();
	return ret;
}
