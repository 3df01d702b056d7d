/* SPDX-License-Identifier: MIT */
/*
 * store_test.c - the store's server without its rings: what each request
 * answers, transactions that meet, watches, permissions, quotas, and requests
 * of no sense, at last by the thousand at random.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "tap.h"

static int allocated;

void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *p);
int hc_snprintf(char *buf, size_t size, const char *fmt, ...);

void *kmalloc(size_t size)
{
	allocated++;
	return malloc(size);
}

void *kzalloc(size_t size)
{
	allocated++;
	return calloc(1, size);
}

void kfree(void *p)
{
	allocated -= !!p;
	free(p);
}

static unsigned int said;

void kprintf(const char *fmt, ...)
{
	(void)fmt;
	said++;
}

int hc_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

u64 number(const char *s)
{
	return strtoul(s, NULL, 0);
}

/* ---- A domain ----------------------------------------------------------- */

struct guest {
	struct store_conn conn;
	struct xsd_sockmsg last;
	char data[XENSTORE_PAYLOAD_MAX + 1];
	char events[4096];		/* "path token;" for each */
	unsigned int answers;
	bool full;
};

static bool take(struct store_conn *c, const struct xsd_sockmsg *hdr,
		 const void *data)
{
	struct guest *g = container_of(c, struct guest, conn);
	const char *path = data;

	if (hdr->len > XENSTORE_PAYLOAD_MAX)
		abort();
	if (hdr->type != XS_WATCH_EVENT) {
		g->answers++;
		g->last = *hdr;
		memcpy(g->data, data, hdr->len);
		g->data[hdr->len] = 0;
		return true;
	}
	if (g->full)
		return false;
	if (strlen(g->events) < sizeof(g->events) - 600)
		sprintf(g->events + strlen(g->events), "%s %s;", path,
			path + strlen(path) + 1);
	return true;
}

static struct guest dom0, a, b;

/* A request; its strings are NUL-separated in data. */
static const char *ask(struct guest *g, u32 type, u32 tx, const char *data,
		       u32 len)
{
	struct xsd_sockmsg hdr = { type, 7, tx, len };
	char copy[XENSTORE_PAYLOAD_MAX];
	unsigned int before = g->answers;

	memcpy(copy, data, len);
	store_request(&g->conn, &hdr, copy);
	if (g->answers != before + 1 || g->last.req_id != 7)
		return "no answer";
	return g->data;
}

#define ASK(g, type, text)	ask(g, type, 0, text, sizeof(text))
#define WRITE(g, tx, text)	ask(g, XS_WRITE, tx, text, sizeof(text) - 1)
#define same(got, want, name)	ok(!strcmp(got, want), name)

static void begin(void)
{
	store_init();
	memset(&dom0, 0, sizeof(dom0));
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	dom0.conn.send = a.conn.send = b.conn.send = take;
	store_connect(&dom0.conn, 0);
	store_connect(&a.conn, 1);
	store_connect(&b.conn, 2);
	store_put("/local/domain/1", "", 1, 1);
	store_put("/local/domain/2", "", 2, 2);
	dom0.events[0] = a.events[0] = b.events[0] = 0;
}

/* ---- Tests -------------------------------------------------------------- */

