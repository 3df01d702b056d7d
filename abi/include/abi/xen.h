/* SPDX-License-Identifier: MIT */
/*
 * xen.h - the heart of the ABI: hypercall numbers, domain numbers, virtual
 * interrupts, page-table calls, the shared page, the start-of-day page.
 *
 * Calls go by SYSCALL: number in RAX, arguments in RDI RSI RDX R10 R8 R9, the
 * result in RAX (0 or more, or a negated XEN_E number).  RCX and R11 are lost.
 *
 * Key letters, for structures in shared memory:
 *   [hv]   the hypervisor writes it, the guest reads it
 *   [gst]  the guest writes it, the hypervisor reads it, and never trusts it
 *   [both] both write it, with locked operations on single bits
 *   [once] the builder wrote it before the guest's first instruction
 */
#ifndef ABI_XEN_H
#define ABI_XEN_H

#include <abi/types.h>
#include <abi/arch-x86.h>

/* __HYPERVISOR_name for every call of the list. */
#ifdef __ASSEMBLY__
#define HYPERCALL(number, name, nargs) .equ __HYPERVISOR_##name, number;
#include <abi/hypercalls.def>
#undef HYPERCALL
#else
enum xen_hypercall {
#define HYPERCALL(number, name, nargs) __HYPERVISOR_##name = number,
#include <abi/hypercalls.def>
#undef HYPERCALL
};
#endif

/* Virtual interrupts, for EVTCHNOP_bind_virq. */
#define VIRQ_TIMER		0	/* per vCPU: its timer ran out */
#define VIRQ_DEBUG		1	/* per vCPU: asked to dump its state */
#define VIRQ_CONSOLE		2	/* domain 0: input for console_io */
#define VIRQ_DOM_EXC		3	/* domain 0: a domain stopped or died */
#define VIRQ_TBUF		4	/* domain 0: trace buffer */
#define VIRQ_DEBUGGER		6	/* domain 0: a stop in debug */
#define VIRQ_XENOPROF		7	/* per vCPU: not raised here */
#define VIRQ_CON_RING		8	/* domain 0: output in the log */
#define VIRQ_PCPU_STATE		9	/* domain 0: not raised here */
#define VIRQ_MEM_EVENT		10	/* domain 0: not raised here */
#define VIRQ_ARGO		11	/* not raised here */
#define VIRQ_ENOMEM		12	/* domain 0: not raised here */
#define VIRQ_XENPMU		13	/* per vCPU: not raised here */
#define VIRQ_ARCH_0		16	/* domain 0: machine check */
#define VIRQ_ARCH_1		17
#define VIRQ_ARCH_2		18
#define VIRQ_ARCH_3		19
#define VIRQ_ARCH_4		20
#define VIRQ_ARCH_5		21
#define VIRQ_ARCH_6		22
#define VIRQ_ARCH_7		23
#define NR_VIRQS		24

/* mmu_update.ptr, bits 0-1: what the entry asks for. */
#define MMU_NORMAL_PT_UPDATE		0	/* a page-table entry */
#define MMU_MACHPHYS_UPDATE		1	/* an entry of the M2P */
#define MMU_PT_UPDATE_PRESERVE_AD	2	/* as 0, and keep A and D */
#define MMU_PT_UPDATE_NO_TRANSLATE	3	/* val holds an MFN already */

/* mmuext_op.cmd; arg1 and arg2 as named. */
#define MMUEXT_PIN_L1_TABLE		0	/* mfn */
#define MMUEXT_PIN_L2_TABLE		1	/* mfn */
#define MMUEXT_PIN_L3_TABLE		2	/* mfn */
#define MMUEXT_PIN_L4_TABLE		3	/* mfn */
#define MMUEXT_UNPIN_TABLE		4	/* mfn */
#define MMUEXT_NEW_BASEPTR		5	/* mfn */
#define MMUEXT_TLB_FLUSH_LOCAL		6
#define MMUEXT_INVLPG_LOCAL		7	/* linear_addr */
#define MMUEXT_TLB_FLUSH_MULTI		8	/* vcpumask */
#define MMUEXT_INVLPG_MULTI		9	/* linear_addr, vcpumask */
#define MMUEXT_TLB_FLUSH_ALL		10
#define MMUEXT_INVLPG_ALL		11	/* linear_addr */
#define MMUEXT_FLUSH_CACHE		12
#define MMUEXT_SET_LDT			13	/* linear_addr, nr_ents */
#define MMUEXT_NEW_USER_BASEPTR		15	/* mfn */
#define MMUEXT_CLEAR_PAGE		16	/* mfn */
#define MMUEXT_COPY_PAGE		17	/* mfn, src_mfn */
#define MMUEXT_FLUSH_CACHE_GLOBAL	18

