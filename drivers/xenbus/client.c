/* SPDX-License-Identifier: MIT */
/*
 * client.c - the store as drivers see it: values, directories, watches.
 *
 * Watches are called in one thread, in the order in which their events came.
 * A watch that has an event waiting gets no second one: it looks for itself,
 * and so no domain that writes on and on keeps others' events out.
 *
 * When the server has come anew, the same thread first ends what front ends had
 * with the other end, and then names all watches again.
 */
#include <hcall/print.h>
#include <mm.h>
#include <thread.h>
#include <xenbus.h>

#include "devices.h"
#include "link.h"

static struct list watches = LIST(watches);	/* [I] */
static struct list events = LIST(events);	/* [I] watches, by event */
static struct waitq come = WAITQ(come), ended = WAITQ(ended);
static struct xs_watch *running;
static struct thread *caller;

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
void link_event(const char *token)
{
	struct xs_watch *w;
	u64 value = 0;
	bool off;

	for (; *token; token++)
		value = value * 16 + (*token <= '9' ? *token - '0' :
				      *token - 'a' + 10);
	off = irq_save();
	list_for(w, &watches, node) {
		if ((u64)w != value || w->due)
			continue;
		w->due = true;
		list_add(&events, &w->event);
		waitq_wake(&come, 1);
	}
	irq_restore(off);
}

/* The next watch that has something to tell. */
static struct xs_watch *watch_begin(void)
{
	bool off = irq_save();
	struct xs_watch *w;

	while (list_empty(&events))
		waitq_wait(&come, NEVER);
	w = list_first(&events, struct xs_watch, event);
	list_del(&w->event);
	w->due = false;
	running = w;
	irq_restore(off);
	return w;
}

static void watch_end(void)
{
	bool off = irq_save();

	running = NULL;
	waitq_wake(&ended, ~0u);
	irq_restore(off);
}

static int watch_name(struct xs_watch *w)
{
	char token[20];

	hc_snprintf(token, sizeof(token), "%lx", (u64)w);
	w->named = true;
	return order(XS_WATCH, 0, w->path, token, strlen(token) + 1);
}

/* One that the server does not know, or NULL. */
static struct xs_watch *watch_unnamed(void)
{
	bool off = irq_save();
	struct xs_watch *w, *found = NULL;

	list_for(w, &watches, node)
		if (!w->named)
			found = w;
	irq_restore(off);
	return found;
}

static void begin_anew(struct xs_watch *unused)
{
	struct xs_watch *w;
	bool off = irq_save();

	(void)unused;
	list_for(w, &watches, node)
		w->named = false;
	irq_restore(off);
	devices_anew();
	while ((w = watch_unnamed()))
		if (watch_name(w))
			kprintf("store: %s is watched no longer\n", w->path);
}

void link_anew(void)
{
	static struct xs_watch anew = { .fn = begin_anew };
	bool off = irq_save();

	if (!anew.due) {
		anew.due = true;
		list_add(&events, &anew.event);
		waitq_wake(&come, 1);
	}
	irq_restore(off);
}

static void callers(void *unused)
{
	struct xs_watch *w;

	(void)unused;
	caller = current;
	for (;;) {
		w = watch_begin();
		w->fn(w);
		watch_end();
	}
}

/* Interrupts off. */
static void watch_drop(struct xs_watch *w)
{
	list_del(&w->node);
	if (w->due)
		list_del(&w->event);
	w->due = false;
}

int xs_watch(struct xs_watch *w)
{
	bool off = irq_save();
	int rc;

	w->named = true;
	list_add(&watches, &w->node);
	irq_restore(off);
	rc = watch_name(w);
	if (rc) {
		off = irq_save();
		watch_drop(w);
		irq_restore(off);
	}
	return rc;
}

void xs_unwatch(struct xs_watch *w)
{
	char token[20];
	bool off;

	hc_snprintf(token, sizeof(token), "%lx", (u64)w);
	(void)order(XS_UNWATCH, 0, w->path, token, strlen(token) + 1);
	off = irq_save();
	watch_drop(w);
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
