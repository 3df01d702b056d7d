/* SPDX-License-Identifier: MIT */
/*
 * link.c - one request to the store at a time, and the events that come.
 *
 * In domain 0 a request is a call into the server; in any other it goes through
 * the domain's store page, and a thread reads what comes back.  What the other
 * end writes there is checked for length, and whatever else it says concerns
 * nobody but ourselves.
 *
 * A server that has come anew, or no longer understands us, says so by the
 * page's error.  Then the thread asks it to begin anew, as the protocol's
 * reconnection has it; a request that was on its way is made again.
 */
#include <hcall/hcall.h>
#include <mm.h>
#include <thread.h>

#include "link.h"
#include "server.h"

#define PATIENCE	(5 * NSEC_PER_SEC)

/* One request is on its way. */
static struct mutex call_lock = MUTEX(call_lock);
/* Somebody writes requests to the page, or begins anew. */
static struct mutex page_lock = MUTEX(page_lock);
static struct waitq answered = WAITQ(answered), moved = WAITQ(moved);
static char answer[XENSTORE_PAYLOAD_MAX];
static struct xsd_sockmsg answer_hdr;
static u32 asked;			/* its number; 0: nobody waits */
static bool have_answer, local;
static u32 next_id;

static struct xenstore_domain_interface *ring;	/* NULL: in domain 0 */
static evtchn_port_t port;

/* Interrupts on.  Whatever it is, data has hdr->len bytes. */
static void message(const struct xsd_sockmsg *hdr, const char *data)
{
	u32 n = 0;
	bool off;

	if (hdr->type == XS_WATCH_EVENT) {
		while (n < hdr->len && data[n])
			n++;
		if (hdr->len && !data[hdr->len - 1] && n + 1 < hdr->len)
			link_event(data + n + 1);
		return;
	}
	off = irq_save();
	if (asked && hdr->req_id == asked) {
		answer_hdr = *hdr;
		memcpy(answer, data, hdr->len);
		have_answer = true;
		asked = 0;
		waitq_wake(&answered, 1);
	}
	irq_restore(off);
}

/* ---- Domain 0 ----------------------------------------------------------- */

static bool local_send(struct store_conn *c, const struct xsd_sockmsg *hdr,
		       const void *data)
{
	(void)c;
	message(hdr, data);
	return true;
}

static struct store_conn local_conn = { .send = local_send };

/* The strings lie in one piece, as the server takes them apart. */
static int local_request(const struct xsd_sockmsg *hdr,
			 const struct piece *pieces, unsigned int n)
{
	static char data[XENSTORE_PAYLOAD_MAX];
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < n; at += pieces[i++].len)
		memcpy(data + at, pieces[i].data, pieces[i].len);
	mutex_lock(&store_lock);
	store_request(&local_conn, hdr, data);
	mutex_unlock(&store_lock);
	return 0;
}

/* ---- Through the page --------------------------------------------------- */

static void on_event(evtchn_port_t p, struct hc_regs *regs, void *arg)
{
	(void)p, (void)regs, (void)arg;
	waitq_wake(&moved, ~0u);
}

static bool failed(void)
{
	return *(volatile u32 *)&ring->error != XENSTORE_ERROR_NONE;
}

/*
 * Until the other end has moved, as one that looks before would have seen, or
 * has failed.
 */
static bool ring_wait(const volatile u32 *index, u32 seen, u64 deadline)
{
	bool off = irq_save(), moved_on = true;

	while (moved_on && *index == seen && !failed())
		moved_on = waitq_wait(&moved, deadline);
	irq_restore(off);
	return moved_on;
}

static int ring_write(const char *from, size_t n, u64 deadline)
{
	u32 prod = ring->req_prod, cons;

	while (n) {
		if (failed())
			return -ECONNRESET;
		cons = __atomic_load_n(&ring->req_cons, __ATOMIC_ACQUIRE);
		if (prod - cons > XENSTORE_RING_SIZE)
			return -EIO;
		for (; n && prod - cons < XENSTORE_RING_SIZE; n--)
			ring->req[MASK_XENSTORE_IDX(prod++)] = *from++;
		__atomic_store_n(&ring->req_prod, prod, __ATOMIC_RELEASE);
		if (!n)
			return 0;
		hc_event_send(port);
		if (!ring_wait(&ring->req_cons, cons, deadline))
			return -ETIMEDOUT;
	}
	return 0;
}

static int ring_request(const struct xsd_sockmsg *hdr,
			const struct piece *pieces, unsigned int n)
{
	u64 deadline = arch->time() + PATIENCE;
	unsigned int i;
	int rc;

	mutex_lock(&page_lock);
	rc = ring_write((const char *)hdr, sizeof(*hdr), deadline);
	for (i = 0; !rc && i < n; i++)
		rc = ring_write(pieces[i].data, pieces[i].len, deadline);
	mutex_unlock(&page_lock);
	hc_event_send(port);
	return rc;
}

