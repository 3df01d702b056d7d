/* SPDX-License-Identifier: MIT */
/*
 * http.h - a page of the HTTP server that is made, and what makes it.
 */
#ifndef PVGUEST_HTTP_H
#define PVGUEST_HTTP_H

#include <lib.h>

struct http_page {
	size_t len;
	/* How a counter is shown. */
	void (*row_put)(struct http_page *p, const char *name, u64 value);
	char text[];
};

void http_put(struct http_page *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* status.c: all counters, as rows. */
void status_make(struct http_page *p);
/* Once: 0, or -EEXIST. */
int http_start(u16 port);

#endif
