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
 * ECX what else can be relied on; EDX is 0.
 */
/* Memory is all zero when a domain gets it, at its start or later. */
#define SLUICE_FEATURE_zeroed		(1U << 0)
#define SLUICE_CPUID_MAX_NUM_LEAVES	1

/*
 * Raised when a command is added; a command never changes.  2: the ring.
 * 3: counters.
 * 4: control.
 * 5: idle, yield_to.
 */
#define SLUICE_ABI_VERSION	5

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

/*
 * What domain 0 wishes this domain to do: arg is the address of a struct
 * sluice_wishes.  VIRQ_SLUICE_WISH says that there is something new.
 */
#define SLUICEOP_wishes			4
#define VIRQ_SLUICE_WISH		VIRQ_ARCH_7

/*
 * As SCHEDOP_block, but also until system time arg (ns; 0: for ever), which
 * raises no event.  count is 0.
 */
#define SLUICEOP_idle			5

/*
 * As SCHEDOP_yield, but to the vCPU that is notified of what is sent on the
 * port arg: it runs next if it waits for a CPU, else this does nothing.  count
 * is 0, or SLUICE_YIELD_SEND to send on the port before.
 */
#define SLUICEOP_yield_to		6
#define SLUICE_YIELD_SEND		1

/*
 * From here on for domain 0 alone.  count is the number of the domain that it
 * is about, arg what stands behind it; 0 where there is nothing.
 */
#define SLUICEOP_CONTROL	16
#define SLUICEOP_info		16	/* struct sluice_domain */
#define SLUICEOP_machine	17	/* struct sluice_machine; no domain */
#define SLUICEOP_start		18	/* from the boot loader's module */
#define SLUICEOP_pause		19
#define SLUICEOP_unpause	20
#define SLUICEOP_destroy	21
#define SLUICEOP_wish_target	22	/* how many pages it is to have */
#define SLUICEOP_wish_end	23	/* SHUTDOWN_poweroff, _reboot */
#define SLUICEOP_console_put	24	/* a character that is typed */
#define SLUICEOP_console_raw	25	/* 1: output as it comes; 0: by lines */
#define SLUICEOP_weight		26	/* its share; at first 256 */
#define SLUICEOP_cap		27	/* percent of a CPU; 0: no limit */
#define SLUICEOP_cpus		28	/* where it may run: bit n is CPU n */

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
 * once however often it was interrupted; a number of 63 or more counts as call
 * 63, below that each as itself, call or not.  Entries into the hypervisor are
 * the sum of calls, restarts, syscalls and traps.
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

/* Of sluice_domain; none of them: it could be started. */
#define SLUICE_DOM_exists	1
#define SLUICE_DOM_paused	2	/* by domain 0 */
#define SLUICE_DOM_stopped	4	/* shut down or killed: see reason */
#define SLUICE_DOM_dying	8	/* it is being destroyed */
#define SLUICE_DOM_building	16	/* it is being started: no exists yet */

struct sluice_domain {
	uint32_t domid;
	uint32_t flags;
	int32_t reason;		/* SHUTDOWN_*; -1: it did not stop */
	uint32_t vcpus;
	uint64_t pages;		/* that it has */
	uint64_t max_pages;	/* that it may have */
	uint64_t target_pages;	/* that it is wished to have */
	uint64_t cpu_time;	/* ns, of all its vCPUs */
	char name[16];
	char why[80];		/* it was killed, or empty */
	uint32_t weight, cap;	/* 1 to 65535; percent of a CPU, 0: none */
	uint64_t cpus;		/* where it may run */
};
ABI_SIZE(struct sluice_domain, 160);
ABI_OFFSET(struct sluice_domain, pages, 16);
ABI_OFFSET(struct sluice_domain, name, 48);
ABI_OFFSET(struct sluice_domain, why, 64);

struct sluice_machine {
	uint64_t frames;	/* of memory, 4 KiB each, holes included */
	uint64_t free;		/* that nobody has */
	uint32_t cpus;
	uint32_t domains;
};
ABI_SIZE(struct sluice_machine, 24);

struct sluice_wishes {
	uint64_t target_pages;	/* at first its maximum */
	uint32_t end;		/* 0: go on; else SHUTDOWN_* + 1 */
	uint32_t reserved;
};
ABI_SIZE(struct sluice_wishes, 16);

#endif

#endif
