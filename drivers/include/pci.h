/* SPDX-License-Identifier: MIT */
/*
 * pci.h - PCI functions, and the drivers that take them.
 *
 * Found once, at the start, by one thread; constant from then on but for what
 * a driver changes of its own function.  Registers and bits are those of PCI
 * Local Bus 3.0, chapter 6.  BARs are machine addresses and bytes.
 */
#ifndef PCI_H
#define PCI_H

#include <device.h>

#define PCI_VENDOR	0x00		/* registers of every function */
#define PCI_COMMAND	0x04
#define PCI_CLASS	0x08
#define PCI_HEADER	0x0e
#define PCI_BAR		0x10
#define PCI_BUSES	0x18		/* of a bridge */
#define PCI_CAPS	0x34

#define PCI_MEMORY	0x0002		/* of the command register */
#define PCI_MASTER	0x0004
#define PCI_NO_LINE	0x0400

#define PCI_CAP_MSI	0x05
#define PCI_CAP_VENDOR	0x09
#define PCI_CAP_MSIX	0x11

struct pci_bar {
	u64 base, size;			/* size 0: there is none */
	bool io;
};

struct pci_device {
	struct list node;
	u16 function;			/* bus << 8 | device << 3 | function */
	u16 vendor, id;
	u32 class;			/* class, subclass, interface */
	u8 revision;
	struct pci_bar bar[6];
	u8 msi, msix;			/* capabilities' registers, or 0 */
	u16 msix_entries;
	const struct pci_driver *driver;	/* or NULL */
	char user[16];			/* the driver's name for it */
};

struct pci_driver {
	const char *name;
	u16 vendor;
	u16 ids[8];			/* device numbers, up to a 0 */
	/* 0 when it takes the device; else an error, and it says why not. */
	int (*probe)(struct pci_device *pci);
};

extern struct list pci_devices;

/* All functions have been looked at, and have their drivers. */
extern bool pci_started;

/* Find all functions, start the drivers: from a thread, once. */
void pci_start(void);

/* BYTES (1, 2 or 4) of its configuration space at REG, a multiple of them. */
u32 pci_read(const struct pci_device *pci, unsigned int reg,
	     unsigned int bytes);
void pci_write(const struct pci_device *pci, unsigned int reg,
	       unsigned int bytes, u32 value);
/* The next capability of a kind behind AFTER (0: the first), or 0. */
u8 pci_capability(const struct pci_device *pci, u8 id, u8 after);
/* LEN bytes of a BAR that is memory, or NULL. */
volatile void *pci_map(const struct pci_device *pci, unsigned int bar,
		       u64 offset, u64 len);
/* Its memory is on; it may write to ours, or not. */
void pci_enable(const struct pci_device *pci, bool master);

/*
 * Have ENTRY of its MSI-X table, or, if it has none and ENTRY is 0, its MSI,
 * call M->fn.  0; -EINVAL: there is no such entry, or its table can't be
 * mapped; or what msi_bind() of device.h gave.
 */
int pci_interrupt(const struct pci_device *pci, unsigned int entry,
		  struct msi *m);
void pci_interrupt_free(const struct pci_device *pci, struct msi *m);

/* Shell: what there is. */
void cmd_lspci(char *args);
/* The NICs among them: counts, and resets. */
void cmd_nic(char *args);

#endif
