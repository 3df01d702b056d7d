/* SPDX-License-Identifier: MIT */
/*
 * true.c - ends, and all is well.
 */
#include "user.h"

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}
