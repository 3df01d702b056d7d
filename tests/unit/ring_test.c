/* SPDX-License-Identifier: MIT */
/*
 * ring_test.c - what a guest with one CPU can't show of the deferred-call
 * ring: a page that changes while it is drained, as another vCPU can do, calls
 * that have to wait, and domains that end.
 *
 * What the calls do is played here; the ring decides how many, and when.
 */
#include <abi/event_channel.h>
#include <abi/sluice.h>
#include <string.h>

#include <domain.h>
#include <event.h>
#include <hypercall.h>
#include <machine.h>
#include <mmu.h>
#include <shared.h>
#include <tap.h>

#include "../../hypervisor/pv/frametype.h"
#include "../../hypervisor/pv/ops.h"
#include "../../hypervisor/pv/ring.h"

#define FRAME	5u		/* of the ring */
#define TABLE	6u		/* a table of level 1 */

u64 frame_table_nr = FAKE_RAM_SIZE / PAGE_SIZE;
u64 tlb_clock;

static struct domain dom;
static struct vcpu vcpu;
static struct sluice_ring *ring;
static unsigned int calls, nr_puts, restart_at;
static int get_answer;
static u64 last;		/* address of the last call */
static void (*meanwhile)(void);

/* ---- What ring.c calls -------------------------------------------------- */

s64 op_update_va_mapping(u64 va, u64 val, u64 flags)
{
	(void)val, (void)flags;
	if (++calls == restart_at) {
		vcpu.pv.restart = true;
		return -ERESTART;
	}
	last = va;
	if (meanwhile)
		meanwhile();
	return 0;
}

int evt_send(struct domain *ld, port_t p)
{
	(void)ld, (void)p;
	return 0;
}

void tlb_flush_local(void)
{
}

int use_get_slow(struct frame *f, struct domain *d, enum frame_type type)
{
	(void)f, (void)d, (void)type;
	return get_answer;
}

void use_put_last(struct frame *f)
{
	(void)f;
	nr_puts++;
}

void frame_use_put(struct frame *f)
{
	use_put(f);
}

void frame_put(struct frame *f)
{
	(void)f;
}

int pte_get_l1(struct domain *d, struct domain *fd, u64 *pte)
{
	(void)d, (void)fd, (void)pte;
	return 0;
}

void hypercall_table_choose(struct vcpu *v)
{
	(void)v;
}

/* ---- The guest ---------------------------------------------------------- */

static void setup(void)
{
	memset(&dom, 0, sizeof(dom));
	memset(&vcpu, 0, sizeof(vcpu));
	memset(fake_ram, 0xee, 8 * PAGE_SIZE);
	memset(frame_table, 0, 8 * sizeof(struct frame));
	vcpu.domain = &dom;
	vcpu.pv.in_kernel = true;
	this_cpu()->cur = &vcpu;
	ring = mfn_virt(mfn(FRAME));
	calls = nr_puts = restart_at = 0;
	get_answer = 0;
	meanwhile = NULL;
	is_eq(ring_register(&vcpu, FRAME), 0, "a ring");
}

static void put(u64 va)
{
	ring->entry[ring->producer++ % SLUICE_RING_ENTRIES] =
		(struct multicall_entry){
			__HYPERVISOR_update_va_mapping, 1, { va, 0, 0 }
		};
}

/* ---- The page changes --------------------------------------------------- */

static void more(void)
{
	while (ring->producer < 20)
		put(100 + ring->producer);
}

static void fewer(void)
{
	ring->producer = 0;
}

static void rewrite(void)
{
	meanwhile = NULL;
	ring->entry[1].args[0] = 77;
	ring->entry[1].op = __HYPERVISOR_sched_op;
	ring->consumer = 50;
}

