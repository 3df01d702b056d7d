/* SPDX-License-Identifier: MIT */
/*
 * netcheck.c - sockets, good and bad, over the loopback device; TAP.
 */
#include "socket.h"

#define PORT	7000
#define MUCH	(700 * 1000)

static int count, failed;

static void report(const char *name, long got, long want)
{
	printf("%s %d - %s\n", got == want ? "ok" : "not ok", ++count, name);
	if (got != want)
		printf("# got %ld, not %ld\n", got, want);
	failed |= got != want;
}

static struct sockaddr at(int family, unsigned int port)
{
	struct sockaddr a = { .family = family };

	if (family == AF_INET)
		memcpy(a.ipv4, "\x7f\0\0\1", 4);
	else
		a.ipv6[15] = 1;
	port_set(&a, port);
	return a;
}

static void bad_arguments(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), udp;
	struct sockaddr a = at(AF_INET, PORT), six = at(AF_INET6, PORT);
	uint32_t value = 0, size = 2;

	udp = socket(AF_INET, SOCK_DGRAM, 0);
	report("family", socket(1, SOCK_STREAM, 0), -EAFNOSUPPORT);
	report("type", socket(AF_INET, 5, 0), -EPROTONOSUPPORT);
	report("protocol", socket(AF_INET, SOCK_STREAM, 17), -EPROTONOSUPPORT);
	report("no descriptor", bind(13, &a), -EBADF);
	report("not a socket", bind(1, &a), -ENOTSOCK);
	report("address nowhere", sys3(SYS_bind, fd, 8, 16), -EFAULT);
	report("address in the kernel",
	       sys3(SYS_bind, fd, 0xffffffff80100000, 16), -EFAULT);
	report("address too short", sys3(SYS_bind, fd, (long)&a, 15), -EINVAL);
	report("address of IPv6", bind(fd, &six), -EAFNOSUPPORT);
	report("listen, UDP", listen(udp, 1), -EOPNOTSUPP);
	report("accept, not listening", accept(fd, NULL), -EINVAL);
	report("recv, not connected", recvfrom(fd, &a, 1, 0, NULL), -ENOTCONN);
	report("send, not connected", sendto(fd, &a, 1, 0, NULL), -ENOTCONN);
	report("send to nobody", sendto(udp, &a, 1, 0, NULL), -EDESTADDRREQ);
	report("send from nowhere", sendto(udp, NULL, 9, 0, &a), -EFAULT);
	report("send too much", sendto(udp, &a, 1 << 20, 0, &a), -EMSGSIZE);
	report("peer of nobody", getpeername(fd, &a), -ENOTCONN);
	report("option", setsockopt(fd, 99, 1, &value, 4), -ENOPROTOOPT);
	report("option too short", setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE,
					      &value, 3), -EINVAL);
	report("option nowhere", setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE,
					    NULL, 4), -EFAULT);
	report("error too short", getsockopt(fd, SOL_SOCKET, SO_ERROR, &value,
					     &size), -EINVAL);
	report("no error", getsockopt(fd, SOL_SOCKET, SO_ERROR, &value,
				      (size = 4, &size)), 0);
	report("shutdown how", shutdown(fd, 3), -EINVAL);
	report("shutdown, not connected", shutdown(fd, SHUT_WR), -ENOTCONN);
	report("nobody listens", connect(fd, &a), -ECONNREFUSED);
	report("connect again", connect(fd, &a), -EINVAL);
	report("name nowhere", sys3(SYS_resolve, 8, 0, (long)&a), -EFAULT);
	report("poll nowhere", poll(NULL, 1, 0), -EFAULT);
	report("poll too many", poll(NULL, 1000, 0), -EINVAL);
	close(fd);
	close(udp);
}

static int listener(int family, unsigned int port)
{
	struct sockaddr a = at(family, port);
	int fd = socket(family, SOCK_STREAM, 0);

	if (bind(fd, &a) || listen(fd, 4))
		report("listener", 0, 1);
	return fd;
}

static void taken_port(void)
{
	int fd = listener(AF_INET, PORT), other;
	struct sockaddr a = at(AF_INET, PORT);

	other = socket(AF_INET, SOCK_STREAM, 0);
	report("port in use", bind(other, &a), -EADDRINUSE);
	report("bind twice", bind(fd, &a), -EINVAL);
	report("listen twice", listen(fd, 1), -EINVAL);
	close(fd);
	report("port free again", bind(other, &a), 0);
	close(other);
}

static uint8_t noise(unsigned long i)
{
	return i * 2654435761U >> 13;
}

/* Both ends in one process would wait for itself: a child echoes. */
static void echo(int fd)
{
	static char buf[30000];
	int new = accept(fd, NULL);
	long n;

	while ((n = read(new, buf, sizeof(buf))) > 0)
		if (write_all(new, buf, n) < 0)
			exit(1);
	exit(n < 0);
}