static void test_values(void)
{
	same(WRITE(&a, 0, "x/y\0value"), "OK", "a value is written");
	same(ASK(&a, XS_READ, "x/y"), "value", "and read");
	same(ASK(&a, XS_READ, "/local/domain/1/x/y"), "value", "by its path");
	is_eq(a.last.len, 5, "without a NUL");
	same(ASK(&a, XS_READ, "x"), "", "what lies above it is there");
	same(ASK(&a, XS_DIRECTORY, "x"), "y", "with its name");
	same(WRITE(&a, 0, "x/b\0"), "OK", "an empty one");
	ASK(&a, XS_DIRECTORY, "x");
	ok(a.last.len == 4 && !memcmp(a.data, "b\0y", 4), "names are sorted");
	ASK(&a, XS_DIRECTORY_PART, "x\0" "0");
	ok(strchr(a.data, 0)[1] == 'b' && !a.data[a.last.len - 1] &&
	   !a.data[a.last.len - 2], "a directory in parts, and its end");
	same(ASK(&a, XS_MKDIR, "m/n"), "OK", "made");
	same(ASK(&a, XS_MKDIR, "m/n"), "OK", "and made again");
	same(ASK(&a, XS_RM, "x"), "OK", "removed");
	same(ASK(&a, XS_READ, "x/y"), "ENOENT", "with all below");
	same(ASK(&a, XS_RM, "x"), "OK", "what is gone can be removed");
	same(ASK(&a, XS_RM, "x/y/z"), "ENOENT", "but not below nothing");
	same(ASK(&a, XS_GET_DOMAIN_PATH, "12"), "/local/domain/12", "a place");
	same(ASK(&a, XS_IS_DOMAIN_INTRODUCED, "2"), "T", "who is here");
	same(ASK(&a, XS_IS_DOMAIN_INTRODUCED, "9"), "F", "and who is not");
}

static void test_permissions(void)
{
	WRITE(&a, 0, "secret\0s");
	same(ASK(&b, XS_READ, "/local/domain/1/secret"), "EACCES",
	     "another domain's value");
	same(WRITE(&b, 0, "/local/domain/1/secret\0t"), "EACCES",
	     "is not to be written either");
	same(ASK(&b, XS_RM, "/local/domain/1/secret"), "EACCES", "nor removed");
	same(ASK(&a, XS_SET_PERMS, "secret\0n1\0r2"), "OK", "shown to it");
	same(ASK(&b, XS_READ, "/local/domain/1/secret"), "s", "it can read");
	same(WRITE(&b, 0, "/local/domain/1/secret\0t"), "EACCES",
	     "and not write");
	ASK(&a, XS_GET_PERMS, "secret");
	ok(a.last.len == 6 && !memcmp(a.data, "n1\0r2", 6), "as it is told");
	same(ASK(&a, XS_SET_PERMS, "secret\0n2"), "EACCES",
	     "it can't be given away");
	same(ASK(&b, XS_SET_PERMS, "/local/domain/1/secret\0n2"), "EACCES",
	     "or taken");
	same(ASK(&a, XS_SET_PERMS, "secret\0x2"), "EINVAL", "no such letter");
	same(ASK(&a, XS_SET_PERMS, "secret\0r"), "EINVAL", "no number");
	same(ASK(&a, XS_SET_PERMS, "secret\0n1\0"), "EINVAL", "nothing");
	same(ASK(&a, XS_SET_PERMS, "secret\0r99999"), "EINVAL", "too large");
	same(ASK(&a, XS_SET_PERMS, "secret"), "EINVAL", "none at all");
	same(WRITE(&a, 0, "/mine\0x"), "EACCES", "the root is domain 0's");
	same(ASK(&dom0, XS_READ, "/local/domain/1/secret"), "s",
	     "domain 0 sees all");
	same(ASK(&a, XS_INTRODUCE, "3"), "EACCES", "for domain 0 alone");
}

static u32 start(struct guest *g)
{
	return number(ask(g, XS_TRANSACTION_START, 0, "", 1));
}

#define END(g, tx, how)	ask(g, XS_TRANSACTION_END, tx, how, 2)

