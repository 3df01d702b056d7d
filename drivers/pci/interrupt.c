/* SPDX-License-Identifier: MIT */
/*
 * interrupt.c - the messages of PCI functions.
 *
 * A back end that does not tell the device itself says what is to be written
 * where.  MSI-X is switched on by a write of 16 bits, which is what Xen lets
 * through.
 */
#include <lib.h>
#include <pci.h>

#define CONTROL		2		/* registers of both capabilities */
#define MSI_ENABLE	0x0001
#define MSI_COUNT	0x0070
#define MSI_64BIT	0x0080
#define MSIX_ENABLE	0x8000
#define MSIX_MASK	0x4000
#define MSIX_TABLE	4
#define ENTRY_MASKED	3		/* word of an entry */

static volatile u32 *msix_entry(const struct pci_device *pci,
				unsigned int entry)
{
	u32 table = pci_read(pci, pci->msix + MSIX_TABLE, 4);

	return pci_map(pci, table & 7, (table & ~7u) + entry * 16, 16);
}

static int msix_bind(const struct pci_device *pci, unsigned int entry,
		     struct msi *m)
{
	u32 table = pci_read(pci, pci->msix + MSIX_TABLE, 4);
	u16 control = pci_read(pci, pci->msix + CONTROL, 2);
	volatile u32 *e;
	int ret;

	if (entry >= pci->msix_entries || (table & 7) > 5)
		return -EINVAL;
	m->entry = entry;
	m->table = pci->bar[table & 7].base;
	ret = msi_bind(m);
	if (ret)
		return ret;
	if (m->address) {
		e = msix_entry(pci, entry);
		if (!e) {
			msi_unbind(m);
			return -EINVAL;
		}
		e[ENTRY_MASKED] = 1;
		e[0] = m->address;
		e[1] = m->address >> 32;
		e[2] = m->data;
		e[ENTRY_MASKED] = 0;
	}
	pci_write(pci, pci->msix + CONTROL, 2,
		  (control & ~MSIX_MASK) | MSIX_ENABLE);
	return 0;
}

static int msi_one_bind(const struct pci_device *pci, struct msi *m)
{
	u8 cap = pci->msi;
	u16 control = pci_read(pci, cap + CONTROL, 2) & ~MSI_COUNT;
	int ret;

	m->entry = -1;
	m->table = 0;
	ret = msi_bind(m);
	if (ret)
		return ret;
	if (m->address) {
		pci_write(pci, cap + 4, 4, m->address);
		if (control & MSI_64BIT)
			pci_write(pci, cap + 8, 4, m->address >> 32);
		pci_write(pci, cap + (control & MSI_64BIT ? 12 : 8), 2,
			  m->data);
	}
	pci_write(pci, cap + CONTROL, 2, control | MSI_ENABLE);
	return 0;
}

int pci_interrupt(const struct pci_device *pci, unsigned int entry,
		  struct msi *m)
{
	m->function = pci->function;
	if (pci->msix)
		return msix_bind(pci, entry, m);
	return pci->msi && !entry ? msi_one_bind(pci, m) : -EINVAL;
}

void pci_interrupt_free(const struct pci_device *pci, struct msi *m)
{
	volatile u32 *e;

	if (m->entry < 0) {
		pci_write(pci, pci->msi + CONTROL, 2,
			  pci_read(pci, pci->msi + CONTROL, 2) & ~MSI_ENABLE);
	} else if (m->address) {
		e = msix_entry(pci, m->entry);
		if (e)
			e[ENTRY_MASKED] = 1;
	}
	msi_unbind(m);
}
