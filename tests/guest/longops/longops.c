/* SPDX-License-Identifier: MIT */
/*
 * longops.c - calls that take long let events in, and end as if they had not.
 *
 * A tree of 256 full tables is pinned, unpinned, pinned again table by table in
 * one call, and torn down, while a timer of 100 microseconds runs.  Each call's
 * result is that of the whole, upcalls come in between, and what they do there,
 * calls of the same kind included, disturbs nothing.  Prints how late the
 * latest upcall came: "figure NAME NANOSECONDS", which means something only
 * where time counts instructions.
 */
#include <abi/callback.h>
#include <abi/errno.h>
#include <abi/event_channel.h>
#include "test.h"

#define TABLES	256u
#define PERIOD	100000ul

static uint64_t tables[TABLES][512] __page;
static uint64_t l2[512] __page, l3[512] __page, l4[512] __page;
static uint64_t data[512] __page, other[512] __page;
static struct mmuext_op ops[TABLES];
static struct mmu_update updates[4096];

static uint64_t deadline, latest, upcalls, bad_inside;
static uint32_t port;

extern char upcall_entry[];
asm(".text\n"
    "upcall_entry:\n"
    "	pop %rcx; pop %r11\n"
    "	push %rcx; push %r11; push %rax; push %rdx; push %rsi; push %rdi\n"
    "	push %r8; push %r9; push %r10\n"
    "	call upcall\n"
    "	pop %r10; pop %r9; pop %r8\n"
    "	pop %rdi; pop %rsi; pop %rdx; pop %rax; pop %r11; pop %rcx\n"
    "	push $0; push %rcx; push %r11; push %rax\n"
    "	mov $23, %eax\n"
    "	syscall\n");

static void arm(void)
{
	deadline = now() + PERIOD;
	hc1(__HYPERVISOR_set_timer_op, deadline);
}

void upcall(void);
void upcall(void)
{
	uint64_t late = now() - deadline;

	vcpu_info->evtchn_upcall_pending = 0;
	vcpu_info->evtchn_pending_sel = 0;
	shared_info->evtchn_pending[port / 64] = 0;
	upcalls++;
	if ((int64_t)late > (int64_t)latest)
		latest = late;
	/* The same kind of call, in the middle of another. */
	if (mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(other), 0) ||
	    mmuext(MMUEXT_UNPIN_TABLE, mfn_of(other), 0))
		bad_inside++;
	arm();
}

static void begin(void)
{
	latest = upcalls = bad_inside = 0;
	arm();
	vcpu_info->evtchn_upcall_mask = 0;
}

static void end(const char *name)
{
	vcpu_info->evtchn_upcall_mask = 1;
	if (upcalls)
		ok(true, "%s: upcalls came in between", name);
	else
		skip("the machine's timer was later than the call's end",
		     "upcalls came in between");
	is(bad_inside, 0, "%s: and their calls worked", name);
	note("figure latency_%s %lu (%lu upcalls)", name, latest, upcalls);
}

static void test_pin(void)
{
	long ret;

	begin();
	ret = mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(l4), 0);
	end("pin");
	is(ret, 0, "a large tree is pinned");
	is(mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(l4), 0), -XEN_EINVAL, "once");
	is(page_writable(tables[TABLES - 1]), -XEN_EBUSY,
	   "its last table is a table");
	begin();
	ret = mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l4), 0);
	end("unpin");
	is(ret, 0, "and unpinned");
	is(page_writable(tables[TABLES - 1]), 0, "its last table is free");
	is(page_writable(tables[0]), 0, "and its first");
	is(page_writable(l2), 0, "and what was above them");
	page_readonly(tables[TABLES - 1]);
	page_readonly(tables[0]);
	page_readonly(l2);
}

static void test_list(unsigned int cmd, const char *name)
{
	uint32_t done = 77;
	unsigned int i;
	long ret;

	for (i = 0; i < TABLES; i++)
		ops[i] = (struct mmuext_op){
			.cmd = cmd, .arg1.mfn = mfn_of(tables[i]),
		};
	begin();
	ret = hc4(__HYPERVISOR_mmuext_op, PTR(ops), TABLES, PTR(&done),
		  DOMID_SELF);
	end(name);
	is(ret, 0, "%s: all of a list", name);
	is(done, TABLES, "%s: and it says so", name);
}

static void test_updates(void)
{
	uint32_t done = 77;
	unsigned int i;
	long ret;

	mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(tables[0]), 0);
	for (i = 0; i < ARRAY_SIZE(updates); i++)
		updates[i] = (struct mmu_update){
			maddr_of(&tables[0][i % 512]),
			i / 512 & 1 ? 0 : maddr_of(data) | PTE_P | PTE_W,
		};
	updates[ARRAY_SIZE(updates) - 1].val = maddr_of(tables[0]) | PTE_P |
					       PTE_W;
	begin();
	ret = hc4(__HYPERVISOR_mmu_update, PTR(updates), ARRAY_SIZE(updates),
		  PTR(&done), DOMID_SELF);
	end("update");
	is(ret, -XEN_EBUSY, "4096 updates, of which the last is refused");
	is(done, ARRAY_SIZE(updates) - 1, "all others were done");
	mmuext(MMUEXT_UNPIN_TABLE, mfn_of(tables[0]), 0);
}

static void build(void)
{
	unsigned int i, k;

	for (i = 0; i < TABLES; i++) {
		for (k = 0; k < 512; k++)
			tables[i][k] = maddr_of(data) | PTE_P | PTE_W;
		l2[i] = maddr_of(tables[i]) | 7;
	}
	l3[0] = maddr_of(l2) | 7;
	l4[0] = maddr_of(l3) | 7;
	for (i = 0; i < TABLES; i++)
		page_readonly(tables[i]);
	page_readonly(l2);
	page_readonly(l3);
	page_readonly(l4);
	page_readonly(other);
}

void test_main(void)
{
	struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER };
	struct callback_register reg = {
		.type = CALLBACKTYPE_event, .flags = CALLBACKF_mask_events,
		.address = PTR(upcall_entry),
	};

	build();
	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, PTR(&bind)),
	   0, "bind the timer");
	port = bind.port;
	is(hc2(__HYPERVISOR_callback_op, CALLBACKOP_register, PTR(&reg)), 0,
	   "an event callback");
	test_pin();
	test_list(MMUEXT_PIN_L1_TABLE, "pin_list");
	test_list(MMUEXT_UNPIN_TABLE, "unpin_list");
	test_updates();
}