static void test_transactions(void)
{
	u32 t, u;

	WRITE(&a, 0, "n\0" "1");
	t = start(&a);
	same(WRITE(&a, t, "n\0" "2"), "OK", "written in a transaction");
	same(ask(&a, XS_READ, t, "n", 2), "2", "seen in there");
	same(ASK(&a, XS_READ, "n"), "1", "and not outside");
	a.events[0] = 0;
	same(END(&a, t, "T"), "OK", "its end");
	same(ASK(&a, XS_READ, "n"), "2", "shows it to all");

	t = start(&a);
	u = start(&a);
	ask(&a, XS_READ, t, "n", 2);
	WRITE(&a, u, "n\0" "3");
	same(END(&a, u, "T"), "OK", "who is first");
	WRITE(&a, t, "m\0" "4");
	same(END(&a, t, "T"), "EAGAIN", "who read the same is refused");
	same(ASK(&a, XS_READ, "n"), "3", "and changes nothing");

	t = start(&a);
	WRITE(&a, t, "p/q\0" "1");
	ask(&a, XS_DIRECTORY, t, "p", 2);
	WRITE(&a, 0, "elsewhere\0x");
	same(END(&a, t, "T"), "OK", "what others do elsewhere is no matter");
	t = start(&a);
	WRITE(&a, t, "p\0" "9");
	same(END(&a, t, "F"), "OK", "given up");
	same(ASK(&a, XS_READ, "p"), "", "without effect");
	same(END(&a, t, "T"), "ENOENT", "it is over");
	same(ask(&a, XS_READ, 12345, "n", 2), "ENOENT", "no such transaction");
	t = start(&a);
	same(ask(&b, XS_READ, t, "n", 2), "ENOENT", "of another domain");
	same(END(&a, t, "X"), "EINVAL", "neither yes nor no");
	same(END(&a, t, "F"), "OK", "and still there");
}

/* What is refused in a transaction is no part of it, and its nodes count. */
static void test_transaction_limits(void)
{
	char text[64], big[2000];
	u32 t, u, i, n;

	WRITE(&b, 0, "theirs\0x");
	t = start(&a);
	same(WRITE(&a, t, "/local/domain/2/theirs\0y"), "EACCES",
	     "another's value in a transaction");
	said = 0;
	same(END(&a, t, "T"), "OK", "which ends without it");
	is_eq(said, 0, "and nobody talks about it");
	t = start(&a);
	u = start(&a);
	for (i = 0; i < 400; i++) {
		n = sprintf(text, "t/%u", i) + 1;
		ask(&a, XS_MKDIR, t, text, n);
		n = sprintf(text, "u/%u", i) + 1;
		ask(&a, XS_MKDIR, u, text, n);
	}
	same(a.data, "OK", "two that make many nodes");
	n = a.conn.nodes;
	for (i = n; i < STORE_NODES - 500; i++) {
		n = sprintf(text, "v%u", i) + 1;
		ask(&a, XS_MKDIR, 0, text, n);
	}
	same(END(&a, t, "T"), "OK", "one of which ends well");
	same(END(&a, u, "F"), "OK", "and one given up");
	t = start(&a);
	for (i = 0; i < 400; i++) {
		n = sprintf(text, "v0/t/%u", i) + 1;
		ask(&a, XS_MKDIR, t, text, n);
	}
	for (i = 0; i < 300; i++) {
		n = sprintf(text, "v1/%u", i) + 1;
		ask(&a, XS_MKDIR, 0, text, n);
	}
	same(END(&a, t, "T"), "ENOSPC", "more than there may be in the end");
	ok(a.conn.nodes <= STORE_NODES, "and none of them is there");
	memset(big, 'v', sizeof(big));
	memcpy(big, "v2", 3);
	for (i = 0; i < 2; i++) {
		t = start(&a);
		for (n = 0; n < 100; n++)
			ask(&a, XS_WRITE, t, big, sizeof(big));
	}
	same(a.data, "ENOSPC", "more bytes than transactions may hold");
	ok(a.conn.tx_bytes <= STORE_TX_BYTES, "in all of them");
	ASK(&a, XS_RESET_WATCHES, "");
	is_eq(a.conn.tx_bytes, 0, "which they give back");
	store_forget(1);
	store_put("/local/domain/1", "", 1, 1);
}

