/* SPDX-License-Identifier: MIT */
/*
 * ls.c - the names of the files.
 */
#include "user.h"

int main(int argc, char **argv)
{
	int fd = open("/", O_RDONLY);
	char name[256];
	long n;

	(void)argc;
	(void)argv;
	while ((n = read(fd, name, sizeof(name))) > 0)
		write(1, name, n);
	return n < 0;
}
