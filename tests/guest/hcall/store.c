/* SPDX-License-Identifier: MIT */
/*
 * store.c - the store's client, against a server that is this guest itself.
 *
 * What the server would say lies in the ring before the request is made, so
 * nobody has to wait: right answers, refusals, and what breaks the rules.
 */
#include "hcall.h"

static union {
	struct xenstore_domain_interface ring;
	char all[HC_PAGE_SIZE];
} store __attribute__((aligned(HC_PAGE_SIZE)));
static uint32_t id;		/* of the request that comes next */

static void say_bytes(const void *from, unsigned int n)
{
	const char *at = from;

	while (n--)
		store.ring.rsp[MASK_XENSTORE_IDX(store.ring.rsp_prod++)] =
			*at++;
}

static void say(uint32_t type, uint32_t to, uint32_t len, const char *data)
{
	struct xsd_sockmsg hdr = { .type = type, .req_id = to, .len = len };

	say_bytes(&hdr, sizeof(hdr));
	say_bytes(data, len <= 64 ? len : 0);
}

/* A read whose answer is that; the ring is empty again. */
static int read_said(uint32_t type, const char *data, uint32_t len, char *buf,
		     size_t size)
{
	int ret;

	say(type, ++id, len, data);
	ret = hc_store_read("a", buf, size);
	store.ring.req_cons = store.ring.req_prod;
	store.ring.rsp_cons = store.ring.rsp_prod;
	return ret;
}

static void test_answers(void)
{
	char buf[8];

	is(read_said(XS_READ, "value", 5, buf, sizeof(buf)), 5, "store: read");
	ok(!__builtin_memcmp(buf, "value", 6), "store: its text");
	is(read_said(XS_READ, "value", 5, buf, 5), -XEN_E2BIG,
	   "store: no room for the NUL");
	is(read_said(XS_ERROR, "ENOENT", 7, buf, sizeof(buf)), -XEN_ENOENT,
	   "store: a refusal");
	is(read_said(XS_ERROR, "EWHATEVER", 10, buf, sizeof(buf)), -XEN_EIO,
	   "store: a refusal that nobody knows");
	ok(!hc_store_changed(0), "store: nothing has changed");
	say(XS_WATCH_EVENT, 0, 4, "a\0w");
	say(XS_READ, id + 7, 3, "old");
	is(read_said(XS_READ, "new", 3, buf, sizeof(buf)), 3,
	   "store: an event and another's answer are no answer");
	ok(!__builtin_memcmp(buf, "new", 4), "store: the right one");
	ok(hc_store_changed(0), "store: the event was noticed");
	ok(!hc_store_changed(0), "store: once");
	say(XS_READ, ++id, 2, "42");
	is(hc_store_number("a", 7), 42, "store: a number");
	say(XS_READ, ++id, 2, "4x");
	is(hc_store_number("a", 7), 7, "store: none");
}

static void test_rules(void)
{
	static char big[XENSTORE_PAYLOAD_MAX];
	char buf[8];

	is(hc_store_request(XS_WRITE, "a", big, sizeof(big), NULL, 0),
	   -XEN_E2BIG, "store: too long a request");
	is(hc_store_printf("a", "%0300u", 1u), -XEN_E2BIG,
	   "store: too long a value");
	is(read_said(XS_READ, "", XENSTORE_PAYLOAD_MAX + 1, buf, sizeof(buf)),
	   -XEN_EIO, "store: too long an answer");
	store.ring.rsp_prod += XENSTORE_RING_SIZE + 1;
	is(read_said(XS_READ, "", 0, buf, sizeof(buf)), -XEN_EIO,
	   "store: an index beyond the ring");
	store.ring.req_cons = store.ring.req_prod + 1;
	is(read_said(XS_READ, "", 0, buf, sizeof(buf)), -XEN_EIO,
	   "store: requests taken that were not made");
}

void test_store(struct start_info *si)
{
	char buf[8];

	is(hc_store_read("a", buf, sizeof(buf)), -XEN_ENODEV,
	   "store: domain 0 has none");
	ok(!hc_store_changed(0), "store: in which nothing changes");
	si->store_evtchn = hc_event_bind_ipi(0, NULL, NULL);
	si->store_mfn = hc_virt_to_mfn(&store);
	test_answers();
	test_rules();
	hc_event_close(si->store_evtchn);
	si->store_evtchn = 0;
}
