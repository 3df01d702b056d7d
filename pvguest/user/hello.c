/* SPDX-License-Identifier: MIT */
/*
 * hello.c - a line from user mode.
 */
#include "user.h"

int main(char *args)
{
	put("hello from user mode, process ");
	put_number(sys3(SYS_getpid, 0, 0, 0));
	put(*args ? ": " : "");
	put(args);
	put("\n");
	return 0;
}