static void test_changes(void)
{
	setup();
	put(1), put(2), put(3);
	meanwhile = more;
	ok(!ring_drain(&vcpu), "calls come while others are made");
	is_eq(calls, 3, "what was there at first is done");
	is_eq(ring->consumer, 3, "and counted");
	ok(ring_waits(&vcpu), "the others wait");
	ok(!ring_drain(&vcpu) && calls == 20 && last == 119,
	   "for the next time");

	setup();
	put(1), put(2), put(3);
	meanwhile = fewer;
	ok(!ring_drain(&vcpu), "calls are taken back while they are made");
	is_eq(calls, 3, "too late");
	meanwhile = NULL;
	ok(!ring_drain(&vcpu) && calls == 3 && ring->error == -EINVAL,
	   "which is then a producer that can't be");

	setup();
	put(1), put(2), put(3);
	meanwhile = rewrite;
	ok(!ring_drain(&vcpu), "a call changes before its turn");
	is_eq((s64)ring->entry[1].result, -EPERM, "it is what it is then");
	is_eq(ring->consumer, 3, "the count is ours");

	/* Another vCPU was faster than we between the look and the drain. */
	setup();
	ok(!ring_drain(&vcpu) && !calls && !ring->error && !ring->drains,
	   "nothing there is nothing done");
}

/* ---- Calls that wait ---------------------------------------------------- */

static void test_restart(void)
{
	setup();
	put(1), put(2), put(3), put(4);
	restart_at = 3;
	ok(ring_drain(&vcpu), "a call has to wait");
	is_eq(ring->consumer, 2, "those before are done");
	is_eq(ring->entry[2].result, 1, "it has no result yet");
	ok(!vcpu.pv.restart, "and it is not the guest's call that waits");
	is_eq(ring->error, 0, "nor is that an error");
	ok(!ring_drain(&vcpu), "then it goes on");
	is_eq(calls, 5, "with the same call");
	is_eq(last, 4, "to the end");

	setup();
	put(1), put(2);
	restart_at = 1;
	ok(!ring_drain_kernel(&vcpu), "a fault that nothing was done for");
	restart_at = 3;
	ok(ring_drain_kernel(&vcpu), "and one that something was done for");
	is_eq(ring->consumer, 1, "though not all");

	setup();
	frame_of(mfn(TABLE))->use = use_word(USE_L1, USE_READY, 1);
	frame_of(mfn(TABLE))->owner = NULL;
	ring->entry[0] = (struct multicall_entry){
		__HYPERVISOR_mmu_update, 1, { (u64)TABLE << PAGE_SHIFT, 0 }
	};
	ring->producer = 1;
	get_answer = -ERESTART;
	ok(ring_drain(&vcpu), "an entry of a table has to wait");
	is_eq(ring->consumer, 0, "and is still there");
	get_answer = -ESRCH;
	ok(!ring_drain(&vcpu), "the table is another's");
	is_eq((s64)ring->entry[0].result, -EINVAL, "so it is refused");
}

/* ---- Ends --------------------------------------------------------------- */

static void test_ends(void)
{
	setup();
	put(1);
	vcpu.pv.in_kernel = false;
	pv_leave(&vcpu);
	is_eq(calls, 0, "user mode loses the CPU: nothing is done");
	vcpu.pv.in_kernel = true;
	pv_leave(&vcpu);
	is_eq(calls, 1, "the kernel loses it: all is done");
	put(2);
	dom.stopped = true;
	pv_leave(&vcpu);
	is_eq(calls, 1, "after the domain's end nothing is");

	ring_release(&vcpu);
	is_eq(nr_puts, 1, "the frame is let go");
	ring_release(&vcpu);
	is_eq(nr_puts, 1, "once");
	is_eq(ring_unregister(&vcpu), -ENOENT, "there is no ring then");
	pv_leave(&vcpu);
	is_eq(calls, 1, "and nobody looks");
	get_answer = -ERESTART;
	is_eq(ring_register(&vcpu, FRAME), -ERESTART, "a frame has to wait");
	get_answer = -ESRCH;
	is_eq(ring_register(&vcpu, FRAME), -EINVAL, "another's frame");
	is_eq(ring_register(&vcpu, frame_table_nr), -EINVAL, "no frame");
}

int main(void)
{
	test_changes();
	test_restart();
	test_ends();
	return tap_done();
}
