/* SPDX-License-Identifier: MIT */
/*
 * lspci.c - the shell's list of PCI functions, by numbers.
 */
#include <console.h>
#include <pci.h>
#include <thread.h>

static void bars_show(const struct pci_device *pci)
{
	const struct pci_bar *b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pci->bar); i++) {
		b = &pci->bar[i];
		if (b->size)
			cprintf("    region %u: %s at %lx, %lu bytes\n", i,
				b->io ? "ports" : "memory", b->base, b->size);
	}
	if (pci->msix)
		cprintf("    MSI-X, %u entries\n", pci->msix_entries);
	if (pci->msi)
		cprintf("    MSI\n");
}

void cmd_lspci(char *args)
{
	const struct pci_device *pci;
	bool long_form = !strcmp(args, "-v");

	while (!pci_started)
		thread_sleep(NSEC_PER_MSEC);
	if (list_empty(&pci_devices))
		cprintf("lspci: no devices\n");
	list_for(pci, &pci_devices, node) {
		cprintf("%02x:%02x.%x %04x: %04x:%04x (rev %02x)%s%s%s%s\n",
			pci->function >> 8, pci->function >> 3 & 31,
			pci->function & 7, pci->class >> 8, pci->vendor,
			pci->id, pci->revision, pci->driver ? " " : "",
			pci->driver ? pci->driver->name : "",
			pci->driver ? " " : "", pci->user);
		if (long_form)
			bars_show(pci);
	}
}
