/* SPDX-License-Identifier: MIT */
/*
 * arch-x86.h - the x86-64 part of the ABI: selectors, the hypervisor's hole,
 * the trap table, iret's frame, a vCPU's initial state.
 *
 * Key letters, for structures in shared memory:
 *   [hv]   the hypervisor writes it, the guest reads it
 *   [gst]  the guest writes it, the hypervisor reads it, and never trusts it
 */
#ifndef ABI_ARCH_X86_H
#define ABI_ARCH_X86_H

#include <abi/types.h>

/*
 * Flat segments in the reserved pages of every guest's GDT.  All have RPL 3:
 * that is where a guest's kernel runs, too.
 */
#define FLAT_RING3_CS32		0xe023
#define FLAT_RING3_CS64		0xe033
#define FLAT_RING3_DS32		0xe02b
#define FLAT_RING3_DS64		0x0000
#define FLAT_RING3_SS32		0xe02b
#define FLAT_RING3_SS64		0xe02b

#define FLAT_KERNEL_CS32	FLAT_RING3_CS32
#define FLAT_KERNEL_CS64	FLAT_RING3_CS64
#define FLAT_KERNEL_CS		FLAT_KERNEL_CS64
#define FLAT_KERNEL_DS32	FLAT_RING3_DS32
#define FLAT_KERNEL_DS64	FLAT_RING3_DS64
#define FLAT_KERNEL_DS		FLAT_KERNEL_DS64
#define FLAT_KERNEL_SS32	FLAT_RING3_SS32
#define FLAT_KERNEL_SS64	FLAT_RING3_SS64
#define FLAT_KERNEL_SS		FLAT_KERNEL_SS64

#define FLAT_USER_CS32		FLAT_RING3_CS32
#define FLAT_USER_CS64		FLAT_RING3_CS64
#define FLAT_USER_CS		FLAT_USER_CS64
#define FLAT_USER_DS32		FLAT_RING3_DS32
#define FLAT_USER_DS64		FLAT_RING3_DS64
#define FLAT_USER_DS		FLAT_USER_DS64
#define FLAT_USER_SS32		FLAT_RING3_SS32
#define FLAT_USER_SS64		FLAT_RING3_SS64
#define FLAT_USER_SS		FLAT_USER_SS64

/* A GDT is 16 pages; the guest's descriptors end where these begin. */
#define FIRST_RESERVED_GDT_PAGE		14
#define FIRST_RESERVED_GDT_BYTE		(FIRST_RESERVED_GDT_PAGE * 4096)
#define FIRST_RESERVED_GDT_ENTRY	(FIRST_RESERVED_GDT_BYTE / 8)

/* Slots 256 to 271 of every L4 are the hypervisor's. */
#define HYPERVISOR_VIRT_START	0xffff800000000000
#define HYPERVISOR_VIRT_END	0xffff880000000000

/* The machine-to-physical table: 8 bytes for each MFN, readable by all. */
#define MACH2PHYS_VIRT_START	0xffff800000000000
#define MACH2PHYS_VIRT_END	0xffff804000000000
#define MACH2PHYS_NR_ENTRIES \
	((MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START) >> 3)

/* vCPUs whose vcpu_info lies in shared_info; others register their own. */
#define XEN_LEGACY_MAX_VCPUS	32

/* set_segment_base: which base. */
#define SEGBASE_FS		0	/* argument: the base */
#define SEGBASE_GS_USER		1	/* argument: the base */
#define SEGBASE_GS_KERNEL	2	/* argument: the base */
#define SEGBASE_GS_USER_SEL	3	/* argument: a selector, 16 bits */

/* iret_context.flags, vcpu_guest_context.flags */
#define VGCF_I387_VALID		(1 << 0)
#define VGCF_i387_valid		(1 << 0)
#define VGCF_IN_KERNEL		(1 << 2)
#define VGCF_in_kernel		(1 << 2)
#define VGCF_failsafe_disables_events	(1 << 3)
#define VGCF_syscall_disables_events	(1 << 4)
#define VGCF_online		(1 << 5)
#define VGCF_IN_SYSCALL		(1 << 8)
#define VGCF_in_syscall		(1 << 8)

/*
 * In front of CPUID: ud2a and the letters "xen".  The guest is given the
 * leaves that the hypervisor means it to see.
 */
#ifdef __ASSEMBLY__
#define XEN_EMULATE_PREFIX	.byte 0x0f, 0x0b, 0x78, 0x65, 0x6e;
#define XEN_CPUID		XEN_EMULATE_PREFIX cpuid
#else
#define XEN_EMULATE_PREFIX	".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; "
#define XEN_CPUID		XEN_EMULATE_PREFIX "cpuid"

/* A base pointer (CR3) of a 64-bit guest is a frame number, shifted. */
#define xen_pfn_to_cr3(pfn)	((uint64_t)(pfn) << 12)
#define xen_cr3_to_pfn(cr3)	((uint64_t)(cr3) >> 12)