/* Flags of update_va_mapping: what to flush, and where. */
#define UVMF_NONE		0
#define UVMF_TLB_FLUSH		1	/* everything */
#define UVMF_INVLPG		2	/* the address that changes */
#define UVMF_FLUSHTYPE_MASK	3
#define UVMF_MULTI		0	/* or'ed to a pointer: a vCPU mask */
#define UVMF_LOCAL		0	/* this vCPU */
#define UVMF_ALL		(1 << 2)	/* all vCPUs of the domain */

/* console_io(cmd, count, buffer) */
#define CONSOLEIO_write		0
#define CONSOLEIO_read		1

/* vm_assist(cmd, type) */
#define VMASST_CMD_enable	0
#define VMASST_CMD_disable	1

#define VMASST_TYPE_4gb_segments		0
#define VMASST_TYPE_4gb_segments_notify		1
#define VMASST_TYPE_writable_pagetables		2
#define VMASST_TYPE_pae_extended_cr3		3
#define VMASST_TYPE_architectural_iopl		4
#define VMASST_TYPE_runstate_update_flag	5
#define VMASST_TYPE_m2p_strict			32

/* Domain numbers that are not a domain. */
#define DOMID_FIRST_RESERVED	0x7ff0
#define DOMID_SELF		0x7ff0	/* the caller */
#define DOMID_IO		0x7ff1	/* owner of device memory */
#define DOMID_XEN		0x7ff2	/* owner of the hypervisor's memory */
#define DOMID_COW		0x7ff3
#define DOMID_INVALID		0x7ff4
#define DOMID_IDLE		0x7fff
#define DOMID_MASK		0x7fff

/* start_info.flags */
#define SIF_PRIVILEGED		(1 << 0)
#define SIF_INITDOMAIN		(1 << 1)	/* domain 0 */
#define SIF_MULTIBOOT_MOD	(1 << 2)	/* mod_start: a module list */
#define SIF_MOD_START_PFN	(1 << 3)	/* mod_start: a frame number */
#define SIF_VIRT_P2M_4TOOLS	(1 << 4)
#define SIF_PM_MASK		(0xff << 8)

#define MAX_GUEST_CMDLINE	1024

#ifndef __ASSEMBLY__
/*
 * One page-table change.  ptr is the *machine* address of the entry with a
 * command in bits 0-1, val the new entry (for MMU_MACHPHYS_UPDATE: ptr names
 * the frame, val is its new pseudo-physical frame number).
 */
struct mmu_update {
	uint64_t ptr;
	uint64_t val;
};
ABI_SIZE(struct mmu_update, 16);

struct mmuext_op {
	uint32_t cmd;			/* MMUEXT_ */
	union {
		xen_pfn_t mfn;
		uint64_t linear_addr;
	} arg1;
	union {
		uint32_t nr_ents;
		const void *vcpumask;	/* bytes, one bit a vCPU */
		xen_pfn_t src_mfn;
	} arg2;
};
ABI_SIZE(struct mmuext_op, 24);
ABI_OFFSET(struct mmuext_op, arg1, 8);

/*
 * One call of a multicall.  The result is written when the call is done; a
 * call that was preempted has had its args rewritten, so that an array must
 * be filled anew before it is used again.
 */
struct multicall_entry {
	xen_ulong_t op;			/* number of the call */
	xen_ulong_t result;		/* what RAX would hold */
	xen_ulong_t args[6];
};
ABI_SIZE(struct multicall_entry, 64);

/*
 * The clock of one vCPU: nanoseconds since the hypervisor's start are
 *   system_time + (((tsc - tsc_timestamp) << tsc_shift) * mul >> 32)
 * with a negative shift going right.  version is odd while an update runs:
 * read it, read the rest, read it again; start over if it was odd or changed.
 */
struct vcpu_time_info {
	uint32_t version;		/* [hv] */
	uint32_t pad0;
	uint64_t tsc_timestamp;		/* [hv] TSC at system_time */
	uint64_t system_time;		/* [hv] ns */
	uint32_t tsc_to_system_mul;	/* [hv] 2^-32 ns a shifted tick */
	int8_t tsc_shift;		/* [hv] bits to the left */
	uint8_t flags;			/* [hv] XEN_PVCLOCK_ */
	uint8_t pad1[2];
};
ABI_SIZE(struct vcpu_time_info, 32);

