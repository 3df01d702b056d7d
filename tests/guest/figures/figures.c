/* SPDX-License-Identifier: MIT */
/*
 * figures.c - what entering and leaving costs: the four figures that every
 * other cost is made of; and how late one wakes up by a timer.
 *
 * Prints one line for each, "figure NAME TICKS": ticks of the TSC for one
 * operation, the guest's part included, an empty loop's subtracted.  Where the
 * TSC counts instructions (QEMU's -icount shift=0) they are instructions.  The
 * points of the test are that each operation happened; how long it took is for
 * tests/bench to judge.
 */
#include <abi/callback.h>
#include <abi/event_channel.h>
#include <abi/sched.h>
#include <abi/vcpu.h>
#include "test.h"

#define ROUNDS	2000ul
#define SLEEPS	50
#define SLEEP	300000ul	/* ns */

uint64_t loop_empty(uint64_t n);
uint64_t loop_null(uint64_t n);
uint64_t loop_send(uint64_t n, void *arg);
extern char fast_syscall[], fast_fault[], fast_event[];
extern uint64_t *fast_word;
extern uint64_t fast_bit, fast_count;

/* User mode: RBX rounds; the TSC before in R12, after in R13. */
#define USER_LOOP(what)							\
	"rdtsc; shl $32, %rdx; or %rdx, %rax; mov %rax, %r12;"		\
	"1: " what "; dec %rbx; jnz 1b;"				\
	"rdtsc; shl $32, %rdx; or %rdx, %rax; mov %rax, %r13; ud2"

SNIPPET(user_nothing, USER_LOOP(""));
SNIPPET(user_syscall, USER_LOOP("syscall"));
SNIPPET(user_fault, USER_LOOP("mov %rax, (%rbp)"));

static void report(const char *name, uint64_t with, uint64_t without)
{
	note("figure %s %lu", name, (with - without) / ROUNDS);
}

/* Ticks of a loop in user mode, best of three. */
static uint64_t user_loop(const char *code)
{
	uint64_t best = ~0ul;
	struct regs in, out;
	int i;

	for (i = 0; i < 3; i++) {
		regs_user(&in, code);
		in.rbx = ROUNDS;
		in.rbp = 0x7f0000000000;
		enter(&in, &out);
		is(out.vector, 6, "the loop came to its end");
		if (out.r13 - out.r12 < best)
			best = out.r13 - out.r12;
	}
	return best;
}

static void callback(unsigned int type, const char *entry)
{
	struct callback_register reg = {
		.type = type, .flags = CALLBACKF_mask_events,
		.address = PTR(entry),
	};

	is(hc2(__HYPERVISOR_callback_op, CALLBACKOP_register, PTR(&reg)), 0,
	   "a callback");
}

static void events(void)
{
	struct evtchn_bind_ipi bind = { .vcpu = 0 };
	uint64_t empty = loop_empty(ROUNDS), ticks;

	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, PTR(&bind)), 0,
	   "a port");
	fast_word = &shared_info->evtchn_pending[bind.port / 64];
	fast_bit = bind.port % 64;
	callback(CALLBACKTYPE_event, fast_event);
	vcpu_info->evtchn_upcall_mask = 0;
	fast_count = 0;
	ticks = loop_send(ROUNDS, &bind.port);
	vcpu_info->evtchn_upcall_mask = 1;
	is(fast_count, ROUNDS, "every event was taken");
	report("event", ticks, empty);
}

/*
 * Blocks until a timer comes: from its time to the instruction behind the
 * call, the upcall taken before it.  A nanosecond is an instruction here.
 */
static void lateness(void)
{
	struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER };
	uint64_t worst = 0, due, late;
	unsigned int i;

	is(hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, PTR(&bind)),
	   0, "the timer's port");
	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	fast_word = &shared_info->evtchn_pending[bind.port / 64];
	fast_bit = bind.port % 64;
	fast_count = 0;
	for (i = 0; i < SLEEPS; i++) {
		vcpu_info->evtchn_upcall_mask = 1;
		due = now() + SLEEP;
		hc1(__HYPERVISOR_set_timer_op, due);
		hc2(__HYPERVISOR_sched_op, SCHEDOP_block, 0);
		late = now() - due;
		worst = late > worst ? late : worst;
	}
	vcpu_info->evtchn_upcall_mask = 1;
	ok(fast_count >= SLEEPS, "each sleep was ended by it");
	note("figure timer_late %lu", worst);
}

void test_main(void)
{
	struct trap_info fault[2] = {
		{ .vector = 14, .flags = 4, .cs = CS64,
		  .address = PTR(fast_fault) },
	};
	uint64_t nothing;

	loop_null(1);
	report("null", loop_null(ROUNDS), loop_empty(ROUNDS));
	events();
	lateness();

	user_tables();
	nothing = user_loop(user_nothing);
	callback(CALLBACKTYPE_syscall, fast_syscall);
	report("syscall", user_loop(user_syscall), nothing);
	is(hc1(__HYPERVISOR_set_trap_table, PTR(fault)), 0, "a fault handler");
	report("fault", user_loop(user_fault), nothing);
}
