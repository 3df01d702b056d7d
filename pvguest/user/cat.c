/* SPDX-License-Identifier: MIT */
/*
 * cat.c - files, or what comes in, one after the other.
 */
#include "user.h"

static char buf[512];

static int copy(int fd, const char *name)
{
	long n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(1, buf, n) != n)
			return 1;
	if (n < 0)
		warn("cat: %s: error %ld\n", name, -n);
	return n < 0;
}

int main(int argc, char **argv)
{
	int i, fd, ret = 0;

	if (argc == 1)
		return copy(0, "input");
	for (i = 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY);
		if (fd < 0) {
			warn("cat: no file %s\n", argv[i]);
			ret = 1;
			continue;
		}
		ret |= copy(fd, argv[i]);
		close(fd);
	}
	return ret;
}
