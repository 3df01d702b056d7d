/* SPDX-License-Identifier: MIT */
/*
 * visit.c - one page of each of many HTTP servers, of as many as there may be
 * processes at a time: how much came, its sum, and how long all took.
 */
#include "getopt.h"
#include "socket.h"

#define MS		1000000UL
#define PATH_MOST	1000

static unsigned long patience;		/* ms */

static void usage(void)
{
	warn("usage: visit [-w SECONDS] COUNT ADDRESS [PATH]\n"
	     "  -w  try so long\n"
	     "ADDRESS is the first one's; the others' follow it.\n");
	exit(2);
}

/* N further: in the last two bytes. */
static void advance(struct sockaddr *a, unsigned int n)
{
	uint8_t *end = a->family == AF_INET ? a->ipv4 + 4 : a->ipv6 + 16;

	n += end[-2] << 8 | end[-1];
	end[-2] = n >> 8;
	end[-1] = n;
}

static int reach(const struct sockaddr *a, uint64_t end)
{
	int fd, ret;

	for (;;) {
		fd = socket(a->family, SOCK_STREAM, 0);
		ret = fd < 0 ? fd : connect(fd, a);
		if (!ret)
			return fd;
		close(fd);
		if (time_ns() >= end)
			return ret;
		sleep_ms(20);
	}
}

/* The whole answer but its head; 0, or an error. */
static long page(int fd, const char *path, unsigned long *got, uint32_t *sum)
{
	static const char end[] = "\r\n\r\n", tail[] = " HTTP/1.0\r\n\r\n";
	static uint8_t buf[16 * 1024];
	size_t len = strlen(path);
	unsigned int seen = 0;
	long n, i;

	/* In one piece: what follows the first waits until that has come. */
	memcpy(buf, "GET ", 4);
	memcpy(buf + 4, path, len);
	memcpy(buf + 4 + len, tail, sizeof(tail) - 1);
	n = write_all(fd, buf, 4 + len + sizeof(tail) - 1);
	if (n < 0)
		return n;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n && seen < 4; i++)
			seen = buf[i] == end[seen] ? seen + 1 : buf[i] == '\r';
		for (*got += n - i; i < n; i++)
			*sum = (*sum ^ buf[i]) * 16777619;
	}
	return n ? n : seen == 4 ? 0 : -EIO;
}

/* In a process of its own. */
static int visit(const struct sockaddr *a, const char *path, uint64_t end)
{
	char text[ADDR_TEXT];
	unsigned long got = 0;
	uint32_t sum = 2166136261;
	int fd = reach(a, end);
	long ret = fd < 0 ? fd : page(fd, path, &got, &sum);

	addr_text(a, text);
	if (ret)
		printf("visit: %s: error %ld\n", text, -ret);
	else
		printf("visit: %s: %lu bytes, sum %x\n", text, got, sum);
	return ret != 0;
}

/* One that has ended; 1 if it was well. */
static unsigned int ended(void)
{
	int status = 1;

	return wait4(-1, &status, 0) > 0 && !exit_status(status);
}

int main(int argc, char **argv)
{
	unsigned long i, count, good = 0, left = 0;
	uint64_t start = time_ns();
	struct sockaddr first, a;
	const char *path;
	int c, pid;

	while ((c = getopt(argc, argv, "w:")) != -1) {
		if (c != 'w')
			usage();
		patience = number(optarg) * 1000;
	}
	if (argc - optind < 2 || argc - optind > 3)
		usage();
	count = number(argv[optind]);
	if (!count || count > 1000 || resolve(argv[optind + 1], 0, &first))
		usage();
	path = argc - optind > 2 ? argv[optind + 2] : "/";
	if (strlen(path) > PATH_MOST)
		usage();
	for (i = 0; i < count; i++) {
		a = first;
		advance(&a, i);
		port_set(&a, 80);
		/* No more processes just now: one has to end first. */
		while ((pid = fork()) < 0 && left) {
			good += ended();
			left--;
		}
		if (!pid)
			return visit(&a, path, start + patience * MS);
		if (pid < 0)
			break;
		left++;
	}
	while (left--)
		good += ended();
	printf("visit: %lu of %lu answered in %lu us\n", good, count,
	       (time_ns() - start) / 1000);
	return good != count;
}
