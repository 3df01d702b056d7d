/* SPDX-License-Identifier: MIT */
/*
 * pv_calls.c - calls that change no page tables, alone and in batches, and
 * those that a guest's context switch is made of.
 */
#include <hcall/control.h>
#include <mm.h>
#include <thread.h>
#include "pv.h"

#define ROUNDS	128
#define SIX	6
#define TLS	0x00cff2000000ffff	/* flat data for user mode */

struct calls {
	struct multicall_entry entry[SIX];
};

static evtchn_port_t port;
static u64 gdt[512] __attribute__((aligned(PAGE_SIZE)));
static struct calls to[2];	/* this way, and back */
static struct mmuext_op roots[2][2];	/* kernel's, user mode's */
static bool ready;
static struct space user[2];

bool bench_may_write(void)
{
	hc_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
	return true;
}

bool bench_counted(struct bench_counts *c)
{
	static struct sluice_counters now;

	if (hc_counters(DOMID_SELF, &now))
		return false;
	c->entries = hc_counted_entries(&now);
	c->cr3 = now.cr3_writes;
	c->flushes = now.tlb_flushes;
	c->pages = now.invlpgs;
	return true;
}

/* ---- Null calls and events ---------------------------------------------- */

static void null_single(const struct bench_job *j)
{
	unsigned int i;

	for (i = 0; i < j->n; i++)
		hc_xen_version(XENVER_version, 0);
}

static void null_multi(const struct bench_job *j)
{
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		bench_calls[i].op = __HYPERVISOR_xen_version;
		bench_calls[i].args[0] = XENVER_version;
		bench_calls[i].args[1] = 0;
	}
	bench_errors |= hc_multicall(hc_addr(bench_calls), j->n);
}

static u64 entries_each(const struct bench_job *j)
{
	return j->n;
}

const struct bench_way bench_null_ways[2] = {
	{ "single", NULL, NULL, NULL, null_single, entries_each },
	{ "multicall", "single", NULL, NULL, null_multi,
	  bench_entries_one },
};

/* To ourselves; masked, so no upcall comes of it. */
static bool port_make(void)
{
	long ret = 0;

	if (!port)
		ret = hc_event_bind_ipi(0, NULL, NULL);
	if (ret > 0)
		port = ret;
	return port;
}

/* From the second one on it is pending already. */
static void send_single(const struct bench_job *j)
{
	struct evtchn_send send = { .port = port };
	unsigned int i;

	for (i = 0; i < j->n; i++)
		bench_errors |= hc_event_channel_op(EVTCHNOP_send,
						    hc_addr(&send));
}

static void send_multi(const struct bench_job *j)
{
	struct evtchn_send send = { .port = port };
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		bench_calls[i].op = __HYPERVISOR_event_channel_op;
		bench_calls[i].args[0] = EVTCHNOP_send;
		bench_calls[i].args[1] = hc_addr(&send);
	}
	bench_errors |= hc_multicall(hc_addr(bench_calls), j->n);
	for (i = 0; i < j->n; i++)
		bench_errors |= bench_calls[i].result;
}

static bool ring_and_port(void)
{
	return port_make() && bench_ring_begin();
}

static void send_ring(const struct bench_job *j)
{
	struct multicall_entry *e;
	unsigned int i;

	for (i = 0; i < j->n; i++) {
		e = bench_ring_entry(i);
		e->op = __HYPERVISOR_event_channel_op;
		e->args[0] = EVTCHNOP_send;
		e->args[1] = port;
		bench_ring_put();
	}
	bench_ring_empty();
	bench_errors |= bench_ring->page->error;
}

const struct bench_way bench_send_ways[3] = {
	{ "single", NULL, port_make, NULL, send_single, entries_each },
	{ "multicall", "single", port_make, NULL, send_multi,
	  bench_entries_one },
	{ "ring", "single", ring_and_port, bench_ring_end, send_ring,
	  bench_entries_ring },
};

/* ---- One at a time ------------------------------------------------------ */

static bool send_masked(u64 *ticks)
{
	struct evtchn_send send = { .port = port };
	u64 start = bench_tsc(), clock = bench_tsc() - start;
	unsigned int i;

	*ticks = 0;
	for (i = 0; i < ROUNDS; i++) {
		hc_event_clear(port);
		start = bench_tsc();
		bench_errors |= hc_event_channel_op(EVTCHNOP_send,
						    hc_addr(&send));
		*ticks += bench_tsc() - start - clock;
	}
	*ticks /= ROUNDS;
	return port;
}

/* Soon, as sleepers do; but the last one, as the timer is the kernel's. */
static bool timer(u64 *ticks)
{
	u64 later = arch->time() + 100 * NSEC_PER_MSEC, start = bench_tsc();
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		bench_errors |= hc_timer_set(later + i);
	*ticks = (bench_tsc() - start) / ROUNDS;
	hc_timer_set(1);
	return true;
}

static bool yield(u64 *ticks)
{
	u64 start = bench_tsc();
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		hc_yield();
	*ticks = (bench_tsc() - start) / ROUNDS;
	return true;
}

/* A copy of the kernel's top table, without what is not ours. */
static u64 root_copy(void)
{
	u64 *from = pfn_virt(kernel_space.root), *root = page_zalloc();
	unsigned int i;

	if (!root)
		return 0;
	for (i = 0; i < 512; i++)
		if (i < 256 || i > 271)
			root[i] = from[i];
	preempt_disable();
	arch->pt_table(virt_pfn(root), true);
	arch->pt_root(virt_pfn(root), true);
	arch->pt_commit();
	preempt_enable();
	return virt_pfn(root);
}

