/* SPDX-License-Identifier: MIT */
/*
 * console.c - console_io for domain 0, the ring for all others.
 *
 * The ring's indices are shared with the other end: ours is written last, and
 * what we read from the other is used only modulo the ring's size.
 */
#include <abi/io/console.h>
#include <hcall/atomic.h>
#include <hcall/console.h>
#include <hcall/event.h>
#include <hcall/mmu.h>
#include <hcall/sched.h>
#include "internal.h"

static struct xencons_interface *ring(void)
{
	uint64_t mfn = hc_si ? hc_si->console.domU.mfn : 0;

	return mfn ? hc_mfn_to_virt(mfn) : NULL;
}

/* Before hc_init() only domain 0's way can work: try that. */
static bool by_call(void)
{
	return !hc_si || hc_is_initial_domain();
}

evtchn_port_t hc_console_port(void)
{
	return by_call() ? 0 : hc_si->console.domU.evtchn;
}

static size_t ring_put(struct xencons_interface *r, const char *buf, size_t len)
{
	XENCONS_RING_IDX cons = *(volatile XENCONS_RING_IDX *)&r->out_cons;
	XENCONS_RING_IDX prod = r->out_prod;
	size_t n;

	/* The other end has freed the places up to CONS before we fill them. */
	hc_mb();
	for (n = 0; n < len && prod - cons < sizeof(r->out); n++, prod++)
		r->out[MASK_XENCONS_IDX(prod, r->out)] = buf[n];
	hc_barrier();
	*(volatile XENCONS_RING_IDX *)&r->out_prod = prod;
	return n;
}

void hc_console_write(const char *buf, size_t len)
{
	struct xencons_interface *r;
	size_t n;

	if (by_call()) {
		hc_console_io(CONSOLEIO_write, len, hc_addr(buf));
		return;
	}
	r = ring();
	while (r && len) {
		n = ring_put(r, buf, len);
		hc_event_send(hc_si->console.domU.evtchn);
		if (!n)
			hc_yield();
		buf += n;
		len -= n;
	}
}

size_t hc_console_read(char *buf, size_t size)
{
	struct xencons_interface *r;
	XENCONS_RING_IDX cons, prod;
	size_t n;
	long ret;

	if (by_call()) {
		ret = hc_console_io(CONSOLEIO_read, size, hc_addr(buf));
		return ret < 0 ? 0 : ret;
	}
	r = ring();
	if (!r)
		return 0;
	cons = r->in_cons;
	prod = *(volatile XENCONS_RING_IDX *)&r->in_prod;
	hc_barrier();
	for (n = 0; n < size && cons != prod; n++, cons++)
		buf[n] = r->in[MASK_XENCONS_IDX(cons, r->in)];
	hc_mb();
	*(volatile XENCONS_RING_IDX *)&r->in_cons = cons;
	if (n)
		hc_event_send(hc_si->console.domU.evtchn);
	return n;
}