/*
 * One gate of the trap table (set_trap_table).  An address of 0 ends a list.
 * flags: bits 0-1 are the least privileged level that may use INT (0 to 3; a
 * guest's kernel counts as 1, its user mode as 3), bit 2 masks upcalls.
 */
struct trap_info {
	uint8_t vector;
	uint8_t flags;
	uint16_t cs;		/* 0xe030 and 0xe033 mean the same */
	uint64_t address;
};
ABI_SIZE(struct trap_info, 16);

#define TI_GET_DPL(ti)		((ti)->flags & 3)
#define TI_GET_IF(ti)		((ti)->flags & 4)
#define TI_SET_DPL(ti, dpl)	((ti)->flags |= (dpl))
#define TI_SET_IF(ti, mask)	((ti)->flags |= (!!(mask) << 2))

/* What hypercall iret finds at RSP, low addresses first. */
struct iret_context {
	uint64_t rax;
	uint64_t r11;		/* loaded unless VGCF_IN_SYSCALL */
	uint64_t rcx;		/* loaded unless VGCF_IN_SYSCALL */
	uint64_t flags;		/* VGCF_IN_SYSCALL or 0 */
	uint64_t rip;
	uint64_t cs;		/* RPL 3: go to user mode; less: stay */
	uint64_t rflags;	/* IF clear means: upcalls masked */
	uint64_t rsp;
	uint64_t ss;
};
ABI_SIZE(struct iret_context, 72);

/* A vCPU's registers, as VCPUOP_initialise takes them. */
struct cpu_user_regs {
	uint64_t r15;
	uint64_t r14;
	uint64_t r13;
	uint64_t r12;
	uint64_t rbp;
	uint64_t rbx;
	uint64_t r11;
	uint64_t r10;
	uint64_t r9;
	uint64_t r8;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rsi;
	uint64_t rdi;
	uint32_t error_code;
	uint32_t entry_vector;
	uint64_t rip;
	uint16_t cs;
	uint16_t _pad0[1];
	uint8_t saved_upcall_mask;
	uint8_t _pad1[3];
	uint64_t rflags;
	uint64_t rsp;
	uint16_t ss;
	uint16_t _pad2[3];
	uint16_t es;
	uint16_t _pad3[3];
	uint16_t ds;
	uint16_t _pad4[3];
	uint16_t fs;
	uint16_t _pad5[3];
	uint16_t gs;
	uint16_t _pad6[3];
};
ABI_SIZE(struct cpu_user_regs, 200);

/* The whole initial state of a vCPU (VCPUOP_initialise). */
struct vcpu_guest_context {
	struct {
		char x[512];	/* FXSAVE image */
	} fpu_ctxt;
	uint64_t flags;		/* VGCF_ */
	struct cpu_user_regs user_regs;
	struct trap_info trap_ctxt[256];	/* indexed by vector */
	uint64_t ldt_base;	/* linear address */
	uint64_t ldt_ents;	/* descriptors of 8 bytes */
	uint64_t gdt_frames[16];	/* machine frames */
	uint64_t gdt_ents;	/* likewise */
	uint64_t kernel_ss;
	uint64_t kernel_sp;
	uint64_t ctrlreg[8];	/* [3]: kernel CR3, [1]: user CR3 or 0 */
	uint64_t debugreg[8];
	uint64_t event_callback_eip;
	uint64_t failsafe_callback_eip;
	uint64_t syscall_callback_eip;
	uint64_t vm_assist;
	uint64_t fs_base;
	uint64_t gs_base_kernel;
	uint64_t gs_base_user;
};
ABI_OFFSET(struct vcpu_guest_context, user_regs, 520);
ABI_OFFSET(struct vcpu_guest_context, trap_ctxt, 720);
ABI_SIZE(struct vcpu_guest_context, 5168);

/*
 * In shared_info.  None of it is the hypervisor's business: it is there for
 * a tool stack that looks into the guest.
 */
struct arch_shared_info {
	uint64_t max_pfn;			/* [gst] */
	xen_pfn_t pfn_to_mfn_frame_list_list;	/* [gst] machine frame */
	uint64_t nmi_reason;			/* [hv] XEN_NMIREASON_ bits */
	uint64_t p2m_cr3;			/* [gst] */
	uint64_t p2m_vaddr;			/* [gst] */
	uint64_t p2m_generation;		/* [gst] */
};
ABI_SIZE(struct arch_shared_info, 48);

/* In vcpu_info.  Written before the guest's page-fault handler starts. */
struct arch_vcpu_info {
	uint64_t cr2;		/* [hv] the address that faulted */
	uint64_t pad;
};
ABI_SIZE(struct arch_vcpu_info, 16);
#endif /* !__ASSEMBLY__ */

#endif
