/* SPDX-License-Identifier: MIT */
/*
 * op_console.c - hypercall console_io, and the console ring of a domain that
 * has one.
 *
 * The ring is drained when its port is notified, so that a guest that waits
 * for room always gets it: the hypervisor is the consumer.  Indices are the
 * guest's and may be anything; only their difference is used, bounded by the
 * size of the ring.  One line is shown at a time, and the guest is sent back
 * to notify again, so that others run while much of it is slow to show.
 */
#include <abi/io/console.h>
#include <abi/xen.h>

#include <domain.h>
#include <hypercall.h>
#include <lib.h>
#include <mmu.h>
#include <uaccess.h>

#include "ops.h"

#define CHUNK		128u
#define COUNT_MAX	0x7fffffffu

/* Stops between chunks for what else waits, and goes on from there. */
static s64 op_write(u32 count, u64 buffer)
{
	struct domain *d = current()->domain;
	char in[CHUNK];
	u32 n;

	while (count) {
		n = MIN(count, CHUNK);
		if (copy_from_guest(in, gva(buffer), n))
			return fail(-EFAULT);
		n = console_guest_write(d, in, n);
		count -= n;
		buffer += n;
		if (count && hypercall_preempt())
			return hypercall_continue(CONSOLEIO_write, count,
						  buffer, 0);
	}
	return 0;
}

static s64 op_read(u32 count, u64 buffer)
{
	char out[CONSOLE_INPUT];
	size_t n;

	if (count > COUNT_MAX)
		return fail(-E2BIG);
	n = console_guest_read(current()->domain, out,
			       MIN(count, sizeof(out)));
	return n && copy_to_guest(gva(buffer), out, n) ? fail(-EFAULT) : (s64)n;
}

s64 op_console_io(u64 cmd, u64 count, u64 buffer)
{
	switch ((u32)cmd) {
	case CONSOLEIO_write:
		return op_write(count, buffer);
	case CONSOLEIO_read:
		if (!current()->domain->privileged)
			return fail(-EPERM);
		return op_read(count, buffer);
	default:
		return fail(-ENOSYS);
	}
}

/* ---- The ring ----------------------------------------------------------- */

int pv_console_create(struct domain *d, mfn_t ring, port_t *out)
{
	struct evt to = {
		.state = EVT_INTERDOMAIN, .consumer = EVT_CONSOLE,
		.vcpu = d->vcpu[0],
	};
	int rc = frame_use_get(frame_of(ring), d, USE_WRITABLE);

	if (rc)
		return rc;
	d->console.ring = ring;
	rc = evt_bind(d, &to, out);
	if (rc)
		pv_console_release(d);
	else
		d->console.port = *out;
	return rc;
}

void pv_console_release(struct domain *d)
{
	mfn_t ring = d->console.ring;

	if (mfn_eq(ring, MFN_NONE))
		return;
	/* Whoever types to it meanwhile holds the lock. */
	spin_lock(&d->console.lock);
	d->console.ring = MFN_NONE;
	spin_unlock(&d->console.lock);
	frame_use_put(frame_of(ring));
}

int pv_console_put(struct domain *d, char c)
{
	struct xencons_interface *ring;
	u32 prod;
	bool full;

	spin_lock(&d->console.lock);
	if (mfn_eq(d->console.ring, MFN_NONE)) {
		spin_unlock(&d->console.lock);
		return fail(-ENOENT);
	}
	ring = mfn_virt(d->console.ring);
	prod = READ_ONCE(ring->in_prod);
	full = prod - READ_ONCE(ring->in_cons) >= sizeof(ring->in);
	if (!full) {
		WRITE_ONCE(ring->in[prod % sizeof(ring->in)], c);
		__atomic_store_n(&ring->in_prod, prod + 1, __ATOMIC_RELEASE);
	}
	spin_unlock(&d->console.lock);
	if (full)
		return fail(-ENOSPC);
	evt_notify(d, d->console.port);
	return 0;
}

int pv_console_notified(struct domain *d)
{
	/* Its port, by which we come here, is closed before it is let go. */
	struct xencons_interface *ring = mfn_virt(d->console.ring);
	u32 prod, left, n, i;
	char text[CHUNK];

	/* Two vCPUs may notify at once: each character is shown once. */
	spin_lock(&d->console.lock);
	prod = __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE);
	/* Who claims more than the ring holds is shown what it holds. */
	left = MIN(prod - READ_ONCE(ring->out_cons), sizeof(ring->out));
	n = MIN(left, CHUNK);
	for (i = 0; i < n; i++)
		text[i] = READ_ONCE(ring->out[(prod - left + i) %
					      sizeof(ring->out)]);
	n = console_guest_write(d, text, n);
	__atomic_store_n(&ring->out_cons, prod - left + n, __ATOMIC_RELEASE);
	spin_unlock(&d->console.lock);
	if (n < left)
		return -ERESTART;
	if (n)
		evt_notify(d, d->console.port);
	return 0;
}