static void send_much(int fd)
{
	static uint8_t buf[MUCH];
	unsigned long i;

	for (i = 0; i < MUCH; i++)
		buf[i] = noise(i);
	exit(write_all(fd, buf, MUCH) != MUCH || shutdown(fd, SHUT_WR));
}

/* What a third process sends comes back to us. */
static void stream(int family, const char *name)
{
	int listening = listener(family, PORT + 1), fd, child, sender, status;
	struct sockaddr a = at(family, PORT + 1), other;
	static uint8_t buf[50000];
	unsigned long total = 0, wrong = 0;
	long n, i;

	child = fork();
	if (!child)
		echo(listening);
	close(listening);
	fd = socket(family, SOCK_STREAM, 0);
	report(name, connect(fd, &a), 0);
	report("peer", getpeername(fd, &other) || port_of(&other) != PORT + 1,
	       0);
	sender = fork();
	if (!sender)
		send_much(fd);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++, total++)
			wrong += buf[i] != noise(total);
	report("all came back", total, MUCH);
	report("unchanged", wrong, 0);
	report("then the end", n, 0);
	wait4(sender, &status, 0);
	report("sender ended well", status, 0);
	wait4(child, &status, 0);
	report("echo ended well", status, 0);
	report("write after the end", write(fd, buf, 1), -EPIPE);
	close(fd);
}

static void reset(void)
{
	int listening = listener(AF_INET, PORT + 2), fd, new, one = 1;
	struct sockaddr a = at(AF_INET, PORT + 2);
	struct pollfd p = { .events = POLLIN };
	char c = 0;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	report("connect before accept", connect(fd, &a), 0);
	p.fd = listening;
	report("poll: to accept", poll(&p, 1, 1000), 1);
	new = accept(listening, NULL);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	p.fd = new;
	report("poll: nothing yet", poll(&p, 1, 10), 0);
	report("write", write(fd, &c, 1), 1);
	report("poll: readable", poll(&p, 1, 1000), 1);
	report("not all read: reset", close(new), 0);
	p.fd = fd;
	poll(&p, 1, 1000);
	report("read", read(fd, &c, 1), -ECONNRESET);
	report("told once", read(fd, &c, 1), 0);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, &a);
	close(listening);
	report("listener gone", read(fd, &c, 1), -ECONNRESET);
	close(fd);
}

static void no_waiting(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	struct sockaddr a = at(AF_INET, PORT + 3), b = a;
	uint64_t time[2] = { 0, 20000 };
	char buf[8] = "datagram";

	report("bind, UDP", bind(fd, &a), 0);
	report("nothing there", recvfrom(fd, buf, 8, 0, NULL), -EAGAIN);
	report("to oneself", sendto(fd, buf, 8, 0, &a), 8);
	while (recvfrom(fd, buf, 3, MSG_DONTWAIT, &b) == -EAGAIN)
		sched_yield();
	report("sender", port_of(&b), PORT + 3);
	report("the rest is lost", recvfrom(fd, buf, 8, 0, NULL), -EAGAIN);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, time, sizeof(time));
	report("time runs out", recvfrom(fd, buf, 8, 0, NULL), -EAGAIN);
	close(fd);
}

/* A listener of IPv6 takes IPv4, too. */
static void both(void)
{
	struct sockaddr any = { .family = AF_INET6 }, peer;
	int fd = socket(AF_INET6, SOCK_STREAM, 0), four, new;
	struct sockaddr a = at(AF_INET, PORT + 4);
	char text[ADDR_TEXT];

	port_set(&any, PORT + 4);
	report("bind to all", bind(fd, &any) || listen(fd, 1), 0);
	four = socket(AF_INET, SOCK_STREAM, 0);
	report("connect by IPv4", connect(four, &a), 0);
	new = accept(fd, &peer);
	report("it is mapped", peer.family == AF_INET6 &&
	       !memcmp(addr_text(&peer, text), "127.0.0.1", 10), 1);
	close(new);
	close(four);
	close(fd);
}

static void limits(void)
{
	int fd, child, status = 0;
	char c;

	while ((fd = socket(AF_INET, SOCK_STREAM, 0)) >= 0)
		;
	report("descriptors", fd, -EMFILE);
	for (fd = 3; !close(fd); fd++)
		;
	child = fork();
	if (!child) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		exit(read(fd, &c, 1));
	}
	sleep_ms(20);
	report("kill who waits", kill(child, SIGKILL), 0);
	wait4(child, &status, 0);
	report("it ended", status != 0, 1);
}

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	bad_arguments();
	taken_port();
	stream(AF_INET, "connect, IPv4");
	stream(AF_INET6, "connect, IPv6");
	reset();
	no_waiting();
	both();
	limits();
	printf("1..%d\n", count);
	return failed;
}
