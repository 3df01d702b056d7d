/* SPDX-License-Identifier: MIT */
/*
 * http.h - the HTTP server and what it shows.  All but start and stop is called
 * with the stack's lock.
 */
#ifndef PVGUEST_HTTP_H
#define PVGUEST_HTTP_H

#include <lib.h>

struct http_page;

struct http_content {
	const char *data, *type;
	size_t size;
	struct http_page *page;	/* that data is in, to be freed; or NULL */
};

/* By the path without its first slash. */
bool http_find(const char *name, struct http_content *c);
void http_page_free(struct http_page *p);
void http_put(struct http_page *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void http_counter(struct http_page *p, const char *name, u64 value);
/* status.c: all counters. */
void status_make(struct http_page *p);

/* 0, -EALREADY, -EADDRINUSE, -ENOMEM. */
int http_start(u16 port);
/* Connections go on to their end.  -ENOENT: it does not run. */
int http_stop(void);
unsigned int http_connections(void);

#endif
