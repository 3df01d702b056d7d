/* SPDX-License-Identifier: MIT */
/*
 * spin.c - uses the CPU until it is killed.
 */
#include "user.h"

int main(char *args)
{
	(void)args;
	for (;;)
		asm volatile("pause");
}
