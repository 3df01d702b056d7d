/* SPDX-License-Identifier: MIT */
/*
 * store.c - a client of the store that breaks its rules.
 */
#include "foe.h"

static struct xenstore_domain_interface *page(void)
{
	return hc_mfn_to_virt(hc_start_info()->store_mfn);
}

static int ask(uint32_t type, const char *path, const char *data, size_t len)
{
	static char out[XENSTORE_PAYLOAD_MAX];

	return hc_store_request(type, path, data, len, out, sizeof(out));
}

static bool reconnect(void)
{
	char text[16];

	page()->connection = XENSTORE_RECONNECT;
	hc_event_send(hc_store_port());
	return becomes(&page()->connection, XENSTORE_CONNECTED) &&
	       hc_store_read("domid", text, sizeof(text)) > 0;
}

/* ---- Quotas ------------------------------------------------------------- */

static void many_nodes(void)
{
	unsigned int i;
	char path[32];
	int ret = 0;

	for (i = 0; i < 3000 && !ret; i++) {
		hc_snprintf(path, sizeof(path), "data/n/%u", i);
		ret = ask(XS_MKDIR, path, "", 0) < 0 ? 1 : 0;
	}
	point(ret && i < 1100, "a thousand nodes and no more");
	point(ask(XS_MKDIR, "data/one-more", "", 0) == -XEN_ENOSPC,
	      "what is above is refused");
	point(ask(XS_RM, "data/n", "", 0) >= 0 &&
	      ask(XS_MKDIR, "data/one-more", "", 0) >= 0,
	      "removed, they make room");
}

static void many_watches(void)
{
	unsigned int i, len, good = 0;
	char token[16];

	for (i = 0; i < 3000; i++) {
		len = hc_snprintf(token, sizeof(token), "t%u", i) + 1;
		good += ask(XS_WATCH, "data", token, len) >= 0;
	}
	point(good == 128, "a hundred and twenty-eight watches of thousands");
	for (i = 0; i < 20; i++)
		ask(XS_WRITE, "data/x", "y", 1);
	point(ask(XS_RESET_WATCHES, "", "", 0) >= 0, "and none in the end");
}

static void many_transactions(void)
{
	unsigned int i, good = 0;

	for (i = 0; i < 100; i++)
		good += ask(XS_TRANSACTION_START, "", "", 0) >= 0;
	point(good == 10, "ten open transactions of a hundred");
	ask(XS_RESET_WATCHES, "", "", 0);
}

static void refused(void)
{
	static const struct {
		uint32_t type;
		const char *path, *data;
		uint32_t len;
		int want;
	} r[] = {
		{ XS_READ, "/local/domain/0/nothing", "", 0, -XEN_ENOENT },
		{ XS_WRITE, "/local/domain/0/mine", "x", 1, -XEN_EACCES },
		{ XS_WRITE, "/tool", "x", 1, -XEN_EACCES },
		{ XS_RM, "/local", "", 0, -XEN_EACCES },
		{ XS_RM, "/", "", 0, -XEN_EACCES },
		{ XS_READ, "/local/domain/1/device/vif/0/mac", "", 0,
		  -XEN_EACCES },
		{ XS_WRITE, "/local/domain/1/data", "x", 1, -XEN_EACCES },
		{ XS_SET_PERMS, "data", "n0", 3, -XEN_EACCES },
		{ XS_SET_PERMS, "data", "q7", 3, -XEN_EINVAL },
		{ XS_INTRODUCE, "1", "", 0, -XEN_EACCES },
		{ XS_RELEASE, "1", "", 0, -XEN_EACCES },
		{ XS_READ, "no such/path", "", 0, -XEN_EINVAL },
		{ XS_WATCH, "data", "", 0, -XEN_EINVAL },
		{ XS_CONTROL, "print", "", 0, -XEN_ENOSYS },
		{ 99, "x", "", 0, -XEN_ENOSYS },
	};
	unsigned int i, bad = 0;

	for (i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
		int got = ask(r[i].type, r[i].path, r[i].data, r[i].len);

		if (got == r[i].want)
			continue;
		bad++;
		hc_printf("# %u of %s: %d\n", r[i].type, r[i].path, got);
	}
	point(!bad, "what a plain domain may not, or nobody");
}

