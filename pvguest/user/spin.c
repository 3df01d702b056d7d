/* SPDX-License-Identifier: MIT */
/*
 * spin.c - uses the CPU until it is killed.
 */
#include "user.h"

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (;;)
		asm volatile("pause");
}
