/* SPDX-License-Identifier: MIT */
/*
 * storm.c - thousands of instructions and calls without sense.
 *
 * Privileged instructions with random prefixes and operands in the guest's
 * kernel, random bytes in user mode, hypercalls with random arguments of the
 * kinds that matter.  Whatever each does or refuses, the hypervisor goes on
 * and the guest, which leaves out what would end itself, is still in order
 * afterwards.  The command line's seed chooses the storm.
 */
#include <abi/event_channel.h>
#include <abi/sluice.h>
#include <abi/vcpu.h>
#include "test.h"

#define NOWHERE		0x700000000000ul
#define ROUNDS		6000u

static uint64_t state;
static struct regs in, out;
static uint8_t *code;
static uint64_t words[4 * 512] __page;	/* what overruns stays in it */
static uint64_t scratch[8][512] __page;
static unsigned int came[CAME_ENTRIES];

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static unsigned int below(unsigned int n)
{
	return draw() % n;
}

/* A number of a kind that somebody might mistake for a good one. */
static uint64_t odd(void)
{
	static const uint64_t known[] = {
		0, 1, 2, 3, 7, 8, 63, 64, 0xff, 4095, 4096, 0x7ff0, 0x7ff1,
		0x7ff2, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
		1ul << 32, NOWHERE, 0x7ffffffffff8, 0x800000000000,
		0xffff7fffffffffff, 0xffff800000000000, 0xffff830000000000,
		0xffff87fffffffff8, 0xffff880000000000, 1ul << 63, ~0ul,
		-8ul, 0xe02b, 0xe033, 0xe008, 0xfee00000,
	};

	switch (below(8)) {
	case 0:
		return draw();
	case 1:
		return (draw() & 0xffffffff) | 0x40000000;
	case 2:
		return PTR(words) + below(4096);
	case 3:
		return mfn_of(scratch[below(8)]);
	case 4:
		return maddr_of(scratch[below(8)]) | below(4096);
	case 5:
		return below(40);
	default:
		return known[below(ARRAY_SIZE(known))];
	}
}

/* Enter CODE; the timer ends what does not end by itself. */
static void run(bool user)
{
	unsigned int i;
	uint64_t *r;

	(user ? regs_user : regs_kernel)(&in, code);
	for (i = 0, r = &in.rax; i < 15; i++)
		if (below(2))
			r[i] = odd();
	in.rax = below(2) ? in.rax : below(64);
	if (user) {
		in.rflags |= draw() & 0x254dd5;
		in.rsp = PTR(words + 256);
	}
	/* In this order, or a tick in between would be the last. */
	vcpu_info->evtchn_upcall_pending = 0;
	vcpu_info->evtchn_pending_sel = 0;
	shared_info->evtchn_pending[0] = 0;
	if (option("trace"))
		note("%lx %lx: %lx %lx %lx %lx %lx %lx %lx", *(uint64_t *)code,
		     *(uint64_t *)(code + 8), in.rax, in.rbx, in.rcx, in.rdx,
		     in.rsi, in.rdi, in.rbp);
	enter(&in, &out);
	came[out.vector]++;
}

/*
 * One instruction that a kernel may not execute at CPL 3.  RSP and CR3 are not
 * written to (any frame of zeroes is an L4): the rest the guest survives.
 */
static void privileged(void)
{
	static const uint8_t prefixes[] = {
		0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x3e, 0x64, 0x65, 0xf0, 0x48,
		0x4c, 0x41, 0x40,
	};
	static const uint8_t plain[] = {
		0x06, 0x07, 0x08, 0x09, 0x0b, 0x30, 0x31, 0x32, 0x33, 0x34,
		0x35, 0xa2,
	};
	static const uint8_t modrm[] = {
		0x00, 0x01, 0x18, 0x1a, 0x20, 0x21, 0x22, 0x23, 0xae, 0xb9,
		0xc7, 0xff,
	};
	static const uint8_t one[] = {
		0x6c, 0x6d, 0x6e, 0x6f, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed,
		0xee, 0xef, 0xfa, 0xfb, 0xf4, 0xcc, 0xf1,
	};
	unsigned int n = 0, i;

	memset(code, 0xcc, 32);
	for (i = below(4); i--;)
		code[n++] = prefixes[below(ARRAY_SIZE(prefixes))];
	switch (below(4)) {
	case 0:
		code[n] = one[below(ARRAY_SIZE(one))];
		break;
	case 1:
		code[n++] = 0x0f;
		code[n] = plain[below(ARRAY_SIZE(plain))];
		break;
	default:
		code[n++] = 0x0f;
		code[n++] = modrm[below(ARRAY_SIZE(modrm))];
		do
			code[n] = draw();
		while ((code[n] & 7) == 4 || (code[n] & 0x38) == 0x20 ||
		       (code[n - 1] == 0x22 && (code[n] & 0x38) == 0x18));
	}
	run(false);
}

static void nonsense(void)
{
	unsigned int i;

	/* Without VEX and EVEX, over which QEMU stumbles itself. */
	for (i = 0; i < 64; i++)
		do
			code[i] = draw();
		while (code[i] == 0xc4 || code[i] == 0xc5 || code[i] == 0x62);
	if (below(8) == 0)
		code[0] = 0xcd;
	if (below(4) == 0) {
		code[2] = 0x0f;
		code[3] = 0x05;
	}
	run(true);
}

