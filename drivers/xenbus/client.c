/* SPDX-License-Identifier: MIT */
/*
 * client.c - the store as drivers see it: values, directories, watches.
 *
 * Watches are called in one thread, in the order in which their events came.
 */
#include <hcall/print.h>
#include <mm.h>
#include <thread.h>
#include <xenbus.h>

#include "devices.h"
#include "link.h"

#define EVENTS		1024u		/* that wait for their functions */

struct event {
	struct list node;
	u64 token;
	char path[];
};

static struct list watches = LIST(watches), events = LIST(events);
static struct waitq come = WAITQ(come), ended = WAITQ(ended);
static struct xs_watch *running;
static struct thread *caller;
static unsigned int nr_events;

/* ---- Values ------------------------------------------------------------- */

static int request(u32 type, u32 tx, const char *path, const void *data,
		   size_t len, void *out, size_t size)
{
	const struct piece pieces[] = {
		{ path, strlen(path) + 1 }, { data, len },
	};

	return link_request(type, tx, pieces, ARRAY_SIZE(pieces), out, size);
}

/* Whose answer says only that it was done. */
static int order(u32 type, u32 tx, const char *path, const void *data,
		 size_t len)
{
	char ok[4];
	int rc = request(type, tx, path, data, len, ok, sizeof(ok));

	return rc < 0 ? rc : 0;
}

int xs_read(u32 tx, const char *path, char *buf, size_t size)
{
	int rc = request(XS_READ, tx, path, "", 0, buf, size);

	if (rc < 0)
		return rc;
	if ((size_t)rc >= size)
		return -E2BIG;
	buf[rc] = '\0';
	return rc;
}

int xs_write(u32 tx, const char *path, const char *value)
{
	return order(XS_WRITE, tx, path, value, strlen(value));
}

int xs_printf(u32 tx, const char *path, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	hc_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return xs_write(tx, path, text);
}

u64 xs_read_number(u32 tx, const char *path, u64 fallback)
{
	char text[24];

	return xs_read(tx, path, text, sizeof(text)) > 0 ? number(text) :
		fallback;
}

int xs_mkdir(u32 tx, const char *path)
{
	return order(XS_MKDIR, tx, path, "", 0);
}

int xs_rm(u32 tx, const char *path)
{
	return order(XS_RM, tx, path, "", 0);
}

int xs_directory(u32 tx, const char *path, char *buf, size_t size)
{
	int rc = request(XS_DIRECTORY, tx, path, "", 0, buf, size), n = 0, i;

	if (rc < 0)
		return rc;
	if ((size_t)rc > size || (rc && buf[rc - 1]))
		return -E2BIG;
	for (i = 0; i < rc; i++)
		n += !buf[i];
	return n;
}

int xs_set_perms(u32 tx, const char *path, const char *const *perms,
		 unsigned int n)
{
	char text[128];
	size_t at = 0, len;
	unsigned int i;

	for (i = 0; i < n; i++, at += len) {
		len = strlen(perms[i]) + 1;
		if (at + len > sizeof(text))
			return -E2BIG;
		memcpy(text + at, perms[i], len);
	}
	return order(XS_SET_PERMS, tx, path, text, at);
}

int xs_begin(u32 *tx)
{
	char id[16];
	int rc = request(XS_TRANSACTION_START, 0, "", "", 0, id, sizeof(id));

	if (rc < 0)
		return rc;
	id[min((size_t)rc, sizeof(id) - 1)] = '\0';
	*tx = number(id);
	return 0;
}

int xs_end(u32 tx, bool abort)
{
	return order(XS_TRANSACTION_END, tx, abort ? "F" : "T", "", 0);
}

bool xs_ready(void)
{
	char domid[16];

	return xs_read(XS_NONE, "domid", domid, sizeof(domid)) >= 0 ||
	       xs_read(XS_NONE, "/local", domid, sizeof(domid)) >= 0;
}

/* ---- Watches ------------------------------------------------------------ */

/* Not with a lock: the server's thread comes here, too. */
void link_event(const char *path, const char *token)
{
	size_t len = strlen(path) + 1;
	struct event *e;
	u64 value = 0;
	bool off;

	for (; *token; token++)
		value = value * 16 + (*token <= '9' ? *token - '0' :
				      *token - 'a' + 10);
	/* A store that floods us only makes us miss what it tells. */
	if (nr_events >= EVENTS)
		return;
	e = kmalloc(sizeof(*e) + len);
	if (!e)
		return;
	e->token = value;
	memcpy(e->path, path, len);
	off = irq_save();
	list_add(&events, &e->node);
	nr_events++;
	waitq_wake(&come, 1);
	irq_restore(off);
}

static struct event *event_next(void)
{
	bool off = irq_save();
	struct event *e;

	while (list_empty(&events))
		waitq_wait(&come, NEVER);
	e = list_first(&events, struct event, node);
	list_del(&e->node);
	nr_events--;
	irq_restore(off);
	return e;
}

/* The watch that an event is for, unless it has gone. */
static struct xs_watch *watch_begin(u64 token)
{
	bool off = irq_save();
	struct xs_watch *w, *found = NULL;

	list_for(w, &watches, node)
		if ((u64)w == token)
			found = w;
	running = found;
	irq_restore(off);
	return found;
}

static void watch_end(void)
{
	bool off = irq_save();

	running = NULL;
	waitq_wake(&ended, ~0u);
	irq_restore(off);
}

static void callers(void *unused)
{
	struct xs_watch *w;
	struct event *e;

	(void)unused;
	caller = current;
	for (;;) {
		e = event_next();
		w = watch_begin(e->token);
		if (w)
			w->fn(w, e->path);
		watch_end();
		kfree(e);
	}
}

static void token_of(const struct xs_watch *w, char *to, size_t size)
{
	hc_snprintf(to, size, "%lx", (u64)w);
}

int xs_watch(struct xs_watch *w)
{
	char token[20];
	bool off = irq_save();
	int rc;

	list_add(&watches, &w->node);
	irq_restore(off);
	token_of(w, token, sizeof(token));
	rc = order(XS_WATCH, 0, w->path, token, strlen(token) + 1);
	if (rc) {
		off = irq_save();
		list_del(&w->node);
		irq_restore(off);
	}
	return rc;
}

void xs_unwatch(struct xs_watch *w)
{
	char token[20];
	bool off;

	token_of(w, token, sizeof(token));
	(void)order(XS_UNWATCH, 0, w->path, token, strlen(token) + 1);
	off = irq_save();
	list_del(&w->node);
	while (running == w && current != caller)
		waitq_wait(&ended, NEVER);
	irq_restore(off);
}

void xenbus_start(void)
{
	if (!link_start() ||
	    !thread_create("xenbus", PRIO_NORMAL + 1, callers, NULL))
		return;
	devices_start();
}
