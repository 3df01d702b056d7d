/* SPDX-License-Identifier: MIT */
/*
 * irq.c - interrupts are upcalls, each on an event channel.
 */
#include <hcall/hcall.h>
#include "pv.h"

static struct vcpu_info *vcpu;
static evtchn_port_t self_port;
static void (*self_fn)(void);

static void on_event(struct hc_regs *regs)
{
	hc_event_upcall(regs);
	pv_idle_over();
	irq_done((struct regs *)regs);
}

static void on_self(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	self_fn();
}

/*
 * As the library's, but each system call does this four times.  The barrier:
 * who makes an event pending looks at the mask, we the other way round.
 */
bool pv_irq_save(void)
{
	bool were_off = vcpu->evtchn_upcall_mask;

	vcpu->evtchn_upcall_mask = 1;
	hc_barrier();
	return were_off;
}

void pv_irq_restore(bool were_off)
{
	if (were_off)
		return;
	hc_barrier();
	vcpu->evtchn_upcall_mask = 0;
	hc_mb();
	/* Any hypercall delivers it. */
	if (*(volatile uint8_t *)&vcpu->evtchn_upcall_pending)
		hc_xen_version(XENVER_version, 0);
}

void pv_self_init(void (*fn)(void))
{
	long port;

	self_fn = fn;
	if (self_port)
		return;
	port = hc_event_bind_ipi(0, on_self, NULL);
	if (port < 0)
		panic("no event channel: error %ld", -port);
	self_port = port;
}

void pv_self_send(void)
{
	hc_event_send(self_port);
}

void pv_irq_init(void)
{
	hc_event_init();
	hc_trap_set(HC_VEC_EVENT, on_event);
}

/* Upcalls are masked from the start. */
void pv_irq_early(void)
{
	vcpu = hc_vcpu_info(0);
}
