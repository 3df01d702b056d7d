/* SPDX-License-Identifier: MIT */
/*
 * socket.c - what all sockets have: life, waiting, errors.
 */
#include <lwip/err.h>
#include "socket.h"

static unsigned int nr_sockets;

struct socket *socket_make(const struct socket_kind *kind, bool v6)
{
	struct socket *s;

	if (nr_sockets >= SOCKETS_MAX)
		return NULL;
	s = kzalloc(sizeof(*s));
	if (!s)
		return NULL;
	s->kind = kind;
	s->v6 = v6;
	list_init(&s->wait.threads);
	list_init(&s->packets);
	list_init(&s->accepted);
	list_init(&s->node);
	nr_sockets++;
	return s;
}

void socket_destroy(struct socket *s)
{
	s->kind->close(s);
	nr_sockets--;
	kfree(s);
}

void socket_wake(struct socket *s)
{
	waitq_wake(&s->wait, ~0U);
	poll_wake();
}

int socket_wait(struct socket *s, u64 start, u64 timeout)
{
	u64 deadline = timeout ? start + timeout : NEVER;

	if (s->nonblock)
		return -EAGAIN;
	if (net_wait(&s->wait, deadline))
		return 0;
	/* Killed: the number is not seen by anybody. */
	return deadline != NEVER && arch->time() >= deadline ? -EAGAIN : -EINTR;
}

int socket_errno(s8_t err)
{
	static const u8 numbers[] = {
		[-ERR_MEM] = ENOMEM, [-ERR_BUF] = ENOBUFS,
		[-ERR_TIMEOUT] = ETIMEDOUT, [-ERR_RTE] = EHOSTUNREACH,
		[-ERR_INPROGRESS] = EINPROGRESS, [-ERR_VAL] = EINVAL,
		[-ERR_WOULDBLOCK] = EAGAIN, [-ERR_USE] = EADDRINUSE,
		[-ERR_ALREADY] = EALREADY, [-ERR_ISCONN] = EISCONN,
		[-ERR_CONN] = ENOTCONN, [-ERR_IF] = ENODEV,
		[-ERR_ABRT] = ETIMEDOUT, [-ERR_RST] = ECONNRESET,
		[-ERR_CLSD] = ENOTCONN, [-ERR_ARG] = EINVAL,
	};

	if (err == ERR_OK)
		return 0;
	if (err > 0 || -err >= (int)ARRAY_SIZE(numbers))
		return -EINVAL;
	return -numbers[-err];
}

int socket_error(struct socket *s)
{
	int error = s->error;

	s->error = 0;
	return -error;
}
