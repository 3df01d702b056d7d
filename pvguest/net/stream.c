/* SPDX-License-Identifier: MIT */
/*
 * stream.c - TCP sockets, on lwIP's callbacks.
 *
 * What arrives stays in the buffers that it came in, and in the window, until
 * it is read.  The connection (pcb) may go at any time by itself: then tcp is
 * NULL and error says why.
 */
#include <lwip/tcp.h>
#include "socket.h"

/* No thing to wait for when segments are short of memory: look again. */
#define RETRY	(50 * NSEC_PER_MSEC)

static void data_free(struct socket *s)
{
	struct pbuf *next;

	for (; s->first; s->first = next) {
		next = s->first->next;
		s->first->next = NULL;
		s->first->tot_len = s->first->len;
		pbuf_free(s->first);
	}
	s->last = NULL;
	s->first_at = s->waiting = 0;
}

/*
 * Both sides have ended: what is left to be sent and acknowledged is lwIP's,
 * which then frees the pcb without a word.
 */
static void release(struct socket *s)
{
	struct tcp_pcb *pcb = s->tcp;

	s->tcp = NULL;
	tcp_set_flags(pcb, TF_RXCLOSED);
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
}

static err_t on_data(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct socket *s = arg;

	(void)pcb;
	(void)err;
	if (!p) {
		s->eof = true;
		if (s->shut)
			release(s);
	} else {
		s->waiting += p->tot_len;
		if (s->last)
			s->last->next = p;
		else
			s->first = p;
		while (p->next)
			p = p->next;
		s->last = p;
	}
	socket_wake(s);
	return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
	(void)pcb;
	(void)len;
	socket_wake(arg);
	return ERR_OK;
}

/* The pcb is gone already. */
static void on_error(void *arg, err_t err)
{
	struct socket *s = arg;

	s->tcp = NULL;
	s->error = -socket_errno(err);
	if (s->connecting && err == ERR_RST)
		s->error = ECONNREFUSED;
	s->connecting = s->connected = false;
	s->eof = true;
	socket_wake(s);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct socket *s = arg;

	(void)pcb;
	(void)err;
	s->connecting = false;
	s->connected = true;
	socket_wake(s);
	return ERR_OK;
}

static void take_over(struct socket *s, struct tcp_pcb *pcb)
{
	s->tcp = pcb;
	tcp_arg(pcb, s);
	tcp_recv(pcb, on_data);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct socket *listener = arg, *s;

	if (err != ERR_OK || !pcb || listener->nr >= listener->backlog)
		return ERR_MEM;
	s = socket_make(&stream_kind, listener->v6);
	if (!s)
		return ERR_MEM;
	s->connected = true;
	take_over(s, pcb);
	tcp_backlog_delayed(pcb);
	list_add(&listener->accepted, &s->node);
	listener->nr++;
	socket_wake(listener);
	return ERR_OK;
}

int stream_open(struct socket *s)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(s->v6 ? IPADDR_TYPE_ANY :
						      IPADDR_TYPE_V4);

	if (!pcb)
		return -ENOBUFS;
	take_over(s, pcb);
	return 0;
}

static int stream_bind(struct socket *s, const struct socket_addr *a)
{
	if (!s->tcp || s->listening || s->connected || s->connecting ||
	    s->tcp->local_port)
		return -EINVAL;
	return socket_errno(tcp_bind(s->tcp, &a->ip, a->port));
}

int stream_listen(struct socket *s, unsigned int backlog)
{
	struct tcp_pcb *pcb;
	err_t err;

	if (s->listening || !s->tcp || s->connected || s->connecting)
		return -EINVAL;
	backlog = max(min(backlog, 128U), 1U);
	pcb = tcp_listen_with_backlog_and_err(s->tcp, backlog, &err);
	if (!pcb)
		return socket_errno(err);
	s->tcp = pcb;
	s->listening = true;
	s->backlog = backlog;
	tcp_accept(pcb, on_accept);
	return 0;
}

struct socket *stream_accept(struct socket *s, int *error)
{
	u64 start = arch->time();
	struct socket *new;

	*error = s->listening ? 0 : -EINVAL;
	while (!*error && !s->nr)
		*error = socket_wait(s, start, s->recv_timeout);
	if (*error)
		return NULL;
	new = list_first(&s->accepted, struct socket, node);
	list_del(&new->node);
	s->nr--;
	if (new->tcp)
		tcp_backlog_accepted(new->tcp);
	return new;
}

static int stream_connect(struct socket *s, const struct socket_addr *a)
{
	u64 start = arch->time();
	int ret;

	if (s->connected || s->listening)
		return -EISCONN;
	if (s->connecting)
		return -EALREADY;
	if (!s->tcp)
		return -EINVAL;
	ret = socket_errno(tcp_connect(s->tcp, &a->ip, a->port, on_connected));
	if (ret)
		return ret;
	s->connecting = true;
	if (s->nonblock)
		return -EINPROGRESS;
	while (!ret && s->connecting)
		ret = socket_wait(s, start, s->send_timeout);
	return ret ? ret : socket_error(s);
}

static int send_ready(struct socket *s, u64 start)
{
	int ret;

	while (s->tcp && s->connected && !s->shut &&
	       (!tcp_sndbuf(s->tcp) ||
		tcp_sndqueuelen(s->tcp) >= TCP_SND_QUEUELEN - 4)) {
		tcp_output(s->tcp);
		ret = socket_wait(s, start, s->send_timeout);
		if (ret)
			return ret;
	}
	if (s->error)
		return socket_error(s);
	if (!s->tcp || s->shut)
		return -EPIPE;
	return s->connected ? 0 : -ENOTCONN;
}