static void call_set(struct multicall_entry *e, unsigned int nr, u64 a, u64 b,
		     u64 c, u64 d)
{
	*e = (struct multicall_entry){ .op = nr, .args = { a, b, c, d } };
}

static void calls_make(unsigned int way, u64 kernel_root, u64 user_root)
{
	struct mmuext_op *op = roots[way];
	struct multicall_entry *e = to[way].entry;
	unsigned int i;

	op[0].cmd = MMUEXT_NEW_BASEPTR;
	op[0].arg1.mfn = hc_pfn_to_mfn(kernel_root);
	op[1].cmd = MMUEXT_NEW_USER_BASEPTR;
	op[1].arg1.mfn = hc_pfn_to_mfn(user_root);
	for (i = 0; i < 2; i++)
		call_set(e++, __HYPERVISOR_mmuext_op, hc_addr(&op[i]), 1, 0,
			 DOMID_SELF);
	call_set(e++, __HYPERVISOR_stack_switch, FLAT_KERNEL_SS,
		 hc_addr(current->stack_end), 0, 0);
	call_set(e++, __HYPERVISOR_fpu_taskswitch, !way, 0, 0, 0);
	call_set(e++, __HYPERVISOR_set_segment_base, SEGBASE_FS,
		 way ? 0 : BENCH_BASE, 0, 0);
	call_set(e, __HYPERVISOR_update_descriptor, hc_virt_to_maddr(&gdt[6]),
		 TLS | (u64)way << 16, 0, 0);
}

/* Two roots of the kernel, two of user mode, a descriptor table. */
static bool six_ready(void)
{
	u64 other;
	unsigned int i;

	if (ready)
		return true;
	for (i = 0; i < 2; i++) {
		if (space_init(&user[i]))
			return false;
		space_start(&user[i]);
	}
	other = root_copy();
	if (!other || hc_gdt_set(gdt, 512))
		return false;
	calls_make(0, other, user[0].root);
	calls_make(1, kernel_space.root, user[1].root);
	ready = true;
	return true;
}

/* The back end's page-table layer learns what is loaded. */
static void six_over(void)
{
	arch->user_switch(user[1].root, current->stack_end);
}

static bool six_multi(u64 *ticks)
{
	unsigned int i, k;
	u64 start;

	if (!six_ready())
		return false;
	start = bench_tsc();
	for (i = 0; i < ROUNDS; i++)
		bench_errors |= hc_multicall(hc_addr(to[i % 2].entry), SIX);
	*ticks = (bench_tsc() - start) / ROUNDS;
	for (i = 0; i < 2; i++)
		for (k = 0; k < SIX; k++)
			bench_errors |= to[i].entry[k].result;
	six_over();
	return true;
}

/* The same by six calls; the arguments lie where the multicall has them. */
static bool six_single(u64 *ticks)
{
	const struct multicall_entry *e;
	unsigned int i;
	u64 start;

	if (!six_ready())
		return false;
	start = bench_tsc();
	for (i = 0; i < ROUNDS; i++) {
		e = to[i % 2].entry;
		bench_errors |= hc_mmuext_op(e[0].args[0], 1, 0, DOMID_SELF);
		bench_errors |= hc_mmuext_op(e[1].args[0], 1, 0, DOMID_SELF);
		bench_errors |= hc_stack_switch(e[2].args[0], e[2].args[1]);
		bench_errors |= hc_fpu_taskswitch(e[3].args[0]);
		bench_errors |= hc_segment_base(e[4].args[0], e[4].args[1]);
		bench_errors |= hc_update_descriptor(e[5].args[0],
						     e[5].args[1]);
	}
	*ticks = (bench_tsc() - start) / ROUNDS;
	six_over();
	return true;
}

/* One of the two base pointers, each time another table. */
static bool root_switch(unsigned int which, u64 *ticks)
{
	unsigned int i;
	u64 start;

	if (!six_ready())
		return false;
	start = bench_tsc();
	for (i = 0; i < ROUNDS; i++)
		bench_errors |= hc_mmuext_op(hc_addr(&roots[i % 2][which]), 1,
					     0, DOMID_SELF);
	*ticks = (bench_tsc() - start) / ROUNDS;
	six_over();
	return true;
}

static bool root_kernel(u64 *ticks)
{
	return root_switch(0, ticks);
}

static bool root_user(u64 *ticks)
{
	return root_switch(1, ticks);
}

const struct bench_figure bench_figures[BENCH_FIGURES] = {
	{ "send_masked", "event sent to a masked port", 1, send_masked },
	{ "set_timer", "timer set", 1, timer },
	{ "yield", "yield, nobody else to run", 1, yield },
	{ "baseptr", "kernel's base pointer, another table", 1, root_kernel },
	{ "user_baseptr", "user's base pointer, another table", 1, root_user },
	{ "switch_single", "context switch: six calls", 6, six_single },
	{ "switch_multi", "context switch: six in a multicall", 1, six_multi },
	{ "fault_none", "page fault and return", 2, bench_fault_none },
	{ "fault_va", "... and update_va_mapping", 3, bench_fault_va },
	{ "fault_pte", "... and mmu_update", 3, bench_fault_pte },
	{ "fault_multi", "... and a multicall of one", 3, bench_fault_multi },
	{ "fault_ring_va", "... update_va_mapping by the ring", 2,
	  bench_fault_ring_va },
	{ "fault_ring_pte", "... mmu_update by the ring", 2,
	  bench_fault_ring_pte },
};