/* What would end, stop or blind the guest is left out. */
static bool harmless(unsigned int op, uint64_t a, uint64_t b, uint64_t c)
{
	switch (op) {
	case __HYPERVISOR_set_trap_table:
	case __HYPERVISOR_set_callbacks:
	case __HYPERVISOR_stack_switch:
	case __HYPERVISOR_iret:
	case __HYPERVISOR_console_io:
	case __HYPERVISOR_callback_op:
	case __HYPERVISOR_set_timer_op:
	case __HYPERVISOR_multicall:
	case __HYPERVISOR_set_debugreg:
		return false;
	case __HYPERVISOR_sched_op:
		return (uint32_t)a == 0 || (uint32_t)a > 6;
	case __HYPERVISOR_vcpu_op:
		return (uint32_t)a > 2 && (uint32_t)a != 11 &&
		       (uint32_t)a != 10 && (uint32_t)a != 5 &&
		       (uint32_t)a != 13;
	case __HYPERVISOR_event_channel_op:
		return (uint32_t)a != EVTCHNOP_close &&
		       (uint32_t)a != EVTCHNOP_reset &&
		       (uint32_t)a != EVTCHNOP_init_control &&
		       (uint32_t)a != 14;
	case __HYPERVISOR_sluice_op:
		/* Unmasks upcalls, as block does. */
		return (uint32_t)a != SLUICEOP_idle;
	case __HYPERVISOR_update_va_mapping:
	case __HYPERVISOR_update_va_mapping_otherdomain:
		return a - PTR(scratch) < sizeof(scratch) || a >> 40;
	case __HYPERVISOR_physdev_op:
		return (uint32_t)a < 10;
	case __HYPERVISOR_grant_table_op:
		return (uint32_t)a > 5 && (uint32_t)a != 7;
	case __HYPERVISOR_update_descriptor:
		return a - maddr_of(scratch[0]) < PAGE_SIZE || a >> 32;
	case __HYPERVISOR_memory_op:
		return (a & 63) > 1 && (a & 63) != 11;
	case __HYPERVISOR_mmuext_op:
		return b < 8;
	case __HYPERVISOR_mmu_update:
		return b < 8;
	}
	return c || true;
}

/* Entries for the calls that take lists: frames are the scratch pages'. */
static void fill_words(void)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		words[i] = odd();
		/* No frame of ours but a scratch page. */
		if (words[i] >= 64 && words[i] < 0x40000)
			words[i] = mfn_of(scratch[below(8)]);
	}
	for (i = 0; i < 8; i++)
		if (words[3 * i] == MMUEXT_NEW_BASEPTR)
			words[3 * i] = MMUEXT_TLB_FLUSH_LOCAL;
}

static void call(void)
{
	static const unsigned int ops[] = {
#define HYPERCALL(number, name, nargs) number,
#include <abi/hypercalls.def>
#undef HYPERCALL
		11, 43, 50, 63, 64, 1000,
	};
	unsigned int op = ops[below(ARRAY_SIZE(ops))];
	uint64_t a = odd(), b = odd(), c = odd(), d = odd(), e = odd();

	fill_words();
	switch (op) {
	case __HYPERVISOR_mmu_update:
	case __HYPERVISOR_mmuext_op:
		a = PTR(words);
		b = below(8);
		d = below(4) ? DOMID_SELF : d;
		break;
	case __HYPERVISOR_update_va_mapping:
		a = PTR(scratch[below(8)]);
		break;
	default:
		if (below(2))
			a = below(16);
		if (below(2))
			b = PTR(words);
	}
	/* A long list is done to its end, which takes its time. */
	if (op == __HYPERVISOR_grant_table_op)
		c = below(8);
	if (!harmless(op, a, b, c))
		return;
	if (option("trace"))
		note("%u %lx %lx %lx %lx %lx", op, a, b, c, d, e);
	hc(op, a, b, c, d, e);
}

static void bind_timer(void)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER };

	if (hc2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, PTR(&b)))
		bail("can't bind the timer");
}

static void in_order(const char *after)
{
	unsigned int user;

	hc3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	for (user = 0; user < 2; user++) {
		code[0] = 0x0f;
		code[1] = 0x0b;
		vcpu_info->evtchn_upcall_pending = 0;
		(user ? regs_user : regs_kernel)(&in, code);
		enter(&in, &out);
		is(out.vector, 6, "after %s: %s mode is in order", after,
		   user ? "user" : "kernel");
	}
}

/* User mode sees its code, the words and the scratch pages only. */
static void bind_tables(void)
{
	void *l4 = table_alloc();
	unsigned int i;

	if (mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(l4), 0) ||
	    mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of(l4), 0))
		bail("no tables for user mode");
	map_at(l4, PTR(code), maddr_of(code) | 7);
	map_at(l4, PTR(words), maddr_of(words) | 7);
	for (i = 0; i < 8; i++)
		map_at(l4, PTR(scratch[i]), maddr_of(scratch[i]) | 7);
}

static void storm(const char *what, void (*one)(void))
{
	struct vcpu_set_periodic_timer tick = { .period_ns = 2000000 };
	unsigned int i;

	hc3(__HYPERVISOR_vcpu_op, VCPUOP_set_periodic_timer, 0, PTR(&tick));
	memset(came, 0, sizeof(came));
	for (i = 0; i < ROUNDS; i++)
		one();
	in_order(what);
	note("%s: #GP %u, #UD %u, #PF %u, events %u, syscalls %u", what,
	     came[13], came[6], came[14], came[CAME_EVENT],
	     came[CAME_SYSCALL]);
}

void test_main(void)
{
	state = 88172645463325252ul + number("seed", 0) * 1000003ul;
	code = page_alloc();
	bind_tables();
	bind_timer();
	storm("privileged instructions", privileged);
	storm("nonsense in user mode", nonsense);
	storm("hypercalls", call);
}
