/* SPDX-License-Identifier: MIT */
/*
 * iperf.c - how fast TCP is, with iperf 2 at the other end.
 *
 * A client sends zeros: the header of a test with no wishes is that, too.
 */
#include "getopt.h"
#include "socket.h"

#define PORT	5001
#define MS	1000000UL

static const char *host;
static unsigned long port = PORT, seconds = 10, bytes, length = 128 * 1024;
static unsigned long every;
static int serving, once, family;
static char *buf;

static void usage(void)
{
	warn("usage: iperf -s [-46] [-1] [-i SECONDS] [-l LENGTH] [-p PORT]\n"
	     "       iperf -c HOST [-46] [-t SECONDS | -n BYTES] "
	     "[-i SECONDS] [-l LENGTH] [-p PORT]\n"
	     "  -1  serve one connection; numbers may end in K, M or G\n");
	exit(2);
}

static unsigned long amount(const char *s)
{
	unsigned long n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + *s - '0';
	if (*s == 'K' || *s == 'k')
		return n << 10;
	if (*s == 'M' || *s == 'm')
		return n << 20;
	return *s == 'G' || *s == 'g' ? n << 30 : n;
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "46s1c:t:n:l:p:i:")) != -1) {
		if (c == '4' || c == '6')
			family = c - '0';
		else if (c == 's')
			serving = 1;
		else if (c == '1')
			once = 1;
		else if (c == 'c')
			host = optarg;
		else if (c == 't')
			seconds = number(optarg);
		else if (c == 'n')
			bytes = amount(optarg);
		else if (c == 'l')
			length = amount(optarg);
		else if (c == 'p')
			port = number(optarg);
		else if (c == 'i')
			every = number(optarg);
		else
			usage();
	}
	if (optind != argc || serving == !!host || !length ||
	    length > 16 << 20 || !port || port > 65535)
		usage();
}

/* From and to are ms since the test's start. */
static void line(unsigned long from, unsigned long to, unsigned long n)
{
	unsigned long ms = to > from ? to - from : 1;
	unsigned long kbits = n * 8 / ms;

	printf("[  1] %lu.%lu-%lu.%lu sec  %lu bytes  %lu.%02lu Mbits/sec\n",
	       from / 1000, from % 1000 / 100, to / 1000, to % 1000 / 100, n,
	       kbits / 1000, kbits % 1000 / 10);
}

/* Bytes until the end of the test, with a line for each interval. */
static void run(int fd, int sending)
{
	unsigned long total = 0, last = 0, told = 0, now = 0;
	uint64_t start = time_ns();
	long n = 0;

	while (!sending || (bytes ? total < bytes : now < seconds * 1000)) {
		n = sending ? write(fd, buf, length) : read(fd, buf, length);
		if (n <= 0)
			break;
		total += n;
		now = (time_ns() - start) / MS;
		if (every && now >= told + every * 1000) {
			line(told, now, total - last);
			told = now;
			last = total;
		}
	}
	if (sending) {
		/* Not what waits here, but what has arrived, counts. */
		shutdown(fd, SHUT_WR);
		read(fd, buf, length);
	}
	line(0, (time_ns() - start) / MS, total);
	if (n < 0)
		printf("iperf: the connection broke: error %ld\n", -n);
}

static int serve(void)
{
	int fd = listen_at("iperf", port, family), new;
	struct sockaddr peer;
	char text[ADDR_TEXT];

	if (fd < 0)
		return 1;
	printf("Server listening on TCP port %lu\n", port);
	do {
		new = accept(fd, &peer);
		if (new < 0) {
			warn("iperf: accept: error %d\n", -new);
			return 1;
		}
		printf("[  1] connected with %s port %u\n",
		       addr_text(&peer, text), port_of(&peer));
		run(new, 0);
		close(new);
	} while (!once);
	return 0;
}

int main(int argc, char **argv)
{
	int fd;

	options(argc, argv);
	buf = mmap(length, PROT_RW);
	if (!buf) {
		warn("iperf: no memory\n");
		return 1;
	}
	if (serving)
		return serve();
	fd = connect_to("iperf", host, port, family);
	if (fd < 0)
		return 1;
	printf("[  1] connected with %s port %lu\n", host, port);
	run(fd, 1);
	return 0;
}
