/* SPDX-License-Identifier: MIT */
/*
 * print.h - a small printf, for the console and for buffers.
 *
 * Understands %c %s %d %i %u %x %X %p %%, the sizes l, ll and z, a width, and
 * the flags 0 and -.  Needs no other part of the library but the console.
 */
#ifndef HCALL_PRINT_H
#define HCALL_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * As C's snprintf: writes at most SIZE bytes with the NUL, returns how many
 * there would have been without it.
 */
int hc_snprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int hc_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/*
 * To the console, in pieces of at most 128 bytes.  Works from the first
 * instruction on in domain 0, else after hc_init().
 */
int hc_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int hc_vprintf(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0)));

#endif
