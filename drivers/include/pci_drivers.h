/* SPDX-License-Identifier: MIT */
/*
 * pci_drivers.h - the drivers there are.
 */
#ifndef PCI_DRIVERS_H
#define PCI_DRIVERS_H

#include <pci.h>

extern const struct pci_driver *const pci_drivers[];	/* up to NULL */
extern const struct pci_driver e1000e_driver;
extern const struct pci_driver virtio_net_driver;

#endif
