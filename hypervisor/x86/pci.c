/* SPDX-License-Identifier: MIT */
/*
 * pci.c - configuration space, messages as interrupts, and the end of DMA.
 *
 * Domain 0 drives the devices; we only write their messages and stop them.
 * Both use the same pair of ports, so the address that domain 0 has chosen is
 * kept here and set for each of its accesses, under a lock.
 */
#include <domain.h>
#include <insn.h>
#include <iomem.h>
#include <irq.h>
#include <lib.h>
#include <setup.h>
#include <x86.h>

enum {				/* registers (PCI 3.0, 6.1, 6.7, 6.8) */
	ADDRESS = 0xcf8, DATA = 0xcfc, COMMAND = 4, CLASS = 8, HEADER = 0xc,
	BAR = 0x10, CAPABILITIES = 0x34, CAP_MSI = 5, CAP_MSIX = 0x11,
	COMMAND_MEMORY = 2, COMMAND_MASTER = 4, CLASS_BRIDGE = 6,
};
#define STATUS_CAPABILITIES	(1u << 20)
#define MANY_FUNCTIONS		(1u << 23)
#define MSI_ENABLE		(1u << 16)
#define MSI_COUNT		(7u << 20)
#define MSI_64BIT		(1u << 23)
#define MSI_ADDRESS		0xfee00000u
#define BAR_IO			1u
#define BAR_64BIT		4u

static spinlock_t lock = SPINLOCK(RANK_PCI);
static u32 guest_address;		/* [A] */

/* One access to a port; data are those of the register at address. */
static u32 access(u16 port, u32 bytes, bool out, u32 value, u32 address)
{
	spin_lock(&lock);
	if ((port & ~3) == DATA)
		outl(ADDRESS, address);
	if (!out)
		value = bytes == 1 ? inb(port) :
			bytes == 2 ? inw(port) : inl(port);
	else if (bytes == 1)
		outb(port, value);
	else if (bytes == 2)
		outw(port, value);
	else
		outl(port, value);
	spin_unlock(&lock);
	return value;
}

static u32 pci_read(u32 function, u32 reg)
{
	return access(DATA, 4, false, 0, 1u << 31 | function << 8 | reg);
}

static void pci_write(u32 function, u32 reg, u32 value)
{
	access(DATA, 4, true, value, 1u << 31 | function << 8 | reg);
}

u32 port_in(u16 port, u32 bytes)
{
	if (port == ADDRESS && bytes == 4)
		return READ_ONCE(guest_address);
	return access(port, bytes, false, 0, guest_address);
}

void port_out(u16 port, u32 bytes, u32 value)
{
	if (port == ADDRESS && bytes == 4)
		WRITE_ONCE(guest_address, value);
	else
		access(port, bytes, true, value, guest_address);
}

/* The register of a capability, or 0.  The device may have tied a loop. */
static u32 capability(u32 function, u32 id)
{
	u32 at = CAPABILITIES, value, steps;

	if (!(pci_read(function, COMMAND) & STATUS_CAPABILITIES))
		return 0;
	value = pci_read(function, at) << 8;
	for (steps = 0; steps < 48; steps++) {
		at = value >> 8 & 0xfc;
		if (!at)
			return 0;
		value = pci_read(function, at);
		if ((value & 0xff) == id)
			return at;
	}
	return 0;
}

int irq_msi(u32 function, struct irq *q)
{
	u32 cap = capability(function, CAP_MSI);

	if (!cap)
		return fail(-ENODEV);
	q->kind = IRQ_MSI;
	q->at = function << 8 | cap;
	return 0;
}

int irq_msix(const struct domain *d, u32 function, u32 entry, struct irq *q)
{
	u32 cap = capability(function, CAP_MSIX), table, bar, lo;
	u64 at;

	if (!cap)
		return fail(-ENODEV);
	if (entry > (pci_read(function, cap) >> 16 & 0x7ff))
		return fail(-EINVAL);
	table = pci_read(function, cap + 4);
	bar = BAR + (table & 7) * 4;
	lo = pci_read(function, bar);
	at = lo & ~15u;
	if (lo & BAR_64BIT)
		at |= (u64)pci_read(function, bar + 4) << 32;
	at += (table & ~7u) + entry * 16;
	/* Where domain 0 has put it may be memory of anybody. */
	if (lo & BAR_IO || at & 15 ||
	    !(pci_read(function, COMMAND) & COMMAND_MEMORY) ||
	    !iomem_permitted(d, maddr_to_mfn(maddr(at))))
		return fail(-ENXIO);
	q->kind = IRQ_MSIX;
	q->at = at;
	return 0;
}

static void msi_set(u32 function, u32 cap, u32 to, u32 vector, bool on)
{
	u32 control = pci_read(function, cap) & ~(MSI_COUNT | MSI_ENABLE);

	pci_write(function, cap, control);
	pci_write(function, cap + 4, to);
	pci_write(function, cap + 8, control & MSI_64BIT ? 0 : vector);
	if (control & MSI_64BIT)
		pci_write(function, cap + 12, vector);
	if (on)
		pci_write(function, cap, control | MSI_ENABLE);
}

void irq_source_set(const struct irq *q, u32 pirq, bool on)
{
	u32 to = MSI_ADDRESS | cpus[0]->apic_id << 12;
	u32 vector = VEC_PIRQ + pirq;

	if (q->kind == IRQ_LINE) {
		ioapic_line_set(q->at, vector, on);
	} else if (q->kind == IRQ_MSI) {
		msi_set(q->at >> 8, q->at & 0xff, to, vector, on);
	} else {
		u32 entry[] = { to, 0, vector, !on };

		device_write(q->at, entry, ARRAY_SIZE(entry));
	}
}

/* All buses, since what bridges say of them may be wrong. */
bool pci_stop_all(void)
{
	bool stopped = true;
	u32 f, command;

	for (f = 0; f < 0x10000; f++) {
		if (pci_read(f, 0) == ~0u) {
			f |= f & 7 ? 0 : 7;
			continue;
		}
		command = pci_read(f, COMMAND) & 0xffff;
		/* Bridges pass on what others begin. */
		if (command & COMMAND_MASTER &&
		    pci_read(f, CLASS) >> 24 != CLASS_BRIDGE) {
			pci_write(f, COMMAND, command & ~COMMAND_MASTER);
			/* It also waits for what is on its way. */
			if (pci_read(f, COMMAND) & COMMAND_MASTER)
				stopped = false;
		}
		if (!(f & 7) && !(pci_read(f, HEADER) & MANY_FUNCTIONS))
			f |= 7;
	}
	return stopped;
}
