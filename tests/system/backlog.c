/* SPDX-License-Identifier: MIT */
/*
 * backlog.c - loaded into QEMU (LD_PRELOAD), whose user network listens for
 * forwarded connections with room for one that nobody has accepted yet: the
 * host's kernel drops the others of a burst, and whoever made them waits for
 * retransmissions, up to minutes.  Here there is room for hundreds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

int listen(int fd, int backlog)
{
	int (*next)(int, int) = dlsym(RTLD_NEXT, "listen");

	return next(fd, backlog < 512 ? 512 : backlog);
}
