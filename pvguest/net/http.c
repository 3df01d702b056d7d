/* SPDX-License-Identifier: MIT */
/*
 * http.c - what the HTTP server shows: the ramdisk's files; a list of them,
 * unless there is an index.html; and the machine's counters, as status.html and
 * status.json.
 *
 * Found with the stack's lock.  A page is made when it is asked for, and lives
 * until all of it has been handed to TCP.
 */
#include <console.h>
#include <hcall/print.h>
#include <process.h>
#include <stdlib.h>
#include <string.h>
#include "http.h"
#include "netif.h"
#include "stack.h"

#define PAGE_TEXT_MAX	(16 * KIB)

struct http_page {
	size_t len;
	/* How a counter is shown. */
	void (*row_put)(struct http_page *p, const char *name, u64 value);
	char text[];
};

void http_put(struct http_page *p, const char *fmt, ...)
{
	size_t room = PAGE_TEXT_MAX - p->len;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = hc_vsnprintf(p->text + p->len, room, fmt, ap);
	va_end(ap);
	/* What does not fit is left out, whole. */
	if (n < room)
		p->len += n;
}

/* A name from the ramdisk in HTML: anything but <, > and &. */
static bool plain(const char *s)
{
	return !strchr(s, '<') && !strchr(s, '&') && !strchr(s, '"');
}

static void index_make(struct http_page *p)
{
	struct file f;
	size_t pos = 0;

	http_put(p, "<!DOCTYPE html><title>%s</title><h1>%s</h1>"
		 "<p>pvguest on %s. <a href=status.html>Counters</a>, "
		 "<a href=status.json>as JSON</a>.<ul>\n", net_hostname,
		 net_hostname, arch->place());
	while (ramdisk_next(&pos, &f))
		if (plain(f.name))
			http_put(p, "<li><a href=\"%s\">%s</a> (%lu bytes)\n",
				 f.name, f.name, f.size);
	http_put(p, "</ul>\n");
}

static void html_row(struct http_page *p, const char *name, u64 value)
{
	http_put(p, "<tr><td>%s<td align=right>%lu\n", name, value);
}

static void json_row(struct http_page *p, const char *name, u64 value)
{
	http_put(p, "  \"%s\": %lu,\n", name, value);
}

static void status_html(struct http_page *p)
{
	http_put(p, "<!DOCTYPE html><title>%s</title><h1>%s</h1><table>\n",
		 net_hostname, net_hostname);
	p->row_put = html_row;
	status_make(p);
	http_put(p, "</table>\n");
}

static void status_json(struct http_page *p)
{
	http_put(p, "{\n");
	p->row_put = json_row;
	status_make(p);
	http_put(p, "  \"place\": \"%s\"\n}\n", arch->place());
}

static const struct {
	const char *name, *type;
	void (*make)(struct http_page *p);
} made[] = {
	{ "index.html", "text/html", index_make },
	{ "status.html", "text/html", status_html },
	{ "status.json", "application/json", status_json },
};

/* By the end of the name; programs of the ramdisk have none. */
static const char *type_of(const char *name)
{
	static const char *const types[][2] = {
		{ ".html", "text/html" }, { ".txt", "text/plain" },
		{ ".css", "text/css" }, { ".js", "text/javascript" },
		{ ".json", "application/json" }, { ".png", "image/png" },
		{ ".svg", "image/svg+xml" },
	};
	size_t len = strlen(name), end;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		end = strlen(types[i][0]);
		if (len > end && !strcmp(name + len - end, types[i][0]))
			return types[i][1];
	}
	return "application/octet-stream";
}

void http_counter(struct http_page *p, const char *name, u64 value)
{
	p->row_put(p, name, value);
}

void http_page_free(struct http_page *p)
{
	net_free(p);
}

bool http_find(const char *name, struct http_content *c)
{
	struct http_page *p;
	struct file f;
	unsigned int i;

	c->page = NULL;
	if (!*name)
		name = "index.html";
	if (ramdisk_find(name, &f)) {
		c->data = f.data;
		c->size = f.size;
		c->type = type_of(name);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(made); i++)
		if (!strcmp(name, made[i].name))
			break;
	if (i == ARRAY_SIZE(made))
		return false;
	p = net_malloc(sizeof(*p) + PAGE_TEXT_MAX);
	if (!p)
		return false;
	p->len = 0;
	made[i].make(p);
	c->page = p;
	c->data = p->text;
	c->size = p->len;
	c->type = made[i].type;
	return true;
}

/* httpd [-p PORT], httpd stop */
void cmd_httpd(char *args)
{
	u64 port = 80;
	int ret;

	if (!strcmp(args, "stop")) {
		if (http_stop())
			cprintf("httpd: it does not run\n");
		return;
	}
	if (!strncmp(args, "-p ", 3))
		port = number(args + 3);
	else if (*args)
		port = 0;
	if (!port || port > 0xffff) {
		cprintf("httpd: usage: httpd [-p PORT], httpd stop\n");
		return;
	}
	ret = http_start(port);
	if (!ret)
		cprintf("httpd: listens at port %lu\n", port);
	else if (ret == -EALREADY)
		cprintf("httpd: it runs already\n");
	else
		cprintf("httpd: can't have port %lu: error %d\n", port, -ret);
}
