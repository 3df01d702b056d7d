/* SPDX-License-Identifier: MIT */
/*
 * stdlib.h - what lwIP uses of C's library.
 */
#ifndef NET_STDLIB_H
#define NET_STDLIB_H

#include <stddef.h>

int atoi(const char *s);

/* memory.c: from the kernel's heap, up to a limit. */
void *net_malloc(size_t size);
void *net_calloc(size_t n, size_t size);
void net_free(void *p);

#endif
