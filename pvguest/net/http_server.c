/* SPDX-License-Identifier: MIT */
/*
 * http_server.c - HTTP/1.1 in the kernel: GET and HEAD, by connections that may
 * stay, with requests one behind the other.
 *
 * It lives in lwIP's callbacks, so all but the start has the stack's lock.  A
 * request has a bounded size, a connection that does nothing for a while ends,
 * and there is a bound to their number.  What is sent of a file is sent from
 * where it lies, as the ramdisk is never given back.
 */
#include <hcall/print.h>
#include <lwip/tcp.h>
#include <stdlib.h>
#include <string.h>
#include "http.h"
#include "stack.h"

#define REQUEST_MAX	2048
#define HEAD_MAX	256
#define CONNECTIONS_MAX	320
#define POLL_INTERVAL	2	/* of 500 ms */
#define IDLE_MAX	15	/* polls */
#define PART_MAX	0xffffUL

struct out {
	const char *at;
	size_t left;
	u8 flags;		/* of tcp_write */
};

struct conn {
	struct tcp_pcb *pcb;
	struct out head, body;
	struct http_page *page;	/* that body is in, or NULL */
	bool last;		/* close when all is sent */
	bool ended;		/* the peer sends no more */
	unsigned int idle;
	size_t have;
	char head_text[HEAD_MAX];
	char request[REQUEST_MAX + 1];
};

static struct tcp_pcb *listener;
static unsigned int connections;

static void page_free_of(struct conn *c)
{
	http_page_free(c->page);
	c->page = NULL;
}

static void conn_free(struct conn *c)
{
	page_free_of(c);
	net_free(c);
	connections--;
}

/* ERR_ABRT if the pcb is gone, for who was called by lwIP with it. */
static err_t conn_close(struct conn *c)
{
	struct tcp_pcb *pcb = c->pcb;

	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_poll(pcb, NULL, 0);
	conn_free(c);
	if (tcp_close(pcb) == ERR_OK)
		return ERR_OK;
	tcp_abort(pcb);
	return ERR_ABRT;
}

/* False: there is no room now; on_sent or on_poll goes on. */
static bool out_send(struct conn *c, struct out *out)
{
	size_t part;

	while (out->left) {
		part = min(out->left, (size_t)tcp_sndbuf(c->pcb));
		part = min(part, PART_MAX);
		if (!part || tcp_write(c->pcb, out->at, part, out->flags))
			return false;
		out->at += part;
		out->left -= part;
		c->idle = 0;
	}
	return true;
}

static void answer(struct conn *c, int status, const char *reason,
		   const struct http_content *content, bool head_only)
{
	size_t n;

	n = hc_snprintf(c->head_text, HEAD_MAX, "HTTP/1.1 %d %s\r\n"
			"Server: pvguest\r\nContent-Type: %s\r\n"
			"Content-Length: %lu\r\n%s\r\n", status, reason,
			content->type, content->size,
			c->last ? "Connection: close\r\n" : "");
	c->head.at = c->head_text;
	c->head.left = min(n, (size_t)HEAD_MAX - 1);
	c->head.flags = TCP_WRITE_FLAG_COPY;
	c->page = content->page;
	c->body.at = content->data;
	c->body.left = head_only ? 0 : content->size;
	c->body.flags = content->page ? TCP_WRITE_FLAG_COPY : 0;
}

static void refuse(struct conn *c, int status, const char *reason)
{
	struct http_content text = { .type = "text/plain", .data = reason,
				     .size = strlen(reason) };

	answer(c, status, reason, &text, false);
}

/* Does the head have that line?  Names and values in small letters. */
static bool says(const char *head, const char *name, const char *value)
{
	size_t len = strlen(name), i;
	const char *s;

	for (s = strchr(head, '\n'); s; s = strchr(s + 1, '\n')) {
		for (i = 0; i < len && (s[1 + i] | 32) == name[i]; i++)
			;
		if (i < len || s[1 + len] != ':')
			continue;
		s += len + 2;
		while (*s == ' ')
			s++;
		for (i = 0; value[i] && (s[i] | 32) == value[i]; i++)
			;
		return !value[i];
	}
	return false;
}

