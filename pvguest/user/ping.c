/* SPDX-License-Identifier: MIT */
/*
 * ping.c - echo requests, and how long their replies take.
 */
#include "getopt.h"
#include "socket.h"

#define HEADER		8
#define SIZE_MAX_DATA	65000
#define MS		1000000UL

static unsigned long count = 4, interval = 1000, size = 56, patience = 2000;
static int quiet, family, fd;
static uint8_t *packet;
static struct sockaddr to;
static unsigned long sent, received, sum, least = ~0UL, most;

static void usage(void)
{
	warn("usage: ping [-46q] [-c COUNT] [-i SECONDS] [-s SIZE] "
	     "[-W SECONDS] HOST\n");
	exit(2);
}

/* Seconds with a fraction as ms. */
static unsigned long ms_of(const char *s)
{
	unsigned long ms = 0, unit = 1000;

	for (; *s >= '0' && *s <= '9'; s++)
		ms = ms * 10 + (*s - '0') * 1000;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9' && unit > 1; s++)
			ms += (*s - '0') * (unit /= 10);
	return ms;
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "46qc:i:s:W:")) != -1) {
		if (c == '4' || c == '6')
			family = c - '0';
		else if (c == 'q')
			quiet = 1;
		else if (c == 'c')
			count = number(optarg);
		else if (c == 'i')
			interval = ms_of(optarg);
		else if (c == 's')
			size = number(optarg);
		else if (c == 'W')
			patience = ms_of(optarg);
		else
			usage();
	}
	if (optind + 1 != argc || size > SIZE_MAX_DATA || !count)
		usage();
}

/* What is the same in all requests. */
static void prepare(void)
{
	uint64_t limit[2] = { patience / 1000, patience % 1000 * 1000 };
	unsigned long i;

	packet[0] = to.family == AF_INET ? 8 : 128;
	packet[1] = 0;
	for (i = 0; i < size; i++)
		packet[HEADER + i] = i;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, limit, sizeof(limit));
}

static void send_one(unsigned int seq)
{
	long ret;

	packet[6] = seq >> 8;
	packet[7] = seq;
	ret = sendto(fd, packet, HEADER + size, 0, NULL);
	sent++;
	if (ret < 0)
		printf("ping: not sent: error %ld\n", -ret);
}

static int same(const uint8_t *buf, long n, unsigned int seq)
{
	return n == (long)(HEADER + size) && buf[6] == (uint8_t)(seq >> 8) &&
	       buf[7] == (uint8_t)seq &&
	       !memcmp(buf + HEADER, packet + HEADER, size);
}

static void reply(long n, unsigned int seq, unsigned long ns)
{
	unsigned long us = ns / 1000;
	char text[ADDR_TEXT];

	received++;
	sum += ns;
	if (ns < least)
		least = ns;
	if (ns > most)
		most = ns;
	if (!quiet)
		printf("%ld bytes from %s: icmp_seq=%u time=%lu.%03lu ms\n", n,
		       addr_text(&to, text), seq, us / 1000, us % 1000);
}

/* Until its reply, or until it is time to give it up. */
static int wait_for(unsigned int seq, uint8_t *buf, uint64_t start)
{
	uint64_t end = start + patience * MS, now = start;
	long n;

	while (now < end) {
		n = recvfrom(fd, buf, HEADER + size, 0, NULL);
		now = time_ns();
		if (same(buf, n, seq)) {
			reply(n, seq, now - start);
			return 1;
		}
	}
	return 0;
}

static void summary(const char *host)
{
	unsigned long mean = received ? sum / received : 0;

	printf("--- %s ping statistics ---\n", host);
	printf("%lu packets transmitted, %lu received, %lu%% packet loss\n",
	       sent, received, (sent - received) * 100 / sent);
	if (received)
		printf("rtt min/avg/max = %lu.%06lu/%lu.%06lu/%lu.%06lu ms\n",
		       least / MS, least % MS, mean / MS, mean % MS,
		       most / MS, most % MS);
}

int main(int argc, char **argv)
{
	uint64_t start, passed;
	char text[ADDR_TEXT];
	unsigned int seq;
	uint8_t *buf;

	options(argc, argv);
	packet = malloc(HEADER + size);
	buf = malloc(HEADER + size);
	if (!packet || !buf || resolve(argv[optind], family, &to)) {
		warn("ping: %s: no such host\n", argv[optind]);
		return 2;
	}
	fd = socket(to.family, SOCK_DGRAM, to.family == AF_INET ?
		    IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (fd < 0) {
		warn("ping: no socket: error %d\n", -fd);
		return 2;
	}
	connect(fd, &to);
	printf("PING %s (%s) %lu bytes of data.\n", argv[optind],
	       addr_text(&to, text), size);
	prepare();
	for (seq = 1; seq <= count; seq++) {
		start = time_ns();
		send_one(seq);
		wait_for(seq, buf, start);
		passed = (time_ns() - start) / MS;
		if (seq < count && passed < interval)
			sleep_ms(interval - passed);
	}
	summary(argv[optind]);
	return !received;
}
