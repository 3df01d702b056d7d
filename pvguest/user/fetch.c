/* SPDX-License-Identifier: MIT */
/*
 * fetch.c - an HTTP client: the body of a page to the output.
 *
 * It asks by HTTP/1.0, so that the end of the connection is the end of the
 * page; a length that was told must be kept.
 */
#include "getopt.h"
#include "socket.h"

#define HEAD_MAX	8192
#define REQUEST_MAX	8192

static int show_head, head_only, quiet, family;

struct url {
	char host[256];
	unsigned int port;
	const char *path;
};

static void usage(void)
{
	warn("usage: fetch [-46iIs] URL\n"
	     "  -i  the head as well, -I  the head alone, -s  no messages\n");
	exit(2);
}

static int begins(const char *s, const char *with)
{
	size_t i;

	for (i = 0; with[i]; i++)
		if ((s[i] | 32) != (with[i] | 32))
			return 0;
	return 1;
}

/* [http://]HOST[:PORT][/PATH]; an IPv6 address is in brackets. */
static int url_parse(const char *s, struct url *u)
{
	size_t n = 0;
	char end = 0;

	if (begins(s, "http://"))
		s += 7;
	if (*s == '[') {
		end = ']';
		s++;
	}
	while (*s && (end ? *s != end : *s != ':' && *s != '/')) {
		if (n == sizeof(u->host) - 1)
			return -1;
		u->host[n++] = *s++;
	}
	u->host[n] = 0;
	if (end && *s++ != end)
		return -1;
	u->port = 80;
	if (*s == ':')
		for (u->port = 0, s++; *s >= '0' && *s <= '9'; s++)
			u->port = u->port * 10 + *s - '0';
	u->path = *s ? s : "/";
	return n && u->port && u->port < 65536 && *u->path == '/' ? 0 : -1;
}

static int ask(int fd, const struct url *u)
{
	const char *const parts[] = {
		head_only ? "HEAD " : "GET ", u->path, " HTTP/1.0\r\nHost: ",
		u->host, "\r\nUser-Agent: fetch\r\nConnection: close\r\n\r\n",
	};
	static char buf[REQUEST_MAX];
	unsigned int i;
	size_t n, len = 0;

	/* In one piece: what follows the first waits until that has come. */
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		n = strlen(parts[i]);
		if (n > sizeof(buf) - len)
			return -1;
		memcpy(buf + len, parts[i], n);
		len += n;
	}
	return write_all(fd, buf, len) < 0 ? -1 : 0;
}

/* The head into BUF; its length, and *HAVE bytes are there; or -1. */
static long head_read(int fd, char *buf, long *have)
{
	long n, i = 0;

	for (*have = 0; *have < HEAD_MAX; *have += n) {
		n = read(fd, buf + *have, HEAD_MAX - *have);
		if (n <= 0)
			return -1;
		for (; i + 4 <= *have + n; i++)
			if (!memcmp(buf + i, "\r\n\r\n", 4)) {
				*have += n;
				return i + 4;
			}
	}
	return -1;
}

/* The length that the head tells, or -1. */
static long length_told(const char *head, long n)
{
	static const char name[] = "content-length:";
	long i, told = 0;

	for (i = 0; i + (long)sizeof(name) < n; i++)
		if (head[i] == '\n' && begins(head + i + 1, name))
			break;
	if (i + (long)sizeof(name) >= n)
		return -1;
	for (i += sizeof(name); i < n && head[i] == ' '; i++)
		;
	for (; i < n && head[i] >= '0' && head[i] <= '9' &&
	     told < (1L << 58); i++)
		told = told * 10 + head[i] - '0';
	return told;
}

/* "HTTP/1.x NNN ..." */
static int status_of(const char *head, long n)
{
	if (n < 12 || !begins(head, "HTTP/1.") || head[8] != ' ')
		return 0;
	return (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
}

static int body_copy(int fd, char *buf, size_t size, long got, long told)
{
	long n;

	while (told < 0 || got < told) {
		n = read(fd, buf, size);
		if (n < 0) {
			warn("fetch: the connection broke: error %ld\n", -n);
			return 1;
		}
		if (!n)
			break;
		if (write_all(1, buf, n) < 0)
			return 1;
		got += n;
	}
	if (told >= 0 && got != told) {
		warn("fetch: %ld bytes of %ld came\n", got, told);
		return 1;
	}
	return 0;
}

static int fetch(int fd, const struct url *u)
{
	static char buf[64 * 1024];
	long have, head, told;
	int status;

	if (ask(fd, u))
		return 1;
	head = head_read(fd, buf, &have);
	status = head < 0 ? 0 : status_of(buf, head);
	if (!status) {
		warn("fetch: that is no HTTP\n");
		return 1;
	}
	if (show_head || head_only)
		write_all(1, buf, head);
	told = length_told(buf, head);
	if (!head_only) {
		write_all(1, buf + head, have - head);
		if (body_copy(fd, buf, sizeof(buf), have - head, told))
			return 1;
	}
	if (status >= 400 && !quiet)
		warn("fetch: the server says %d\n", status);
	return status >= 400;
}

int main(int argc, char **argv)
{
	struct url u;
	int c, fd;

	while ((c = getopt(argc, argv, "46iIs")) != -1) {
		if (c == '4' || c == '6')
			family = c - '0';
		else if (c == 'i')
			show_head = 1;
		else if (c == 'I')
			head_only = 1;
		else if (c == 's')
			quiet = 1;
		else
			usage();
	}
	if (optind + 1 != argc || url_parse(argv[optind], &u))
		usage();
	fd = connect_to("fetch", u.host, u.port, family);
	return fd < 0 ? 1 : fetch(fd, &u);
}
