/* SPDX-License-Identifier: MIT */
/*
 * devices.c - split drivers' devices, as they come and go in the store.
 *
 * All of it runs in the store's thread, so there is no lock but for the lists
 * of drivers, which are filled before that begins.
 */
#include <abi/io/xs_wire.h>
#include <hcall/print.h>
#include <mm.h>
#include <thread.h>
#include <xenbus.h>

#include "devices.h"

#define BACKENDS	"/local/domain/0/backend/"
#define NAMES		1024		/* bytes of a directory's names */

/* A driver's devices, and the watches that find them. */
struct kind {
	struct list node;
	struct xenbus_driver *drv;
	bool back;
	char base[XS_PATH];
	struct xs_watch watch;
	struct list devices;
};

struct entry {
	struct xenbus_device dev;
	struct kind *kind;
	struct xs_watch watch;		/* of the other end's state */
};

static struct list kinds = LIST(kinds);

/* ---- States ------------------------------------------------------------- */

static void join(char *to, const char *dir, const char *name)
{
	hc_snprintf(to, XS_PATH, "%s/%s", dir, name);
}

enum xenbus_state xenbus_state(const char *dir)
{
	char path[XS_PATH];

	join(path, dir, "state");
	return xs_read_number(XS_NONE, path, XenbusStateUnknown);
}

/* Writing to a place that was taken away would make it anew. */
int xenbus_set_state(const char *dir, enum xenbus_state state)
{
	char path[XS_PATH], text[16];
	int rc, end;
	u32 tx;

	join(path, dir, "state");
	do {
		rc = xs_begin(&tx);
		if (rc)
			return rc;
		rc = xs_read(tx, path, text, sizeof(text));
		if (rc >= 0)
			rc = xs_printf(tx, path, "%u", (unsigned int)state);
		end = xs_end(tx, rc < 0);
	} while (end == -EAGAIN);
	return rc < 0 ? rc : end;
}

/* ---- Devices ------------------------------------------------------------ */

static struct entry *find(struct kind *k, u32 domid, u32 handle)
{
	struct entry *e;

	list_for(e, &k->devices, dev.node)
		if (e->dev.handle == handle &&
		    (!k->back || e->dev.domid == domid))
			return e;
	return NULL;
}

static void entry_gone(struct entry *e)
{
	xs_unwatch(&e->watch);
	e->kind->drv->gone(&e->dev);
	list_del(&e->dev.node);
	kfree(e);
}

static void state_changed(struct xs_watch *w)
{
	struct entry *e = w->arg;

	e->kind->drv->changed(&e->dev, xenbus_state(e->dev.other));
}

/* Whose place is complete: the other end is named. */
static void entry_new(struct kind *k, const char *dir, u32 domid, u32 handle)
{
	struct entry *e = kzalloc(sizeof(*e));
	char path[XS_PATH];

	if (!e)
		return;
	hc_snprintf(e->dev.dir, XS_PATH, "%s", dir);
	join(path, dir, k->back ? "frontend" : "backend");
	if (xs_read(XS_NONE, path, e->dev.other, XS_PATH) <= 0) {
		kfree(e);
		return;
	}
	join(path, dir, k->back ? "frontend-id" : "backend-id");
	e->dev.domid = xs_read_number(XS_NONE, path, domid);
	e->dev.handle = handle;
	e->kind = k;
	if (k->drv->probe(&e->dev)) {
		kfree(e);
		return;
	}
	list_add(&k->devices, &e->dev.node);
	join(e->watch.path, e->dev.other, "state");
	e->watch.fn = state_changed;
	e->watch.arg = e;
	xs_watch(&e->watch);
}

static void check(struct kind *k, const char *dir, u32 domid, u32 handle)
{
	struct entry *e = find(k, domid, handle);
	char state[16], path[XS_PATH];

	join(path, dir, "state");
	if (xs_read(XS_NONE, path, state, sizeof(state)) == -ENOENT) {
		if (e)
			entry_gone(e);
	} else if (!e) {
		entry_new(k, dir, domid, handle);
	}
}

/* New devices of one domain, or of ours. */
static void scan(struct kind *k, const char *dir, u32 domid)
{
	char names[NAMES], path[XS_PATH];
	const char *name = names;
	int n = xs_directory(XS_NONE, dir, names, sizeof(names));

	for (; n > 0; n--, name += strlen(name) + 1) {
		join(path, dir, name);
		check(k, path, domid, number(name));
	}
}

/* And those that are there no more. */
static void scan_known(struct kind *k)
{
	struct entry *e, *next;

	for (e = list_first(&k->devices, struct entry, dev.node);
	     &e->dev.node != &k->devices; e = next) {
		next = list_first(&e->dev.node, struct entry, dev.node);
		check(k, e->dev.dir, e->dev.domid, e->dev.handle);
	}
}

static void changed(struct xs_watch *w)
{
	static char domains[XENSTORE_PAYLOAD_MAX];
	struct kind *k = w->arg;
	const char *name = domains;
	char path[XS_PATH];
	int n = 0;

	if (k->back)
		n = xs_directory(XS_NONE, k->base, domains, sizeof(domains));
	else
		scan(k, k->base, 0);
	for (; n > 0; n--, name += strlen(name) + 1) {
		join(path, k->base, name);
		scan(k, path, number(name));
	}
	scan_known(k);
}

/* ---- Drivers ------------------------------------------------------------ */

static void driver_add(struct xenbus_driver *drv, bool back)
{
	struct kind *k = kzalloc(sizeof(*k));

	if (!k)
		return;
	k->drv = drv;
	k->back = back;
	list_init(&k->devices);
	hc_snprintf(k->base, sizeof(k->base), "%s%s",
		    back ? BACKENDS : "device/", drv->kind);
	hc_snprintf(k->watch.path, sizeof(k->watch.path), "%s", k->base);
	k->watch.fn = changed;
	k->watch.arg = k;
	list_add(&kinds, &k->node);
}

void xenbus_backend(struct xenbus_driver *drv)
{
	driver_add(drv, true);
}

void xenbus_frontend(struct xenbus_driver *drv)
{
	driver_add(drv, false);
}

void devices_start(void)
{
	struct kind *k;

	/* Nobody may ever write there: others must get the CPU meanwhile. */
	while (!xs_ready())
		thread_sleep(10 * NSEC_PER_MSEC);
	list_for(k, &kinds, node)
		if (xs_watch(&k->watch))
			kprintf("store: no devices of kind %s\n",
				k->drv->kind);
}

void devices_anew(void)
{
	struct entry *e;
	struct kind *k;

	list_for(k, &kinds, node)
		list_for(e, &k->devices, dev.node)
			k->drv->changed(&e->dev, XenbusStateClosed);
}