/* Transactions keep what was there at their start, but not without end. */
static void test_transactions_keep(void)
{
	static char big[1904] = "f000";
	u32 t[STORE_TXS], u = start(&b);
	unsigned int i, n;
	int before = 0;

	WRITE(&b, u, "calm\0x");
	for (i = 0; i <= STORE_TXS; i++) {
		for (n = 0; n < 500; n++) {
			sprintf(big, "f%03u", n);
			ask(&a, XS_WRITE, 0, big, sizeof(big));
		}
		same(a.data, "OK", "a megabyte is written");
		if (!i)
			before = allocated;
		if (i < STORE_TXS)
			t[i] = start(&a);
	}
	ok(allocated - before < 5000, "what it was before is kept for a while");
	same(END(&a, t[0], "T"), "EAGAIN", "and who still needs it has to ask");
	same(END(&a, t[STORE_TXS - 1], "T"), "OK", "but not who has just come");
	same(END(&b, u, "T"), "OK", "nor another's, which hold nothing");
	ASK(&a, XS_RESET_WATCHES, "");
	for (i = 0; i < 3; i++) {
		t[i] = start(&b);
		for (n = 0; n < 500; n++) {
			sprintf(big, "f%03u", n);
			ask(&a, XS_WRITE, 0, big, sizeof(big));
		}
	}
	same(END(&b, t[0], "T"), "EAGAIN", "another's that hold it are lost");
	ASK(&b, XS_RESET_WATCHES, "");
	u = start(&b);
	WRITE(&b, u, "calm\0x");
	for (i = 0; i < 4; i++) {
		t[i] = start(&a);
		for (n = 0; n < 500; n++) {
			sprintf(big, "f%03u%cn1", n, 0);
			ask(&a, XS_SET_PERMS, t[i], big, 8);
		}
	}
	same(END(&a, t[0], "T"), "EAGAIN", "who copies everything has to");
	same(END(&b, u, "T"), "OK", "and nobody else");
	ASK(&a, XS_RESET_WATCHES, "");
	store_forget(1);
	store_put("/local/domain/1", "", 1, 1);
}

static void test_watches(void)
{
	a.events[0] = b.events[0] = 0;
	same(ASK(&a, XS_WATCH, "w\0tok"), "OK", "a watch");
	same(a.events, "w tok;", "tells at once");
	same(ASK(&a, XS_WATCH, "w\0tok"), "EEXIST", "once");
	a.events[0] = 0;
	WRITE(&a, 0, "w/v\0" "1");
	same(a.events, "w/v tok;", "what changes below, as it was named");
	a.events[0] = 0;
	WRITE(&a, 0, "ww\0" "1");
	same(a.events, "", "not what begins alike");
	ASK(&a, XS_WATCH, "/local/domain/1/w/v\0abs");
	a.events[0] = 0;
	ASK(&a, XS_RM, "w");
	same(a.events, "w tok;/local/domain/1/w/v abs;",
	     "its end, to who watches below as well");
	same(ASK(&b, XS_WATCH, "/local/domain/1\0spy"), "OK", "another's");
	b.events[0] = 0;
	WRITE(&a, 0, "hidden\0" "1");
	same(b.events, "", "shows nothing that it may not read");
	same(ASK(&a, XS_UNWATCH, "w\0other"), "ENOENT", "no such watch");
	same(ASK(&a, XS_UNWATCH, "w\0tok"), "OK", "taken back");
	same(ASK(&b, XS_WATCH, "@releaseDomain\0r"), "OK", "the end of one");
	b.events[0] = 0;
	store_disconnect(&a.conn);
	same(b.events, "@releaseDomain r;", "is told");
	store_connect(&a.conn, 1);
	same(ASK(&a, XS_WATCH, "w\0"), "OK", "with an empty token");
	same(ASK(&a, XS_WATCH, "w"), "EINVAL", "but not without one");
	same(ASK(&a, XS_RESET_WATCHES, ""), "OK", "all at once");
	is_eq(a.conn.nr_watches, 0, "none is left");
}

static void test_quotas(void)
{
	char text[64];
	unsigned int i, n;

	for (i = 0; i < 2000; i++) {
		n = sprintf(text, "many/%u", i) + 1;
		if (strcmp(ask(&a, XS_MKDIR, 0, text, n), "OK"))
			break;
	}
	same(a.data, "ENOSPC", "too many nodes");
	ok(a.conn.nodes <= STORE_NODES, "are not kept");
	same(WRITE(&b, 0, "fine\0x"), "OK", "another domain has room");
	same(ASK(&a, XS_RM, "many"), "OK", "they can go");
	same(WRITE(&a, 0, "fine\0x"), "OK", "and others come");
	for (i = 0; i < 200; i++) {
		n = sprintf(text, "w%cx%u", 0, i) + 1;
		ask(&a, XS_WATCH, 0, text, n);
	}
	same(a.data, "ENOSPC", "too many watches");
	for (i = 0; i < 20; i++)
		start(&a);
	same(a.data, "ENOSPC", "too many transactions");
	ASK(&a, XS_RESET_WATCHES, "");
	i = start(&a);
	for (n = 0; n < 600; n++)
		ask(&a, XS_READ, i, "fine", 5);
	same(a.data, "ENOSPC", "a transaction that looks at too much");
	ASK(&a, XS_RESET_WATCHES, "");
}

