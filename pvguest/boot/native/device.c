/* SPDX-License-Identifier: MIT */
/*
 * device.c - devices of the bare machine: a page is where it is, and a message
 * is a write to the local APIC, with a vector of its own.
 *
 * The table of vectors changes with interrupts off.
 */
#include "native.h"

#define MSI_ADDRESS	0xfee00000

static struct msi *bound[NR_DEVICE_VECTORS];

static bool native_device_init(void)
{
	return true;
}

static void native_device_found(u16 function)
{
	(void)function;
}

static u64 native_machine(const void *p)
{
	return (u64)p - KERNEL_BASE;
}

static bool native_join(void *pages, unsigned int order)
{
	(void)pages;
	(void)order;
	return true;
}

static u64 native_register_pte(u64 machine)
{
	return native_pte_make(machine / PAGE_SIZE,
			       PTE_KERNEL | PTE_UNCACHED);
}

static int native_msi_bind(struct msi *m)
{
	bool off = irq_save();
	unsigned int i;
	int ret = -EINVAL;

	for (i = 0; i < NR_DEVICE_VECTORS && ret; i++) {
		if (bound[i])
			continue;
		bound[i] = m;
		m->number = i;
		m->address = MSI_ADDRESS | (u64)native_apic_id() << 12;
		m->data = VEC_DEVICE + i;
		ret = 0;
	}
	irq_restore(off);
	return ret;
}

static void native_msi_unbind(struct msi *m)
{
	bool off = irq_save();

	bound[m->number] = NULL;
	irq_restore(off);
}

void native_device_irq(unsigned int number)
{
	struct msi *m = bound[number];

	if (m)
		m->fn(m->arg);
}

const struct device_ops native_device_ops = {
	.init = native_device_init,
	.found = native_device_found,
	.machine = native_machine,
	.join = native_join,
	.register_pte = native_register_pte,
	.msi_bind = native_msi_bind,
	.msi_unbind = native_msi_unbind,
};
