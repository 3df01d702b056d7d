/* SPDX-License-Identifier: MIT */
/*
 * physdev.h - hypercall physdev_op(cmd, arg): ports, interrupts, PCI devices.
 *
 * set_iopl and set_iobitmap are for every guest; the rest is for the domain
 * that owns the devices.  Fields: IN is read by the hypervisor, OUT written.
 */
#ifndef ABI_PHYSDEV_H
#define ABI_PHYSDEV_H

#include <abi/types.h>

#define PHYSDEVOP_irq_status_query	5
#define PHYSDEVOP_set_iopl		6
#define PHYSDEVOP_set_iobitmap		7
#define PHYSDEVOP_apic_read		8
#define PHYSDEVOP_apic_write		9
#define PHYSDEVOP_alloc_irq_vector	10
#define PHYSDEVOP_eoi			12
#define PHYSDEVOP_map_pirq		13
#define PHYSDEVOP_unmap_pirq		14
#define PHYSDEVOP_manage_pci_add	15
#define PHYSDEVOP_manage_pci_remove	16
#define PHYSDEVOP_pirq_eoi_gmfn_v1	17
#define PHYSDEVOP_manage_pci_add_ext	20
#define PHYSDEVOP_setup_gsi		21
#define PHYSDEVOP_get_free_pirq		23
#define PHYSDEVOP_pci_mmcfg_reserved	24
#define PHYSDEVOP_pci_device_add	25
#define PHYSDEVOP_pci_device_remove	26
#define PHYSDEVOP_restore_msi_ext	27
#define PHYSDEVOP_pirq_eoi_gmfn_v2	28
#define PHYSDEVOP_dbgp_op		29
#define PHYSDEVOP_prepare_msix		30
#define PHYSDEVOP_release_msix		31

/* physdev_irq_status_query.flags */
#define XENIRQSTAT_needs_eoi	(1U << 0)
#define XENIRQSTAT_shared	(1U << 1)

/* physdev_map_pirq.type */
#define MAP_PIRQ_TYPE_MSI	0x0
#define MAP_PIRQ_TYPE_GSI	0x1
#define MAP_PIRQ_TYPE_UNKNOWN	0x2
#define MAP_PIRQ_TYPE_MSI_SEG	0x3
#define MAP_PIRQ_TYPE_MULTI_MSI	0x4

/* physdev_pci_mmcfg_reserved.flags, physdev_pci_device_add.flags */
#define XEN_PCI_MMCFG_RESERVED	0x1
#define XEN_PCI_DEV_EXTFN	0x1
#define XEN_PCI_DEV_VIRTFN	0x2
#define XEN_PCI_DEV_PXM		0x4

#ifndef __ASSEMBLY__
struct physdev_irq_status_query {
	uint32_t irq;			/* IN */
	uint32_t flags;			/* OUT: XENIRQSTAT_ */
};
ABI_SIZE(struct physdev_irq_status_query, 8);

/* The privilege level up to which ports may be used: 0 or 1 kernel, 3 all. */
struct physdev_set_iopl {
	uint32_t iopl;			/* IN: 0 to 3 */
};
ABI_SIZE(struct physdev_set_iopl, 4);

/* Ports that user mode may use: a clear bit allows. */
struct physdev_set_iobitmap {
	uint8_t *bitmap;		/* IN: linear address, or 0 */
	uint32_t nr_ports;		/* IN: at most 65536 */
};
ABI_SIZE(struct physdev_set_iobitmap, 16);

struct physdev_apic {
	uint64_t apic_physbase;		/* IN: of an I/O APIC */
	uint32_t reg;			/* IN */
	uint32_t value;			/* IN or OUT */
};
ABI_SIZE(struct physdev_apic, 16);

struct physdev_irq {
	uint32_t irq;			/* IN */
	uint32_t vector;		/* OUT */
};
ABI_SIZE(struct physdev_irq, 8);

struct physdev_eoi {
	uint32_t irq;			/* IN */
};
ABI_SIZE(struct physdev_eoi, 4);

/* A page of the guest's with a bit for each pirq that needs an EOI. */
struct physdev_pirq_eoi_gmfn {
	xen_pfn_t gmfn;			/* IN: machine frame; page is [hv] */
};
ABI_SIZE(struct physdev_pirq_eoi_gmfn, 8);

struct physdev_map_pirq {
	domid_t domid;			/* IN */
	int32_t type;			/* IN: MAP_PIRQ_TYPE_ */
	int32_t index;			/* IN: GSI, or -1; OUT */
	int32_t pirq;			/* IN: -1 for any; OUT */
	int32_t bus;			/* IN: MSI; segment << 16 | bus */
	int32_t devfn;			/* IN: MSI */
	int32_t entry_nr;		/* IN: MSI-X entry; MSI count; OUT */
	uint64_t table_base;		/* IN: MSI-X table, or 0 */
};
ABI_SIZE(struct physdev_map_pirq, 40);

struct physdev_unmap_pirq {
	domid_t domid;			/* IN */
	int32_t pirq;			/* IN */
};
ABI_SIZE(struct physdev_unmap_pirq, 8);

struct physdev_manage_pci {
	uint8_t bus;			/* IN */
	uint8_t devfn;			/* IN */
};
ABI_SIZE(struct physdev_manage_pci, 2);

struct physdev_manage_pci_ext {
	uint8_t bus;			/* IN */
	uint8_t devfn;			/* IN */
	uint32_t is_extfn;		/* IN */
	uint32_t is_virtfn;		/* IN */
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn;			/* IN: with is_virtfn */
};
ABI_SIZE(struct physdev_manage_pci_ext, 16);

struct physdev_setup_gsi {
	int32_t gsi;			/* IN */
	uint8_t triggering;		/* IN: 0 edge, 1 level */
	uint8_t polarity;		/* IN: 0 high, 1 low */
};
ABI_SIZE(struct physdev_setup_gsi, 8);

struct physdev_get_free_pirq {
	int32_t type;			/* IN: MAP_PIRQ_TYPE_ */
	uint32_t pirq;			/* OUT */
};
ABI_SIZE(struct physdev_get_free_pirq, 8);

struct physdev_pci_mmcfg_reserved {
	uint64_t address;		/* IN: machine address */
	uint16_t segment;		/* IN */
	uint8_t start_bus;		/* IN */
	uint8_t end_bus;		/* IN */
	uint32_t flags;			/* IN: XEN_PCI_MMCFG_RESERVED */
};
ABI_SIZE(struct physdev_pci_mmcfg_reserved, 16);

struct physdev_pci_device_add {
	uint16_t seg;			/* IN */
	uint8_t bus;			/* IN */
	uint8_t devfn;			/* IN */
	uint32_t flags;			/* IN: XEN_PCI_DEV_ */
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn;			/* IN: with XEN_PCI_DEV_VIRTFN */
	uint32_t optarr[];		/* IN: [0], the node, with ..._PXM */
};
ABI_SIZE(struct physdev_pci_device_add, 12);

struct physdev_pci_device {
	uint16_t seg;			/* IN */
	uint8_t bus;			/* IN */
	uint8_t devfn;			/* IN */
};
ABI_SIZE(struct physdev_pci_device, 4);
#endif

#endif
