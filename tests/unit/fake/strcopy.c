/* SPDX-License-Identifier: MIT */
/*
 * strcopy.c - the one string function of lib.h that a host does not have.
 */
#include <lib.h>
#include <string.h>

void strcopy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = 0;
}
