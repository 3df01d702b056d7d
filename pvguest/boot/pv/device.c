/* SPDX-License-Identifier: MIT */
/*
 * device.c - devices of domain 0: physdev_op, and interrupts by event channels.
 *
 * The hypervisor writes the messages of devices, and finds MSI-X tables.
 * Frames of one piece are had by an exchange.
 */
#include <abi/physdev.h>
#include <hcall/hcall.h>
#include <hcall/memory.h>
#include <thread.h>
#include "pv.h"

#define JOIN_MAX	9	/* an order that both hypervisors have */

static long physdev(unsigned int cmd, void *arg)
{
	return hc_physdev_op(cmd, hc_addr(arg));
}

static bool pv_device_init(void)
{
	struct physdev_set_iopl iopl = { 1 };

	return hc_is_initial_domain() &&
	       !physdev(PHYSDEVOP_set_iopl, &iopl);
}

static void pv_device_found(u16 function)
{
	struct physdev_pci_device_add add = {
		.bus = function >> 8, .devfn = function,
	};

	physdev(PHYSDEVOP_pci_device_add, &add);
}

static u64 pv_machine(const void *p)
{
	return hc_pfn_to_mfn(virt_pfn(p)) * PAGE_SIZE + (u64)p % PAGE_SIZE;
}

static u64 pv_register_pte(u64 machine)
{
	return hc_pte(machine / PAGE_SIZE, PTE_KERNEL | HC_PTE_PCD |
		      HC_PTE_PWT);
}

static bool joined(u64 pfn, unsigned int order)
{
	u64 i;

	for (i = 1; i < 1ULL << order; i++)
		if (hc_pfn_to_mfn(pfn + i) != hc_pfn_to_mfn(pfn) + i)
			return false;
	return true;
}

/* A frame may go only when nothing maps it. */
static void remap(u64 pfn, u64 n, bool on)
{
	u64 i;

	for (i = pfn; i < pfn + n; i++) {
		hc_update_va_mapping((u64)pfn_virt(i), on ?
				     pv_pte_make(i, PTE_KERNEL) : 0,
				     UVMF_INVLPG);
	}
}

static bool pv_join(void *pages, unsigned int order)
{
	static xen_pfn_t in[1 << JOIN_MAX];
	struct xen_memory_exchange x = {
		.in = { in, 1UL << order, 0, 0, DOMID_SELF },
	};
	u64 pfn = virt_pfn(pages), i, n = 1UL << order;
	xen_pfn_t out = pfn;
	long ret;

	if (order > JOIN_MAX)
		return false;
	preempt_disable();
	if (joined(pfn, order)) {
		preempt_enable();
		return true;
	}
	for (i = 0; i < n; i++)
		in[i] = hc_pfn_to_mfn(pfn + i);
	x.out = (struct xen_memory_reservation){
		&out, 1, order, 0, DOMID_SELF
	};
	pv_pt_commit();
	remap(pfn, n, false);
	ret = hc_memory_op(XENMEM_exchange, hc_addr(&x));
	if (!ret && x.nr_exchanged == n)
		for (i = 0; i < n; i++)
			hc_p2m_set(pfn + i, out + i);
	remap(pfn, n, true);
	preempt_enable();
	return joined(pfn, order);
}

static void on_msi(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	struct msi *m = arg;
	struct physdev_eoi eoi = { m->number };

	(void)port;
	(void)regs;
	m->fn(m->arg);
	if (m->eoi)
		physdev(PHYSDEVOP_eoi, &eoi);
}

static int pv_msi_bind(struct msi *m)
{
	struct physdev_map_pirq map = {
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_MSI_SEG,
		.index = -1, .pirq = -1, .bus = m->function >> 8,
		.devfn = m->function & 0xff,
		.entry_nr = m->entry < 0 ? 0 : m->entry, .table_base = m->table,
	};
	struct physdev_irq_status_query query = { 0 };
	struct evtchn_bind_pirq bind = { .flags = BIND_PIRQ__WILL_SHARE };
	long ret = physdev(PHYSDEVOP_map_pirq, &map);

	if (ret)
		return ret;
	m->number = bind.pirq = query.irq = map.pirq;
	m->address = 0;
	ret = physdev(PHYSDEVOP_irq_status_query, &query);
	/* Xen wants to be told of the end of a message, too. */
	m->eoi = !ret && query.flags & XENIRQSTAT_needs_eoi;
	ret = hc_event_channel_op(EVTCHNOP_bind_pirq, hc_addr(&bind));
	if (ret) {
		struct physdev_unmap_pirq unmap = { DOMID_SELF, map.pirq };

		physdev(PHYSDEVOP_unmap_pirq, &unmap);
		return ret;
	}
	m->port = bind.port;
	hc_event_handle(m->port, 0, on_msi, m);
	return 0;
}

static void pv_msi_unbind(struct msi *m)
{
	struct physdev_unmap_pirq unmap = { DOMID_SELF, m->number };

	hc_event_close(m->port);
	physdev(PHYSDEVOP_unmap_pirq, &unmap);
}

const struct device_ops pv_device_ops = {
	.init = pv_device_init,
	.found = pv_device_found,
	.machine = pv_machine,
	.join = pv_join,
	.register_pte = pv_register_pte,
	.msi_bind = pv_msi_bind,
	.msi_unbind = pv_msi_unbind,
};
