/* SPDX-License-Identifier: MIT */
/*
 * string.h - what lwIP uses of C's library: the kernel's, and libc.c.
 */
#ifndef NET_STRING_H
#define NET_STRING_H

#include <lib.h>

int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *part);

#endif
