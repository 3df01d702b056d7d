/* SPDX-License-Identifier: MIT */
/*
 * nmi.h - bits of shared_info.arch.nmi_reason.
 *
 * A guest's NMI entry is registered by callback_op; the older hypercall nmi_op
 * is left out.
 */
#ifndef ABI_NMI_H
#define ABI_NMI_H

#define XEN_NMIREASON_io_error	(1UL << 0)
#define XEN_NMIREASON_pci_serr	(1UL << 1)
#define XEN_NMIREASON_unknown	(1UL << 2)

#endif
