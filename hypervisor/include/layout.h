/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where things are in the hypervisor's part of the address space.
 *
 * Slots 256 to 271 of every level 4 table are the hypervisor's and the same in
 * all of them.  Everything below is mapped once, at boot, through level 3
 * tables that never change afterwards, so no table of a guest ever needs to be
 * brought up to date.
 *
 *   slot 256  M2P: machine to pseudo-physical list, which guests may read
 *   slot 257  the image, per-CPU areas, descriptor windows, device registers,
 *             the screen
 *   slot 258  the frame table
 *   slot 260  all RAM (the direct map), 4 TiB at the most
 */
#pragma once

#ifdef __ASSEMBLY__
#define UL(x)		x
#else
#define UL(x)		x##UL
#endif

#define HV_FIRST_SLOT	256
#define HV_END_SLOT	272

#define HV_VIRT_START	UL(0xffff800000000000)
#define HV_VIRT_END	UL(0xffff880000000000)
#define HV_VIRT_SHIFT	43		/* all of it differs below this bit */

#define M2P_BASE	UL(0xffff800000000000)
#define IMAGE_BASE	UL(0xffff808000000000)	/* + load address */
#define PERCPU_BASE	UL(0xffff808040000000)
#define DESC_BASE	UL(0xffff808050000000)
#define FIXMAP_BASE	UL(0xffff808060000000)
#define SCREEN_BASE	UL(0xffff808080000000)
#define FRAMETABLE_BASE	UL(0xffff810000000000)
#define DIRECTMAP_BASE	UL(0xffff820000000000)

/* The image is loaded here and nowhere else. */
#define IMAGE_PHYS	UL(0x200000)

/*
 * One CPU's area: 16 pages, of which guards are not present.
 *   0      struct cpu
 *   2      #DF stack	4  NMI stack	6  #MC stack	8  #DB stack
 *   12-15  the stack on which everything else runs
 * The area is aligned to its size, so that masking any of its stack pointers
 * gives struct cpu: no segment register needs to be trusted.
 */
#define PERCPU_SIZE	UL(0x10000)
#define PERCPU_DF_TOP	UL(0x3000)
#define PERCPU_NMI_TOP	UL(0x5000)
#define PERCPU_MC_TOP	UL(0x7000)
#define PERCPU_DB_TOP	UL(0x9000)
#define PERCPU_STACK	UL(0xc000)
#define PERCPU_TOP	UL(0x10000)

/*
 * One CPU's descriptor window: 16 pages of GDT, of which 14 show the pages of
 * the vCPU that runs there and the 15th is ours; then 16 pages of its LDT.
 */
#define DESC_SIZE	UL(0x20000)
#define DESC_LDT	UL(0x10000)
#define DESC_OURS	14
#define GDT_PAGES	16

/* Selectors: part of the ABI where the RPL is 3, see abi/doc. */
#define HV_CS		0xe008
#define HV_DS		0xe010
#define GUEST_CS32	0xe023
#define GUEST_DS	0xe02b
#define GUEST_CS	0xe033
#define TSS_SEL		0xe040
#define LDT_SEL		0xe050

/*
 * regs.vector of an entry by SYSCALL: above every vector of the IDT.  As -1 it
 * fills vector and error code by one PUSH.
 */
#ifdef __ASSEMBLY__
#define TRAP_SYSCALL	-1
#else
#define TRAP_SYSCALL	(~0u)
#endif