#define XEN_PVCLOCK_TSC_STABLE_BIT	(1 << 0)
#define XEN_PVCLOCK_GUEST_STOPPED	(1 << 1)

/*
 * One vCPU's part of the shared page (or a registered place).
 *
 * The hypervisor, for a port: sets its pending bit; if that was clear and the
 * port is not masked, sets the word's bit in evtchn_pending_sel; if that was
 * clear, sets evtchn_upcall_pending.  The guest goes the other way: clears
 * evtchn_upcall_pending, takes evtchn_pending_sel with an exchange, then looks
 * at the pending words.
 */
struct vcpu_info {
	uint8_t evtchn_upcall_pending;	/* [both] hv sets, guest clears */
	uint8_t evtchn_upcall_mask;	/* [both] 1: no upcall, please */
	xen_ulong_t evtchn_pending_sel;	/* [both] hv sets, guest clears */
	struct arch_vcpu_info arch;
	struct vcpu_time_info time;
};
ABI_OFFSET(struct vcpu_info, evtchn_pending_sel, 8);
ABI_OFFSET(struct vcpu_info, arch, 16);
ABI_OFFSET(struct vcpu_info, time, 32);
ABI_SIZE(struct vcpu_info, 64);

/*
 * The shared page.  Wall clock: at system time 0 it was wc_sec and wc_nsec
 * after the epoch (UTC); read as vcpu_time_info is, by wc_version.
 */
struct shared_info {
	struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
	xen_ulong_t evtchn_pending[64];	/* [both] hv sets, guest clears */
	xen_ulong_t evtchn_mask[64];	/* [both] guest's; hv clears: unmask */
	uint32_t wc_version;		/* [hv] */
	uint32_t wc_sec;		/* [hv] s, low half */
	uint32_t wc_nsec;		/* [hv] ns */
	uint32_t wc_sec_hi;		/* [hv] s, high half */
	struct arch_shared_info arch;
};
ABI_OFFSET(struct shared_info, evtchn_pending, 2048);
ABI_OFFSET(struct shared_info, evtchn_mask, 2560);
ABI_OFFSET(struct shared_info, wc_version, 3072);
ABI_OFFSET(struct shared_info, arch, 3088);
ABI_SIZE(struct shared_info, 3136);

/*
 * The page that RSI points to when a guest starts.  It is the guest's own
 * memory: nobody reads it again.  Addresses are virtual but where said so.
 */
struct start_info {
	char magic[32];			/* [once] see the note PAE_MODE */
	uint64_t nr_pages;		/* [once] pages of the domain */
	uint64_t shared_info;		/* [once] machine address */
	uint32_t flags;			/* [once] SIF_ */
	xen_pfn_t store_mfn;		/* [once] machine frame, or 0 */
	uint32_t store_evtchn;		/* [once] port, or 0 */
	union {
		struct {
			xen_pfn_t mfn;	/* [once] machine frame of the ring */
			uint32_t evtchn;	/* [once] port */
		} domU;
		struct {
			uint32_t info_off;	/* [once] of the video info */
			uint32_t info_size;	/* [once] 0: there is none */
		} dom0;
	} console;
	uint64_t pt_base;		/* [once] the L4 */
	uint64_t nr_pt_frames;		/* [once] table pages, from there */
	uint64_t mfn_list;		/* [once] p2m: an MFN for each page */
	uint64_t mod_start;		/* [once] ramdisk (see SIF_MOD_) or 0 */
	uint64_t mod_len;		/* [once] bytes */
	int8_t cmd_line[MAX_GUEST_CMDLINE];	/* [once] ends in NUL */
	xen_pfn_t first_p2m_pfn;	/* [once] with XEN_ELFNOTE_INIT_P2M */
	uint64_t nr_p2m_frames;		/* [once] likewise */
};
ABI_OFFSET(struct start_info, store_mfn, 56);
ABI_OFFSET(struct start_info, console, 72);
ABI_OFFSET(struct start_info, pt_base, 88);
ABI_OFFSET(struct start_info, cmd_line, 128);
ABI_SIZE(struct start_info, 1168);

typedef uint8_t xen_domain_handle_t[16];
#endif /* !__ASSEMBLY__ */

#endif