static void test_nonsense(void)
{
	char long_path[600], big[XENSTORE_PAYLOAD_MAX];
	unsigned int i;

	same(ask(&a, 99, 0, "x", 2), "ENOSYS", "no such request");
	same(ask(&a, XS_CONTROL, 0, "x", 2), "ENOSYS", "or not here");
	same(ask(&a, XS_READ, 0, "x", 1), "EINVAL", "a path without an end");
	same(ask(&a, XS_READ, 0, "", 0), "EINVAL", "no path");
	same(ASK(&a, XS_READ, "//x"), "EINVAL", "an empty part");
	same(ASK(&a, XS_READ, "x/"), "EINVAL", "at the end");
	same(ASK(&a, XS_READ, "x y"), "EINVAL", "a character that can't be");
	same(ASK(&a, XS_WRITE, "@x\0y"), "EINVAL", "not a path");
	memset(long_path, 'x', sizeof(long_path));
	long_path[599] = 0;
	same(ask(&a, XS_READ, 0, long_path, 600), "EINVAL", "too long");
	for (i = 0; i < 80; i += 2)
		memcpy(long_path + i, "/x", 2);
	long_path[80] = 0;
	same(ask(&a, XS_READ, 0, long_path, 81), "EINVAL", "too deep");
	memset(big, 'v', sizeof(big));
	memcpy(big, "big", 4);
	same(ask(&a, XS_WRITE, 0, big, sizeof(big)), "ENOSPC", "too large");
	a.full = true;
	ASK(&a, XS_WATCH, "f\0t");
	WRITE(&a, 0, "f\0x");
	ok(a.conn.told_full, "who does not read loses events");
	a.full = false;
	ASK(&a, XS_RESET_WATCHES, "");
}

/* What comes of it does not matter, but that it ends and nothing breaks. */
static void test_random(void)
{
	static const char *const paths[] = {
		"x", "x/y", "x/y/z", "q", "/local/domain/1/x",
		"/local/domain/2/x", "/", "/local", "@introduceDomain", "x//y",
	};
	static const char rest[][6] = { "", "1", "T", "n1\0r2", "tok" };
	struct guest *const who[] = { &dom0, &a, &b };
	char data[300];
	unsigned int i, n;

	srandom(4);
	for (i = 0; i < 200000; i++) {
		struct guest *g = who[random() % 3];

		n = sprintf(data, "%s", random() % 40 ? paths[random() % 10] :
			    "1") + 1;
		memcpy(data + n, rest[random() % 5], 5);
		n += random() % 6;
		if (random() % 50 == 0)
			data[random() % n] = random();
		ask(g, random() % 24, random() % 3 ? 0 :
		    g->conn.next_tx - random() % 3, data, n);
	}
	ok(1, "200,000 requests at random");
	ok(a.conn.nodes <= STORE_NODES && b.conn.nodes <= STORE_NODES,
	   "nobody has more than he may");
}

static void test_end(void)
{
	store_disconnect(&a.conn);
	store_disconnect(&b.conn);
	store_forget(1);
	store_forget(2);
	ASK(&dom0, XS_RM, "/local");
	ASK(&dom0, XS_DIRECTORY, "/");
	ok(dom0.last.len < 200, "the tree is small again");
	store_disconnect(&dom0.conn);
	ok(allocated < 100, "and nothing is left of the rest");
}

int main(void)
{
	begin();
	test_values();
	test_permissions();
	test_transactions();
	test_transaction_limits();
	test_transactions_keep();
	test_watches();
	test_quotas();
	test_nonsense();
	test_random();
	test_end();
	return tap_done();
}
