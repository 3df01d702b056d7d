/* SPDX-License-Identifier: MIT */
/*
 * hello.c - a line from user mode.
 */
#include "user.h"

int main(int argc, char **argv)
{
	int i;

	printf("hello from user mode, process %d%s", getpid(),
	       argc > 1 ? ":" : "");
	for (i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n");
	return 0;
}
