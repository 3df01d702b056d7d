/* SPDX-License-Identifier: MIT */
/*
 * drivers.c - the drivers there are; the first that takes a function has it.
 */
#include <pci_drivers.h>

const struct pci_driver *const pci_drivers[] = {
	&e1000e_driver,
	&virtio_net_driver,
	NULL,
};
