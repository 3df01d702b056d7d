/* SPDX-License-Identifier: MIT */
/*
 * nc.c - a TCP connection as input and output: a child sends what is read, we
 * show what comes, until the other side ends.
 */
#include "getopt.h"
#include "socket.h"

static int family, listening, no_input, keep;
static char buf[64 * 1024];

static void usage(void)
{
	warn("usage: nc [-46d] HOST PORT, nc -l [-46dk] PORT\n"
	     "  -d  send nothing, -k  listen again after each connection\n");
	exit(2);
}

/* Everything from FROM to TO: 0, or an error that was told. */
static int copy(int from, int to)
{
	long n, ret = 0;

	while (ret >= 0 && (n = read(from, buf, sizeof(buf))) > 0)
		ret = write_all(to, buf, n);
	if (n < 0 && n != -EIO)
		warn("nc: reading: error %ld\n", -n);
	if (ret < 0)
		warn("nc: writing: error %ld\n", -ret);
	return n < 0 || ret < 0;
}

static int talk(int fd)
{
	int child = no_input ? 0 : fork(), status = 0, ret;

	if (!child && !no_input) {
		ret = copy(0, fd);
		shutdown(fd, SHUT_WR);
		exit(ret);
	}
	if (child < 0) {
		warn("nc: no process: error %d\n", -child);
		return 1;
	}
	ret = copy(fd, 1);
	if (child && !wait4(child, &status, WNOHANG))
		kill(child, SIGKILL);
	close(fd);
	return ret || status;
}

static int serve(unsigned int port)
{
	int fd = listen_at("nc", port, family), new, ret;

	if (fd < 0)
		return 1;
	do {
		new = accept(fd, NULL);
		if (new < 0) {
			warn("nc: accept: error %d\n", -new);
			return 1;
		}
		if (!keep)
			close(fd);
		ret = talk(new);
	} while (keep);
	return ret;
}

int main(int argc, char **argv)
{
	int c, fd;

	while ((c = getopt(argc, argv, "46dkl")) != -1) {
		if (c == '4' || c == '6')
			family = c - '0';
		else if (c == 'd')
			no_input = 1;
		else if (c == 'k')
			keep = 1;
		else if (c == 'l')
			listening = 1;
		else
			usage();
	}
	if (optind + (listening ? 1 : 2) != argc)
		usage();
	if (listening)
		return serve(number(argv[optind]));
	fd = connect_to("nc", argv[optind], number(argv[optind + 1]), family);
	return fd < 0 ? 1 : talk(fd);
}
