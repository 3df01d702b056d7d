/* SPDX-License-Identifier: MIT */
/*
 * op_physdev.c - hypercall physdev_op: ports, and interrupts of devices.
 *
 * Decodes and checks; core/irq.c acts.  What is left out answers -ENOSYS
 * (abi/doc/scope.md).
 */
#include <abi/physdev.h>

#include <irq.h>
#include <uaccess.h>

#include "domid.h"
#include "emul.h"
#include "ops.h"
#include "sub_op.h"

#define PORTS	65536u

static s64 op_set_iopl(struct vcpu *v, void *arg)
{
	struct physdev_set_iopl *in = arg;

	if (in->iopl > 3)
		return fail(-EINVAL);
	v->pv.iopl = in->iopl;
	pv_show_iopl(v);
	return 0;
}

/* The bitmap is looked at when a port is used: emul_io.c. */
static s64 op_set_iobitmap(struct vcpu *v, void *arg)
{
	struct physdev_set_iobitmap *in = arg;

	if (in->nr_ports > PORTS ||
	    !guest_range_ok(gva((u64)in->bitmap), in->nr_ports / 8 + 1))
		return fail(-EINVAL);
	v->pv.iobmp = (u64)in->bitmap;
	v->pv.iobmp_ports = in->nr_ports;
	return 0;
}

static s64 op_eoi(struct vcpu *v, void *arg)
{
	struct physdev_eoi *in = arg;

	return irq_eoi(v->domain, in->irq);
}

static s64 op_irq_status_query(struct vcpu *v not_used, void *arg)
{
	struct physdev_irq_status_query *in = arg;

	if (in->irq >= NR_PIRQS)
		return fail(-EINVAL);
	in->flags = irq_needs_eoi(in->irq) ? XENIRQSTAT_needs_eoi : 0;
	return 0;
}

/* Devices are domain 0's, which maps their interrupts for itself alone. */
static int may_map(const struct vcpu *v, domid_t id)
{
	if (!v->domain->privileged)
		return fail(-EPERM);
	return domid_number(id) == v->domain->id ? 0 : fail(-ESRCH);
}

static s64 op_map_pirq(struct vcpu *v, void *arg)
{
	struct physdev_map_pirq *in = arg;
	u32 function = (u16)(in->bus << 8 | (u8)in->devfn);
	struct irq to = { 0 };
	int rc = may_map(v, in->domid);

	if (rc)
		return rc;
	if (in->type == MAP_PIRQ_TYPE_GSI)
		rc = irq_line(in->index, &to);
	else if (in->type != MAP_PIRQ_TYPE_MSI &&
		 in->type != MAP_PIRQ_TYPE_MSI_SEG)
		rc = fail(-EINVAL);
	else if ((u32)in->bus > 0xff || (u32)in->devfn > 0xff)
		rc = fail(-ENODEV);
	else if (in->table_base)
		rc = irq_msix(v->domain, function, in->entry_nr, &to);
	else
		rc = irq_msi(function, &to);
	return rc ? rc : irq_map(v->domain, &to, &in->pirq);
}

static s64 op_unmap_pirq(struct vcpu *v, void *arg)
{
	struct physdev_unmap_pirq *in = arg;
	int rc = may_map(v, in->domid);

	return rc ? rc : irq_unmap(v->domain, in->pirq);
}

/* What we are told of the machine but need not know. */
static s64 op_notice(struct vcpu *v, void *arg not_used)
{
	return may_map(v, DOMID_SELF);
}

#define OP(name, back) [PHYSDEVOP_##name] = \
	{ op_##name, sizeof(struct physdev_##name), back, 0 }
#define NOTICE(name) [PHYSDEVOP_##name] = \
	{ op_notice, sizeof(struct physdev_##name), false, 0 }

static const struct sub_op physdev_ops[] = {
	OP(set_iopl, false),
	OP(set_iobitmap, false),
	OP(eoi, false),
	OP(irq_status_query, true),
	OP(map_pirq, true),
	OP(unmap_pirq, false),
	NOTICE(setup_gsi),
	NOTICE(pci_mmcfg_reserved),
	NOTICE(pci_device_add),
};

s64 op_physdev_op(u64 cmd, u64 arg)
{
	return sub_op(physdev_ops, ARRAY_SIZE(physdev_ops), current(), cmd,
		      arg);
}