/* Who waits for an answer that will not come asks again. */
static void answers_lost(void)
{
	bool off = irq_save();

	if (asked) {
		answer_hdr.type = XS_INVALID;
		have_answer = true;
		asked = 0;
		waitq_wake(&answered, 1);
	}
	irq_restore(off);
}

static void reconnect(void)
{
	volatile u32 *state = &ring->connection;
	bool off;

	mutex_lock(&page_lock);
	*state = XENSTORE_RECONNECT;
	hc_event_send(port);
	off = irq_save();
	while (*state != XENSTORE_CONNECTED)
		waitq_wait(&moved, NEVER);
	irq_restore(off);
	answers_lost();
	mutex_unlock(&page_lock);
	link_anew();
}

/* Exactly n bytes of what comes; TO may be NULL.  False: they never will. */
static bool ring_read(char *to, size_t n)
{
	u32 cons = ring->rsp_cons, prod;

	while (n) {
		if (failed())
			return false;
		prod = __atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE);
		/* A server that is out of its mind: wait for it to recover. */
		if (prod == cons || prod - cons > XENSTORE_RING_SIZE) {
			ring_wait(&ring->rsp_prod, prod, NEVER);
			continue;
		}
		for (; n && prod != cons; n--, cons++)
			if (to)
				*to++ = ring->rsp[MASK_XENSTORE_IDX(cons)];
		__atomic_store_n(&ring->rsp_cons, cons, __ATOMIC_RELEASE);
		hc_event_send(port);
	}
	return true;
}

static void reader(void *unused)
{
	static char data[XENSTORE_PAYLOAD_MAX];
	struct xsd_sockmsg hdr;
	bool fits;

	(void)unused;
	for (;;) {
		if (!ring_read((char *)&hdr, sizeof(hdr))) {
			reconnect();
			continue;
		}
		fits = hdr.len <= sizeof(data);
		if (ring_read(fits ? data : NULL, hdr.len) && fits)
			message(&hdr, data);
	}
}

/* ---- Both --------------------------------------------------------------- */

static int error_of(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {
		{ "ENOENT", ENOENT }, { "EACCES", EACCES },
		{ "EEXIST", EEXIST }, { "EINVAL", EINVAL },
		{ "EAGAIN", EAGAIN }, { "ENOSPC", ENOSPC },
		{ "E2BIG", E2BIG }, { "ENOMEM", ENOMEM },
		{ "ENOSYS", ENOSYS }, { "EBUSY", EBUSY },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return -known[i].number;
	return -EIO;
}

static int answer_take(void *out, size_t size)
{
	size_t len = answer_hdr.len;

	if (answer_hdr.type == XS_INVALID)
		return -ECONNRESET;
	if (answer_hdr.type == XS_ERROR) {
		answer[min(len, sizeof(answer) - 1)] = '\0';
		return error_of(answer);
	}
	memcpy(out, answer, min(len, size));
	return len;
}

static bool answer_wait(u64 deadline)
{
	bool off = irq_save(), good = true;

	while (good && !have_answer)
		good = waitq_wait(&answered, deadline);
	asked = 0;
	irq_restore(off);
	return have_answer;
}

static int request_once(struct xsd_sockmsg *hdr, const struct piece *pieces,
			unsigned int n, void *out, size_t size)
{
	int rc;

	if (!++next_id)
		next_id = 1;
	hdr->req_id = next_id;
	have_answer = false;
	asked = next_id;
	rc = local ? local_request(hdr, pieces, n) :
		     ring_request(hdr, pieces, n);
	if (rc)
		return rc;
	return answer_wait(arch->time() + PATIENCE) ? answer_take(out, size) :
						      -ETIMEDOUT;
}

int link_request(u32 type, u32 tx, const struct piece *pieces, unsigned int n,
		 void *out, size_t size)
{
	struct xsd_sockmsg hdr = { .type = type, .tx_id = tx };
	u64 deadline = arch->time() + PATIENCE;
	unsigned int i;
	int rc;

	if (!local && !ring)
		return -ENODEV;
	for (i = 0; i < n; i++)
		hdr.len += pieces[i].len;
	if (hdr.len > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	mutex_lock(&call_lock);
	rc = request_once(&hdr, pieces, n, out, size);
	/* The reader has to find it out, too. */
	while (rc == -ECONNRESET && arch->time() < deadline) {
		thread_sleep(NSEC_PER_MSEC);
		rc = request_once(&hdr, pieces, n, out, size);
	}
	mutex_unlock(&call_lock);
	return rc;
}

bool link_start(void)
{
	const struct start_info *si = hc_start_info();

	if (server_start()) {
		local = true;
		mutex_lock(&store_lock);
		store_connect(&local_conn, 0);
		mutex_unlock(&store_lock);
		return true;
	}
	if (hc_is_initial_domain() || !si->store_evtchn)
		return false;
	port = si->store_evtchn;
	ring = hc_mfn_to_virt(si->store_mfn);
	if (!thread_create("store-io", PRIO_HIGH, reader, NULL)) {
		ring = NULL;
		return false;
	}
	hc_event_handle(port, 0, on_event, NULL);
	return true;
}
