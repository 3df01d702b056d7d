/* SPDX-License-Identifier: MIT */
/*
 * pci.c - finding PCI functions, and who drives them.
 *
 * By configuration mechanism 1: an address port and a data port, used with
 * interrupts off, so that nobody comes between the two.  A function is not
 * trusted to describe itself well: every loop over what it says has a bound.
 */
#include <arch.h>
#include <lib.h>
#include <mm.h>
#include <pci.h>
#include <pci_drivers.h>

#define ADDRESS		0xcf8
#define DATA		0xcfc
#define MAX_CAPS	48
#define MAX_DEVICES	256
#define HEADER_BRIDGE	1
#define HEADER_MANY	0x80
#define STATUS_CAPS	(1u << 20)
#define BAR_IO		1u
#define BAR_64BIT	4u

struct list pci_devices = LIST(pci_devices);

bool pci_started;

static unsigned int nr_devices;

static u32 config(u16 function, unsigned int reg, unsigned int bytes,
		  const u32 *value)
{
	u16 port = DATA + (reg & 3);
	bool off = irq_save();
	u32 got = 0;

	port_out32(ADDRESS, 1u << 31 | (u32)function << 8 | (reg & 0xfc));
	if (value && bytes == 4)
		port_out32(port, *value);
	else if (value && bytes == 2)
		port_out16(port, *value);
	else if (value)
		port_out8(port, *value);
	else
		got = bytes == 4 ? port_in32(port) :
			bytes == 2 ? port_in16(port) : port_in8(port);
	irq_restore(off);
	return got;
}

u32 pci_read(const struct pci_device *pci, unsigned int reg,
	     unsigned int bytes)
{
	return config(pci->function, reg, bytes, NULL);
}

void pci_write(const struct pci_device *pci, unsigned int reg,
	       unsigned int bytes, u32 value)
{
	config(pci->function, reg, bytes, &value);
}

u8 pci_capability(const struct pci_device *pci, u8 id, u8 after)
{
	unsigned int i;
	u8 at;

	if (!(pci_read(pci, PCI_COMMAND, 4) & STATUS_CAPS))
		return 0;
	at = pci_read(pci, after ? after + 1 : PCI_CAPS, 1) & 0xfc;
	for (i = 0; at && i < MAX_CAPS; i++) {
		if (pci_read(pci, at, 1) == id)
			return at;
		at = pci_read(pci, at + 1, 1) & 0xfc;
	}
	return 0;
}

volatile void *pci_map(const struct pci_device *pci, unsigned int bar,
		       u64 offset, u64 len)
{
	const struct pci_bar *b = &pci->bar[bar];

	if (bar > 5 || b->io || !b->base || !len || offset > b->size ||
	    len > b->size - offset)
		return NULL;
	return device_map(b->base + offset, len);
}

void pci_enable(const struct pci_device *pci, bool master)
{
	u32 command = pci_read(pci, PCI_COMMAND, 2) & ~PCI_MASTER;

	command |= PCI_MEMORY | PCI_NO_LINE | (master ? PCI_MASTER : 0);
	pci_write(pci, PCI_COMMAND, 2, command);
}

/* ---- Finding ------------------------------------------------------------ */

/* The register that ones were written to shows which bits are decoded. */
static u32 bar_probe(const struct pci_device *pci, unsigned int reg, u32 *old)
{
	u32 mask;

	*old = pci_read(pci, reg, 4);
	pci_write(pci, reg, 4, ~0u);
	mask = pci_read(pci, reg, 4);
	pci_write(pci, reg, 4, *old);
	return mask;
}

/* Returns how many registers it takes. */
static unsigned int bar_read(struct pci_device *pci, unsigned int i)
{
	unsigned int reg = PCI_BAR + 4 * i;
	struct pci_bar *b = &pci->bar[i];
	u64 mask;
	u32 old;

	mask = bar_probe(pci, reg, &old);
	b->io = old & BAR_IO;
	if (b->io) {
		b->base = old & ~3u;
		b->size = mask & ~3u & 0xffff;
		b->size &= -b->size;
		return 1;
	}
	b->base = old & ~15u;
	mask &= ~15u;
	if (old & BAR_64BIT && i < 5) {
		mask |= (u64)bar_probe(pci, reg + 4, &old) << 32;
		b->base |= (u64)old << 32;
		b->size = mask & -mask;
		return 2;
	}
	b->size = mask & -mask;
	return 1;
}

static void bars_read(struct pci_device *pci, unsigned int n)
{
	u32 command = pci_read(pci, PCI_COMMAND, 2);
	unsigned int i;

	/* What the registers say meanwhile, it must not decode. */
	pci_write(pci, PCI_COMMAND, 2, command & ~3u);
	for (i = 0; i < n;)
		i += bar_read(pci, i);
	pci_write(pci, PCI_COMMAND, 2, command);
}

static void bus_scan(unsigned int bus, unsigned int depth);

static void function_found(u16 function, unsigned int header,
			   unsigned int depth)
{
	struct pci_device *pci;
	unsigned int bus;
	u32 word;

	if (nr_devices == MAX_DEVICES)
		return;
	pci = kzalloc(sizeof(*pci));
	if (!pci)
		return;
	nr_devices++;
	pci->function = function;
	word = pci_read(pci, PCI_VENDOR, 4);
	pci->vendor = word;
	pci->id = word >> 16;
	word = pci_read(pci, PCI_CLASS, 4);
	pci->revision = word;
	pci->class = word >> 8;
	list_add(&pci_devices, &pci->node);
	device_found(function);
	if (header == HEADER_BRIDGE) {
		bus = pci_read(pci, PCI_BUSES + 1, 1);
		/* A bridge leads to higher numbers, or nowhere. */
		if (bus > function >> 8)
			bus_scan(bus, depth + 1);
		return;
	}
	bars_read(pci, 6);
	pci->msi = pci_capability(pci, PCI_CAP_MSI, 0);
	pci->msix = pci_capability(pci, PCI_CAP_MSIX, 0);
	if (pci->msix)
		pci->msix_entries =
			(pci_read(pci, pci->msix + 2, 2) & 0x7ff) + 1;
}

static void bus_scan(unsigned int bus, unsigned int depth)
{
	unsigned int slot, f;
	u16 function;
	u8 header;

	if (depth > 8)
		return;
	for (slot = 0; slot < 32; slot++)
		for (f = 0; f < 8; f++) {
			function = bus << 8 | slot << 3 | f;
			if (config(function, PCI_VENDOR, 4, NULL) == ~0u) {
				if (!f)
					break;
				continue;
			}
			header = config(function, PCI_HEADER, 1, NULL);
			function_found(function, header & 0x7f, depth);
			if (!f && !(header & HEADER_MANY))
				break;
		}
}

/* ---- Drivers ------------------------------------------------------------ */

static bool driver_fits(const struct pci_driver *d,
			const struct pci_device *pci)
{
	unsigned int i;

	if (d->vendor != pci->vendor)
		return false;
	for (i = 0; i < ARRAY_SIZE(d->ids) && d->ids[i]; i++)
		if (d->ids[i] == pci->id)
			return true;
	return false;
}

void pci_start(void)
{
	struct pci_device *pci;
	unsigned int i;

	if (device_init())
		bus_scan(0, 0);
	list_for(pci, &pci_devices, node)
		for (i = 0; pci_drivers[i] && !pci->driver; i++)
			if (driver_fits(pci_drivers[i], pci) &&
			    !pci_drivers[i]->probe(pci))
				pci->driver = pci_drivers[i];
	pci_started = true;
}
