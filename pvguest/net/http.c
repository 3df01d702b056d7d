/* SPDX-License-Identifier: MIT */
/*
 * http.c - what the HTTP server shows: the ramdisk's files, sent from where
 * they lie; a list of them, unless there is an index.html; and the machine's
 * counters, as status.html and status.json.
 *
 * lwIP's server runs in the stack, so all but the start has its lock.  A page
 * is made when it is asked for and lives as long as it is being sent.
 */
#include <console.h>
#include <hcall/print.h>
#include <lwip/apps/fs.h>
#include <lwip/apps/httpd.h>
#include <lwip/tcp.h>
#include <process.h>
#include <stdlib.h>
#include <string.h>
#include "http.h"
#include "netif.h"
#include "stack.h"

#define PAGE_TEXT_MAX	(16 * KIB)

int fs_open_custom(struct fs_file *file, const char *name);
void fs_close_custom(struct fs_file *file);
int fs_read_custom(struct fs_file *file, char *buffer, int count);

unsigned short net_http_port = 80;

static bool running;

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
	const char *name;
	void (*make)(struct http_page *p);
} made[] = {
	{ "index.html", index_make },
	{ "status.html", status_html },
	{ "status.json", status_json },
};

static int page_open(struct fs_file *file, void (*make)(struct http_page *))
{
	struct http_page *p = net_malloc(sizeof(*p) + PAGE_TEXT_MAX);

	if (!p)
		return 0;
	p->len = 0;
	make(p);
	file->data = NULL;
	file->len = p->len;
	file->index = 0;
	file->pextension = p;
	return 1;
}

int fs_open_custom(struct fs_file *file, const char *name)
{
	struct file f;
	unsigned int i;

	memset(file, 0, sizeof(*file));
	/* The length is told, and the connection may go on. */
	file->flags = FS_FILE_FLAGS_HEADER_PERSISTENT;
	name += *name == '/';
	if (ramdisk_find(name, &f)) {
		file->data = f.data;
		file->len = file->index = f.size;
		return f.size <= 0x7fffffff;
	}
	for (i = 0; i < ARRAY_SIZE(made); i++)
		if (!strcmp(name, made[i].name))
			return page_open(file, made[i].make);
	return 0;
}

void fs_close_custom(struct fs_file *file)
{
	net_free(file->pextension);
}

int fs_read_custom(struct fs_file *file, char *buffer, int count)
{
	struct http_page *p = file->pextension;

	count = min(count, file->len - file->index);
	memcpy(buffer, p->text + file->index, count);
	file->index += count;
	return count;
}

/* lwIP's server does not expect that it can't have the port. */
static bool port_free(u16 port)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	bool good;

	if (!pcb)
		return false;
	good = tcp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK;
	tcp_close(pcb);
	return good;
}

int http_start(u16 port)
{
	int ret = -EEXIST;

	net_lock();
	if (!running && port && port_free(port)) {
		net_http_port = port;
		httpd_init();
		running = true;
		ret = 0;
	}
	net_unlock();
	return ret;
}

/* httpd [-p PORT] */
void cmd_httpd(char *args)
{
	u64 port = 80;

	if (!strncmp(args, "-p ", 3))
		port = number(args + 3);
	else if (*args)
		port = 0;
	if (!port || port > 0xffff)
		cprintf("httpd: usage: httpd [-p PORT]\n");
	else if (http_start(port))
		cprintf("httpd: it runs already, or the port is taken\n");
	else
		cprintf("httpd: listens at port %lu\n", port);
}
