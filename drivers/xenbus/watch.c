/* SPDX-License-Identifier: MIT */
/*
 * watch.c - who wants to hear of which changes.
 *
 * Bounded by the quota of watches of each domain.  A domain that does not fetch
 * its messages loses events once its queue is full, and nobody else waits.
 */
#include <hcall/print.h>
#include <mm.h>

#include "watch.h"

#define HOME	"/local/domain/"

struct watch {
	struct list node;
	u32 home;		/* bytes of the path that it did not give */
	u32 path_len;
	char text[];		/* path, NUL, token, NUL */
};

static const char *token_of(const struct watch *w)
{
	return w->text + w->path_len + 1;
}

static struct watch *find(struct store_conn *c, const char *path,
			  const char *token)
{
	struct watch *w;

	list_for(w, &c->watches, node)
		if (!strcmp(w->text, path) && !strcmp(token_of(w), token))
			return w;
	return NULL;
}

static bool begins(const char *s, const char *with, u32 n)
{
	return strlen(s) >= n && !memcmp(s, with, n);
}

/* The path is shown as it was given: without the domain's own place. */
static u32 home_of(const struct store_conn *c, const char *path, bool relative)
{
	char home[32];
	u32 n;

	if (!relative)
		return 0;
	n = hc_snprintf(home, sizeof(home), HOME "%u/", c->domid);
	return begins(path, home, n) ? n : 0;
}

int watch_add(struct store_conn *c, const char *path, const char *token,
	      bool relative)
{
	size_t path_len = strlen(path), token_len = strlen(token);
	struct watch *w;

	if (find(c, path, token))
		return -EEXIST;
	if (c->domid && c->nr_watches >= STORE_WATCHES)
		return -ENOSPC;
	w = kmalloc(sizeof(*w) + path_len + token_len + 2);
	if (!w)
		return -ENOMEM;
	w->home = home_of(c, path, relative);
	w->path_len = path_len;
	memcpy(w->text, path, path_len + 1);
	memcpy(w->text + path_len + 1, token, token_len + 1);
	list_add(&c->watches, &w->node);
	c->nr_watches++;
	return 0;
}

static void watch_free(struct store_conn *c, struct watch *w)
{
	list_del(&w->node);
	kfree(w);
	c->nr_watches--;
}

int watch_del(struct store_conn *c, const char *path, const char *token)
{
	struct watch *w = find(c, path, token);

	if (!w)
		return -ENOENT;
	watch_free(c, w);
	return 0;
}

void watch_del_all(struct store_conn *c)
{
	while (!list_empty(&c->watches))
		watch_free(c, list_first(&c->watches, struct watch, node));
}

static void tell(struct store_conn *c, const struct watch *w, const char *path)
{
	char out[XENSTORE_PAYLOAD_MAX];
	struct xsd_sockmsg hdr = { .type = XS_WATCH_EVENT };
	const char *shown = path + (*path == '/' ? w->home : 0);
	size_t n = strlen(shown) + 1, token = strlen(token_of(w)) + 1;

	if (n + token > sizeof(out))
		return;
	memcpy(out, shown, n);
	memcpy(out + n, token_of(w), token);
	hdr.len = n + token;
	if (c->send(c, &hdr, out) || c->told_full)
		return;
	c->told_full = true;
	kprintf("store: domain %u does not read: it loses events\n", c->domid);
}

void watch_first(struct store_conn *c)
{
	const struct watch *w = container_of(c->watches.prev, struct watch,
					     node);

	tell(c, w, w->text);
}

/* Is b the same as a, or something below it? */
static bool within(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == 1 || (begins(b, a, n) && (!b[n] || b[n] == '/'));
}

void watch_fire(struct list *conns, const struct tree *t, const char *path,
		bool below)
{
	const struct node *n = tree_find(t, path);
	struct store_conn *c;
	struct watch *w;

	list_for(c, conns, node) {
		if (n && !node_allows(n, c->domid, PERM_READ))
			continue;
		list_for(w, &c->watches, node) {
			if (w->text[0] != '/')
				continue;
			if (within(w->text, path))
				tell(c, w, path);
			else if (below && within(path, w->text))
				tell(c, w, w->text);
		}
	}
}

void watch_fire_special(struct list *conns, const char *name)
{
	struct store_conn *c;
	struct watch *w;

	list_for(c, conns, node)
		list_for(w, &c->watches, node)
			if (!strcmp(w->text, name))
				tell(c, w, name);
}