static void deep(void)
{
	static char path[3000];
	unsigned int i;

	for (i = 0; i < sizeof(path) - 1; i++)
		path[i] = i % 2 ? 'd' : '/';
	point(ask(XS_MKDIR, path, "", 0) == -XEN_EINVAL, "a path too long");
	path[100] = 0;
	point(ask(XS_MKDIR, path, "", 0) == -XEN_EINVAL, "one too deep");
	for (i = 0; i < sizeof(path); i++)
		path[i] = 'v';
	point(ask(XS_WRITE, "data/v", path, sizeof(path)) == -XEN_ENOSPC,
	      "a value too large");
}

/* ---- The ring ----------------------------------------------------------- */

static void raw(const void *from, unsigned int n)
{
	struct xenstore_domain_interface *p = page();
	const char *at = from;
	uint32_t prod = p->req_prod;

	while (n--)
		p->req[MASK_XENSTORE_IDX(prod++)] = *at++;
	__atomic_store_n(&p->req_prod, prod, __ATOMIC_RELEASE);
	hc_event_send(hc_store_port());
}

static void broken_ring(void)
{
	struct xenstore_domain_interface *p = page();
	struct xsd_sockmsg hdr = { XS_READ, 1, 0, XENSTORE_PAYLOAD_MAX + 1 };

	p->req_prod += XENSTORE_RING_SIZE + 1;
	hc_event_send(hc_store_port());
	point(becomes(&p->error, XENSTORE_ERROR_RINGIDX),
	      "a ring with too much in it");
	point(reconnect(), "and a new beginning");
	p->rsp_cons += 5;
	hc_event_send(hc_store_port());
	point(becomes(&p->error, XENSTORE_ERROR_RINGIDX),
	      "answers taken that never came");
	point(reconnect(), "and a new beginning");
	raw(&hdr, sizeof(hdr));
	point(becomes(&p->error, XENSTORE_ERROR_PROTO), "a message too long");
	point(reconnect(), "and a new beginning");
}

/* The server stops to read when too many answers wait. */
static void never_reads(void)
{
	struct xenstore_domain_interface *p = page();
	struct {
		struct xsd_sockmsg hdr;
		char path[8];
	} m = { { XS_READ, 1, 0, 6 }, "domid" };
	unsigned int sent, idle = 0;

	for (sent = 0; sent < 100000 && idle < 100;) {
		if (p->req_prod - p->req_cons > XENSTORE_RING_SIZE - 22) {
			hc_poll(NULL, 0, hc_time() + MSEC);
			idle++;
			continue;
		}
		idle = 0;
		raw(&m, 22);
		sent++;
	}
	point(sent < 100000, "questions without reading the answers");
	point(reconnect(), "and a new beginning");
}

void store_crimes(void)
{
	refused();
	deep();
	many_nodes();
	many_watches();
	many_transactions();
	broken_ring();
	never_reads();
}

/* ---- At random ---------------------------------------------------------- */

static void any_message(void)
{
	static const char *const paths[] = {
		"data/a", "data/b/c", "control", "/local/domain/1", "x//y",
		"device/vif/0/state", "@introduceDomain", "/", "data",
	};
	struct xenstore_domain_interface *p = page();
	struct {
		struct xsd_sockmsg hdr;
		char text[64];
	} m = { .hdr = { rnd() % 24, rnd(), rnd() % 3 ? 0 : rnd() % 20, 0 } };
	const char *path = paths[rnd() % (sizeof(paths) / sizeof(paths[0]))];
	unsigned int n = 0;

	while (*path)
		m.text[n++] = *path++;
	n++;
	for (; n < sizeof(m.text) && rnd() % 4; n++)
		m.text[n] = rnd();
	m.hdr.len = rnd() % 100 ? n : rnd() % 5000;
	if (p->req_prod - p->req_cons + sizeof(m) < XENSTORE_RING_SIZE)
		raw(&m, sizeof(m.hdr) + n);
}

/* Answers are thrown away; now and then the page itself is written to. */
void store_noise(uint64_t seconds)
{
	uint64_t until = hc_time() + seconds * SECOND;
	struct xenstore_domain_interface *p = page();
	unsigned int n = 0;

	for (; hc_time() < until; n++) {
		any_message();
		p->rsp_cons = p->rsp_prod;
		hc_event_send(hc_store_port());
		if (rnd() % 500 == 0)
			((uint32_t *)p)[512 + rnd() % 7] = rnd();
		if (p->error || n % 1000 == 999)
			reconnect();
		if (n % 50 == 0)
			hc_poll(NULL, 0, hc_time() + MSEC / 10);
	}
	hc_printf("# %u messages\n", n);
	point(reconnect(), "noise in the store's page");
}
