/* SPDX-License-Identifier: MIT */
/*
 * elfnote.h - types of the ELF notes by which a guest's image describes itself.
 *
 * The owner's name is "Xen".  A note holds a string that ends in NUL, or a
 * number of 4 or 8 bytes; the loader goes by the size.
 */
#ifndef ABI_ELFNOTE_H
#define ABI_ELFNOTE_H

#define XEN_ELFNOTE_INFO		0	/* string: free text */
#define XEN_ELFNOTE_ENTRY		1	/* number: virtual address */
#define XEN_ELFNOTE_HYPERCALL_PAGE	2	/* number: virtual address */
#define XEN_ELFNOTE_VIRT_BASE		3	/* number: start of memory */
#define XEN_ELFNOTE_PADDR_OFFSET	4	/* number: off from p_paddr */
#define XEN_ELFNOTE_XEN_VERSION		5	/* string: "xen-3.0" */
#define XEN_ELFNOTE_GUEST_OS		6	/* string */
#define XEN_ELFNOTE_GUEST_VERSION	7	/* string */
#define XEN_ELFNOTE_LOADER		8	/* string: "generic" */
#define XEN_ELFNOTE_PAE_MODE		9	/* string: "yes": p in magic */
#define XEN_ELFNOTE_FEATURES		10	/* string: a|!b, ! required */
#define XEN_ELFNOTE_BSD_SYMTAB		11	/* string: "yes" */
#define XEN_ELFNOTE_HV_START_LOW	12	/* number: our lowest address */
#define XEN_ELFNOTE_L1_MFN_VALID	13	/* pairs: mask, value */
#define XEN_ELFNOTE_SUSPEND_CANCEL	14	/* number: boolean */
#define XEN_ELFNOTE_INIT_P2M		15	/* number: virtual address */
#define XEN_ELFNOTE_MOD_START_PFN	16	/* number: boolean */
#define XEN_ELFNOTE_SUPPORTED_FEATURES	17	/* number: bits XENFEAT_ */
#define XEN_ELFNOTE_PHYS32_ENTRY	18	/* number: physical address */
#define XEN_ELFNOTE_MAX			XEN_ELFNOTE_PHYS32_ENTRY

#endif