/* One page at most: 0, -EFAULT, or what tcp_write says. */
static int send_part(struct socket *s, struct process *p, void *buf, u64 from,
		     u64 n, bool more)
{
	err_t err;

	if (copy_in(p->space, buf, from, n))
		return -EFAULT;
	err = tcp_write(s->tcp, buf, n, TCP_WRITE_FLAG_COPY |
			(more ? TCP_WRITE_FLAG_MORE : 0));
	if (err != ERR_MEM || s->nonblock)
		return err == ERR_MEM ? -EAGAIN : socket_errno(err);
	tcp_output(s->tcp);
	net_wait(&s->wait, arch->time() + RETRY);
	return 1;
}

static s64 stream_send(struct socket *s, struct process *p, u64 from, u64 n,
		       const struct socket_addr *to)
{
	void *buf = page_alloc(0);
	u64 done = 0, part, start = arch->time();
	int ret = buf ? 0 : -ENOMEM;

	(void)to;
	while (ret >= 0 && done < n && !p->killed) {
		ret = send_ready(s, start);
		if (ret)
			break;
		part = min(n - done, (u64)tcp_sndbuf(s->tcp));
		part = min(part, (u64)PAGE_SIZE);
		ret = send_part(s, p, buf, from + done, part, done + part < n);
		if (!ret)
			done += part;
	}
	if (s->tcp && done)
		tcp_output(s->tcp);
	if (buf)
		page_free(buf);
	return done ? (s64)done : ret < 0 ? ret : -EINTR;
}

/* The first buffer is read: away with it. */
static void first_drop(struct socket *s)
{
	struct pbuf *p = s->first;

	s->first = p->next;
	if (!s->first)
		s->last = NULL;
	s->first_at = 0;
	p->next = NULL;
	p->tot_len = p->len;
	pbuf_free(p);
}

/* The window that has been read is open again. */
static void window_open(struct socket *s, u64 n)
{
	u64 part;

	for (; n && s->tcp; n -= part) {
		part = min(n, 0xffffUL);
		tcp_recved(s->tcp, part);
	}
}

static s64 data_read(struct socket *s, struct process *p, u64 to, u64 n)
{
	u64 done = 0, part;

	while (done < n && s->first) {
		part = min(n - done, s->first->len - s->first_at);
		if (copy_out(p->space, to + done,
			     (char *)s->first->payload + s->first_at, part))
			break;
		done += part;
		s->first_at += part;
		if (s->first_at == s->first->len)
			first_drop(s);
	}
	s->waiting -= done;
	window_open(s, done);
	return done ? (s64)done : -EFAULT;
}

static s64 stream_recv(struct socket *s, struct process *p, u64 to, u64 n,
		       struct socket_addr *from)
{
	u64 start = arch->time();
	int ret = 0;

	(void)from;
	if (s->listening || (!s->connected && !s->eof))
		return -ENOTCONN;
	while (!ret && !s->first && !s->eof)
		ret = socket_wait(s, start, s->recv_timeout);
	if (s->first)
		return data_read(s, p, to, n);
	return ret ? ret : socket_error(s);
}

int stream_shutdown(struct socket *s, bool rx, bool tx)
{
	int ret;

	if (!s->tcp || !s->connected)
		return -ENOTCONN;
	if (rx) {
		s->eof = true;
		window_open(s, s->waiting);
		data_free(s);
	}
	if (!tx || s->shut)
		return 0;
	ret = socket_errno(tcp_shutdown(s->tcp, 0, 1));
	s->shut = !ret;
	if (s->shut && s->eof && s->tcp)
		release(s);
	return ret;
}

static unsigned int stream_poll(const struct socket *s)
{
	unsigned int events = 0;

	if (s->first || s->eof || s->nr)
		events |= POLLIN;
	if (s->connected && s->tcp && !s->shut &&
	    tcp_sndbuf(s->tcp) >= TCP_SNDLOWAT &&
	    tcp_sndqueuelen(s->tcp) < TCP_SNDQUEUELOWAT)
		events |= POLLOUT;
	if (s->error)
		events |= POLLERR | POLLOUT;
	if (!s->tcp || (s->eof && s->shut))
		events |= POLLHUP;
	return events;
}

static void stream_names(const struct socket *s, struct socket_addr *local,
			 struct socket_addr *remote)
{
	if (!s->tcp)
		return;
	local->ip = s->tcp->local_ip;
	local->port = s->tcp->local_port;
	if (s->listening)
		return;
	remote->ip = s->tcp->remote_ip;
	remote->port = s->tcp->remote_port;
}

/* What was sent goes on being sent; what was not read makes it a reset. */
static void stream_close(struct socket *s)
{
	struct socket *waiting;
	struct tcp_pcb *pcb;

	while (!list_empty(&s->accepted)) {
		waiting = list_first(&s->accepted, struct socket, node);
		list_del(&waiting->node);
		/* Nobody has seen it: a reset says so. */
		pcb = waiting->tcp;
		if (pcb) {
			release(waiting);
			tcp_abort(pcb);
		}
		socket_destroy(waiting);
	}
	pcb = s->tcp;
	if (pcb && s->listening)
		tcp_close(pcb);
	else if (pcb) {
		release(s);
		if (tcp_close(pcb) != ERR_OK)
			tcp_abort(pcb);
	}
	data_free(s);
}

const struct socket_kind stream_kind = {
	.bind = stream_bind,
	.connect = stream_connect,
	.send = stream_send,
	.recv = stream_recv,
	.poll = stream_poll,
	.names = stream_names,
	.close = stream_close,
};
