/* SPDX-License-Identifier: MIT */
/*
 * sluice.h - what Sluice has and Xen has not.
 *
 * A guest asks for it and does without where it is missing: block 0x40000100
 * of CPUID (read with XEN_CPUID) then has no such signature, and hypercall
 * sluice_op, number 55, answers -ENOSYS.
 */
#ifndef ABI_SLUICE_H
#define ABI_SLUICE_H

#include <abi/xen.h>

#define SLUICE_CPUID_FIRST_LEAF	0x40000100
#define SLUICE_CPUID_LEAF(i)	(SLUICE_CPUID_FIRST_LEAF + (i))

/* Leaf 0: EAX is the last leaf of the block. */
#define SLUICE_CPUID_SIGNATURE_EBX	0x69756c53	/* "Slui" */
#define SLUICE_CPUID_SIGNATURE_ECX	0x6c536563	/* "ceSl" */
#define SLUICE_CPUID_SIGNATURE_EDX	0x65636975	/* "uice" */

/*
 * Leaf 1: EAX is SLUICE_ABI_VERSION, EBX the number of hypercall sluice_op,
 * ECX and EDX are 0.
 */
#define SLUICE_CPUID_MAX_NUM_LEAVES	1

/*
 * Raised when a command is added; a command never changes.  2: the ring.
 * 3: counters.
 */
#define SLUICE_ABI_VERSION	3

/* sluice_op(cmd, arg, count); every other command answers -ENOSYS. */
#define SLUICEOP_version	0	/* returns SLUICE_ABI_VERSION */

/*
 * The deferred-call ring of the calling vCPU (see abi/doc/ring.md).
 * ring_register: arg is the frame of a writable page of its own; count is 0.
 * ring_unregister: arg and count are 0.
 */
#define SLUICEOP_ring_register		1
#define SLUICEOP_ring_unregister	2

/*
 * arg is the address of a struct sluice_counters, count the domain's number:
 * DOMID_SELF, or in domain 0 any.
 */
#define SLUICEOP_counters		3

#define SLUICE_COUNTED_CALLS	64
#define SLUICE_BATCH_SIZES	16

/* Calls with a list, whose lengths are counted: indices of batch. */
#define SLUICE_BATCH_mmu_update		0
#define SLUICE_BATCH_mmuext_op		1
#define SLUICE_BATCH_multicall		2
#define SLUICE_BATCH_memory_op		3	/* no list: one */
#define SLUICE_BATCH_grant_table_op	4
#define SLUICE_BATCHES			8

#define SLUICE_RING_ENTRIES	63

#ifndef __ASSEMBLY__

/*
 * One page.  Call number n, counted from 0 at the registration, lies in
 * entry[n % 63]; the guest fills the entry and then adds 1 to producer.  What
 * would be a pointer in a hypercall is here the thing itself:
 *
 *   op                               args
 *   __HYPERVISOR_update_va_mapping   va, val, flags (nothing, or local)
 *   __HYPERVISOR_mmu_update          ptr | command, val
 *   __HYPERVISOR_mmuext_op           MMUEXT_INVLPG_LOCAL, address
 *                                    MMUEXT_TLB_FLUSH_LOCAL
 *   __HYPERVISOR_event_channel_op    EVTCHNOP_send, port
 *
 * [hv], [gst]: who writes it.
 */
struct sluice_ring {
	uint64_t producer;	/* [gst] calls put in, ever */
	uint64_t consumer;	/* [hv] calls taken out, ever */
	int64_t error;		/* [hv] the first since [gst] cleared it */
	uint64_t error_at;	/* [hv] which call had that one */
	uint64_t errors;	/* [hv] how many calls were refused */
	uint64_t drains;	/* [hv] how often calls were found */
	uint64_t reserved[2];
	struct multicall_entry entry[SLUICE_RING_ENTRIES];
};
ABI_SIZE(struct sluice_ring, 4096);

/*
 * What a domain's vCPUs have done since they were made.  A call is counted
 * once however often it was interrupted; each number that is no call counts as
 * call 63.  Entries into the hypervisor are the sum of calls, restarts,
 * syscalls and traps.
 */
struct sluice_counters {
	uint64_t calls[SLUICE_COUNTED_CALLS];	/* made by themselves */
	uint64_t multi[SLUICE_COUNTED_CALLS];	/* made in a multicall */
	uint64_t restarts;	/* entries to go on with a long call */
	uint64_t syscalls;	/* system calls of user mode */
	uint64_t traps;		/* exceptions, and interrupts while it ran */
	uint64_t cr3_writes;	/* flushes and changes of mode included */
	uint64_t mode_changes;	/* of the traps: from user mode to the kernel */
	uint64_t tlb_flushes;	/* complete ones, on the CPUs it ran on */
	uint64_t invlpgs;	/* flushes of one page */
	uint64_t ring_calls;	/* made from the deferred-call ring */
	struct {
		uint64_t items;		/* entries of all lists together */
		/* Lists with 0, 1, 2-3, 4-7, ... entries; at last 16384 up. */
		uint64_t sizes[SLUICE_BATCH_SIZES];
	} batch[SLUICE_BATCHES];
};
ABI_SIZE(struct sluice_counters, 2176);
ABI_OFFSET(struct sluice_counters, restarts, 1024);
ABI_OFFSET(struct sluice_counters, batch, 1088);

#endif

#endif
