/* SPDX-License-Identifier: MIT */
/*
 * socket.c - sockets for programs: the calls, and names and addresses.
 */
#include "../socket.h"

#define ADDR_SIZE(a)	((a)->family == AF_INET ? 16 : sizeof(*(a)))

static long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	register long r9 asm("r9") = f;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10),
		       "r" (r8), "r" (r9)
		     : "rcx", "r11", "memory");
	return ret;
}

int socket(int family, int type, int protocol)
{
	return sys3(SYS_socket, family, type, protocol);
}

int bind(int fd, const struct sockaddr *a)
{
	return sys3(SYS_bind, fd, (long)a, ADDR_SIZE(a));
}

int listen(int fd, int backlog)
{
	return sys3(SYS_listen, fd, backlog, 0);
}

int accept(int fd, struct sockaddr *a)
{
	uint32_t size = sizeof(*a);

	return sys3(SYS_accept, fd, (long)a, (long)&size);
}

int connect(int fd, const struct sockaddr *a)
{
	return sys3(SYS_connect, fd, (long)a, ADDR_SIZE(a));
}

long sendto(int fd, const void *buf, size_t n, int flags,
	    const struct sockaddr *to)
{
	return sys6(SYS_sendto, fd, (long)buf, n, flags, (long)to,
		    to ? ADDR_SIZE(to) : 0);
}

long recvfrom(int fd, void *buf, size_t n, int flags, struct sockaddr *from)
{
	uint32_t size = sizeof(*from);

	return sys6(SYS_recvfrom, fd, (long)buf, n, flags, (long)from,
		    (long)&size);
}

int shutdown(int fd, int how)
{
	return sys3(SYS_shutdown, fd, how, 0);
}

int setsockopt(int fd, int level, int name, const void *value, uint32_t size)
{
	return sys6(SYS_setsockopt, fd, level, name, (long)value, size, 0);
}

int getsockopt(int fd, int level, int name, void *value, uint32_t *size)
{
	return sys6(SYS_getsockopt, fd, level, name, (long)value, (long)size,
		    0);
}

int getsockname(int fd, struct sockaddr *a)
{
	uint32_t size = sizeof(*a);

	return sys3(SYS_getsockname, fd, (long)a, (long)&size);
}

int getpeername(int fd, struct sockaddr *a)
{
	uint32_t size = sizeof(*a);

	return sys3(SYS_getpeername, fd, (long)a, (long)&size);
}

int poll(struct pollfd *fds, unsigned long nr, int ms)
{
	return sys3(SYS_poll, (long)fds, nr, ms);
}

int resolve(const char *name, int family, struct sockaddr *a)
{
	return sys3(SYS_resolve, (long)name, family, (long)a);
}

void port_set(struct sockaddr *a, unsigned int port)
{
	a->port[0] = port >> 8;
	a->port[1] = port;
}

unsigned int port_of(const struct sockaddr *a)
{
	return a->port[0] << 8 | a->port[1];
}

static char *put_number(char *to, unsigned int n, unsigned int base)
{
	if (n >= base)
		to = put_number(to, n / base, base);
	*to++ = "0123456789abcdef"[n % base];
	*to = 0;
	return to;
}

static char *ipv4_text(const uint8_t *a, char *to)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_number(to, a[i], 10);
	}
	return to;
}

static unsigned int group(const uint8_t *a, int i)
{
	return a[i * 2] << 8 | a[i * 2 + 1];
}

/* The first longest run of groups that are 0, of two at least, is "::". */
static void ipv6_text(const uint8_t *a, char *to)
{
	int i, j, from = -1, run = 1;

	for (i = 0; i < 8; i++) {
		for (j = i; j < 8 && !group(a, j); j++)
			;
		if (j - i > run) {
			from = i;
			run = j - i;
		}
	}
	for (i = 0; i < 8; i++) {
		if (i == from) {
			*to++ = ':';
			if (i + run == 8)
				*to++ = ':';
			i += run - 1;
			continue;
		}
		if (i)
			*to++ = ':';
		to = put_number(to, group(a, i), 16);
	}
	*to = 0;
}

char *addr_text(const struct sockaddr *a, char *text)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a->family == AF_INET)
		ipv4_text(a->ipv4, text);
	else if (!memcmp(a->ipv6, mapped, sizeof(mapped)))
		ipv4_text(a->ipv6 + 12, text);
	else
		ipv6_text(a->ipv6, text);
	return text;
}

int connect_to(const char *program, const char *name, unsigned int port,
	       int family)
{
	struct sockaddr a;
	int ret = resolve(name, family, &a), fd;

	if (ret) {
		warn("%s: %s: no such host (error %d)\n", program, name, -ret);
		return ret;
	}
	port_set(&a, port);
	fd = socket(a.family, SOCK_STREAM, 0);
	ret = fd < 0 ? fd : connect(fd, &a);
	if (!ret)
		return fd;
	warn("%s: %s port %u: no connection (error %d)\n", program, name, port,
	     -ret);
	if (fd >= 0)
		close(fd);
	return ret;
}

int listen_at(const char *program, unsigned int port, int family)
{
	struct sockaddr a = { .family = family == 4 ? AF_INET : AF_INET6 };
	int fd = socket(a.family, SOCK_STREAM, 0), one = 1, ret = fd;

	port_set(&a, port);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		ret = bind(fd, &a);
	}
	if (fd >= 0 && !ret)
		ret = listen(fd, 128);
	if (!ret)
		return fd;
	warn("%s: can't listen at port %u (error %d)\n", program, port, -ret);
	if (fd >= 0)
		close(fd);
	return ret;
}

long write_all(int fd, const void *buf, size_t n)
{
	const char *from = buf;
	size_t done;
	long ret;

	for (done = 0; done < n; done += ret) {
		ret = write(fd, from + done, n - done);
		if (ret <= 0)
			return ret ? ret : -EIO;
	}
	return n;
}
