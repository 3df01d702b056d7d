/* SPDX-License-Identifier: MIT */
/*
 * store.c - one request at a time through the store's page.
 *
 * The other end is only trusted as far as it concerns us alone: lengths and
 * indices are checked.  Nothing is kept of a watch's events but that there was
 * one, so that none can be lost: who is told looks for himself.
 */
#include <abi/errno.h>
#include <hcall/event.h>
#include <hcall/mmu.h>
#include <hcall/print.h>
#include <hcall/sched.h>
#include <hcall/store.h>
#include <hcall/time.h>
#include "internal.h"

#define VALUE_MAX	256

static uint32_t last_id;
static bool changed;

static struct xenstore_domain_interface *page(void)
{
	return hc_store_port() ? hc_mfn_to_virt(hc_si->store_mfn) : NULL;
}

evtchn_port_t hc_store_port(void)
{
	return hc_si ? hc_si->store_evtchn : 0;
}

static uint32_t index_read(const uint32_t *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

/* Until the other end's index is no longer SEEN, or DEADLINE (0: for ever). */
static bool wait(const uint32_t *index, uint32_t seen, uint64_t deadline)
{
	evtchn_port_t port = hc_store_port();
	bool masked = hc_upcalls_save(), late = false;

	/* Cleared before the index is read: what comes later is pending. */
	for (hc_event_clear(port); index_read(index) == seen && !late;
	     hc_event_clear(port)) {
		hc_poll(&port, 1, deadline);
		late = deadline && hc_time() >= deadline;
	}
	hc_upcalls_restore(masked);
	return index_read(index) != seen;
}

static int put(struct xenstore_domain_interface *p, const char *from, size_t n)
{
	uint32_t prod = p->req_prod, cons;

	while (n) {
		cons = index_read(&p->req_cons);
		if (prod - cons > XENSTORE_RING_SIZE)
			return -XEN_EIO;
		if (prod - cons == XENSTORE_RING_SIZE) {
			wait(&p->req_cons, cons, 0);
			continue;
		}
		for (; n && prod - cons < XENSTORE_RING_SIZE; n--)
			p->req[MASK_XENSTORE_IDX(prod++)] = *from++;
		__atomic_store_n(&p->req_prod, prod, __ATOMIC_RELEASE);
		hc_event_send(hc_store_port());
	}
	return 0;
}

/* Of N bytes that come, as many as fit SIZE go to TO. */
static int get(struct xenstore_domain_interface *p, char *to, size_t size,
	       size_t n)
{
	uint32_t cons = p->rsp_cons, prod;

	while (n) {
		prod = index_read(&p->rsp_prod);
		if (prod - cons > XENSTORE_RING_SIZE)
			return -XEN_EIO;
		if (prod == cons) {
			wait(&p->rsp_prod, prod, 0);
			continue;
		}
		for (; n && prod != cons; n--, cons++) {
			if (!size)
				continue;
			*to++ = p->rsp[MASK_XENSTORE_IDX(cons)];
			size--;
		}
		__atomic_store_n(&p->rsp_cons, cons, __ATOMIC_RELEASE);
		hc_event_send(hc_store_port());
	}
	return 0;
}

static int error_of(const char *name)
{
	static const struct {
		char name[8];
		int number;
	} known[] = {
		{ "ENOENT", XEN_ENOENT }, { "EACCES", XEN_EACCES },
		{ "EINVAL", XEN_EINVAL }, { "EEXIST", XEN_EEXIST },
		{ "EAGAIN", XEN_EAGAIN }, { "ENOSPC", XEN_ENOSPC },
		{ "E2BIG", XEN_E2BIG }, { "ENOMEM", XEN_ENOMEM },
		{ "ENOSYS", XEN_ENOSYS }, { "EBUSY", XEN_EBUSY },
	};
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(known[i].name, name, sizeof(known[i].name)))
			return -known[i].number;
	return -XEN_EIO;
}

/* The body of an answer, whose header was read. */
static int answer(struct xenstore_domain_interface *p,
		  const struct xsd_sockmsg *hdr, char *out, size_t size)
{
	char name[8] = "";
	int ret;

	if (hdr->type == XS_ERROR) {
		ret = get(p, name, sizeof(name), hdr->len);
		return ret ? ret : error_of(name);
	}
	ret = get(p, out, size, hdr->len);
	return ret ? ret : (int)hdr->len;
}

/* The next message's header; one that is no answer to ID is taken whole. */
static int message(struct xenstore_domain_interface *p, uint32_t id,
		   struct xsd_sockmsg *hdr)
{
	int ret = get(p, (char *)hdr, sizeof(*hdr), sizeof(*hdr));

	if (ret)
		return ret;
	if (hdr->len > XENSTORE_PAYLOAD_MAX)
		return -XEN_EIO;
	if (hdr->type != XS_WATCH_EVENT && id && hdr->req_id == id)
		return 1;
	changed |= hdr->type == XS_WATCH_EVENT;
	return get(p, NULL, 0, hdr->len);
}

int hc_store_request(unsigned int type, const char *path, const void *data,
		     size_t len, void *out, size_t size)
{
	struct xenstore_domain_interface *p = page();
	struct xsd_sockmsg hdr = { .type = type };
	size_t path_len = 0;
	int ret;

	if (!p)
		return -XEN_ENODEV;
	while (path[path_len++])
		;
	if (path_len + len > XENSTORE_PAYLOAD_MAX)
		return -XEN_E2BIG;
	if (!++last_id)
		last_id = 1;
	hdr.len = path_len + len;
	hdr.req_id = last_id;
	ret = put(p, (const char *)&hdr, sizeof(hdr));
	if (!ret)
		ret = put(p, path, path_len);
	if (!ret)
		ret = put(p, data, len);
	while (!ret)
		ret = message(p, last_id, &hdr);
	return ret < 0 ? ret : answer(p, &hdr, out, size);
}

int hc_store_read(const char *path, char *buf, size_t size)
{
	int ret = hc_store_request(XS_READ, path, NULL, 0, buf, size);

	if (ret < 0)
		return ret;
	if ((size_t)ret >= size)
		return -XEN_E2BIG;
	buf[ret] = '\0';
	return ret;
}

uint64_t hc_store_number(const char *path, uint64_t fallback)
{
	char text[24], *at = text;
	uint64_t value = 0;

	if (hc_store_read(path, text, sizeof(text)) <= 0)
		return fallback;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + *at - '0';
	return *at ? fallback : value;
}

int hc_store_printf(const char *path, const char *fmt, ...)
{
	char text[VALUE_MAX];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = hc_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (ret < 0 || ret >= (int)sizeof(text))
		return -XEN_E2BIG;
	ret = hc_store_request(XS_WRITE, path, text, ret, NULL, 0);
	return ret < 0 ? ret : 0;
}

int hc_store_watch(const char *path)
{
	static const char token[] = "w";
	int ret = hc_store_request(XS_WATCH, path, token, sizeof(token),
				   NULL, 0);

	return ret < 0 ? ret : 0;
}

bool hc_store_changed(uint64_t deadline)
{
	struct xenstore_domain_interface *p = page();
	struct xsd_sockmsg hdr;
	bool was;

	hc_event_clear(hc_store_port());
	while (p && (index_read(&p->rsp_prod) != p->rsp_cons ||
		     (!changed && deadline &&
		      wait(&p->rsp_prod, p->rsp_cons, deadline))))
		if (message(p, 0, &hdr) < 0)
			break;
	was = changed;
	changed = false;
	return was;
}