/* The request's first line is METHOD PATH HTTP/1.x; HEAD is all of it. */
static void request(struct conn *c, char *head)
{
	char *path = strchr(head, ' '), *version, *query;
	struct http_content content;
	bool head_only = !strncmp(head, "HEAD ", 5);

	version = path ? strchr(path + 1, ' ') : NULL;
	c->last = true;
	if (!version || path[1] != '/' || strncmp(version, " HTTP/1.", 8)) {
		refuse(c, 400, "Bad Request");
		return;
	}
	if (!head_only && strncmp(head, "GET ", 4)) {
		refuse(c, 405, "Method Not Allowed");
		return;
	}
	c->last = version[8] == '0' ? !says(head, "connection", "keep-alive") :
				      says(head, "connection", "close");
	*version = 0;
	query = strchr(path, '?');
	if (query)
		*query = 0;
	if (http_find(path + 2, &content))
		answer(c, 200, "OK", &content, head_only);
	else
		refuse(c, 404, "Not Found");
}

/* Takes the next whole request, if there is one. */
static bool request_next(struct conn *c)
{
	size_t n;
	char *end;

	c->request[c->have] = 0;
	end = strstr(c->request, "\r\n\r\n");
	if (!end) {
		if (c->have < REQUEST_MAX && strlen(c->request) == c->have)
			return false;
		/* Too long, or with a NUL in it. */
		c->last = true;
		c->have = 0;
		refuse(c, 431, "Request Header Fields Too Large");
		return true;
	}
	*end = 0;
	n = end + 4 - c->request;
	request(c, c->request);
	c->have -= n;
	memmove(c->request, c->request + n, c->have);
	return true;
}

/* Go on as far as it goes.  ERR_ABRT: the connection is gone. */
static err_t conn_work(struct conn *c)
{
	do {
		if (!out_send(c, &c->head) || !out_send(c, &c->body)) {
			tcp_output(c->pcb);
			return ERR_OK;
		}
		page_free_of(c);
		if (c->last)
			return conn_close(c);
	} while (request_next(c));
	if (c->ended)
		return conn_close(c);
	tcp_output(c->pcb);
	return ERR_OK;
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct conn *c = arg;
	size_t room = REQUEST_MAX - c->have, n;

	(void)err;
	c->idle = 0;
	if (!p) {
		c->ended = true;
		return conn_work(c);
	}
	/* More than fits behind what is being answered: later. */
	if (p->tot_len > room && (c->head.left || c->body.left))
		return ERR_MEM;
	n = pbuf_copy_partial(p, c->request + c->have, min(room, 0xffffUL), 0);
	c->have += n;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return conn_work(c);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
	struct conn *c = arg;

	(void)pcb;
	(void)len;
	c->idle = 0;
	return conn_work(c);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	struct conn *c = arg;

	if (++c->idle <= IDLE_MAX)
		return conn_work(c);
	conn_free(c);
	tcp_arg(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_abort(pcb);
	return ERR_ABRT;
}

static void on_error(void *arg, err_t err)
{
	(void)err;
	conn_free(arg);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct conn *c = NULL;

	(void)arg;
	if (err == ERR_OK && pcb && connections < CONNECTIONS_MAX)
		c = net_calloc(1, sizeof(*c));
	if (!c)
		return ERR_MEM;
	connections++;
	c->pcb = pcb;
	tcp_arg(pcb, c);
	tcp_recv(pcb, on_recv);
	tcp_sent(pcb, on_sent);
	tcp_poll(pcb, on_poll, POLL_INTERVAL);
	tcp_err(pcb, on_error);
	tcp_nagle_disable(pcb);
	return ERR_OK;
}

static int listen(u16 port)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY), *new = NULL;

	if (!pcb)
		return -ENOMEM;
	if (tcp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK)
		new = tcp_listen_with_backlog(pcb, 0xff);
	if (!new) {
		tcp_close(pcb);
		return -EADDRINUSE;
	}
	tcp_accept(new, on_accept);
	listener = new;
	return 0;
}

int http_start(u16 port)
{
	int ret;

	net_lock();
	ret = listener ? -EALREADY : listen(port);
	net_unlock();
	return ret;
}

int http_stop(void)
{
	int ret = listener ? 0 : -ENOENT;

	net_lock();
	if (listener)
		tcp_close(listener);
	listener = NULL;
	net_unlock();
	return ret;
}

unsigned int http_connections(void)
{
	return connections;
}
