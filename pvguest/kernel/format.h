/* SPDX-License-Identifier: MIT */
/*
 * format.h - text with numbers in it.
 */
#ifndef PVGUEST_FORMAT_H
#define PVGUEST_FORMAT_H

#include <lib.h>

/* As vsnprintf, but returns what is in BUF. */
size_t text_format(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
