/* SPDX-License-Identifier: MIT */
/*
 * trap.c - traps and callbacks on the guest's side, and entering code.
 *
 * What a stub saved is raw: where the frame ends, and whether it holds an
 * error code, is found from the stack pointer that it must have started
 * from, so that a missing or surplus code shows and is not assumed.
 */
#include <abi/callback.h>
#include "internal.h"

struct regs trap_raw;
uint32_t trap_vector;
uint64_t enter_rsp, enter_rip;

static uint64_t stack_set = PTR(trap_stack_top);
static char user_stack[8192] __page;
static char kernel_stack[8192] __page;

uint64_t trap_stub(unsigned int vector)
{
	return PTR(trap_stubs) + 16 * vector;
}

int trap_set(unsigned int vector, unsigned int flags)
{
	struct trap_info ti[2] = {
		{ vector, flags, CS64, trap_stub(vector) },
	};

	return hc1(__HYPERVISOR_set_trap_table, PTR(ti));
}

void trap_stack(void *top)
{
	long ret = hc2(__HYPERVISOR_stack_switch, SS64 & ~3ul, PTR(top));

	if (ret)
		bail("stack_switch: %ld", ret);
	stack_set = PTR(top);
}

static void callback_set(unsigned int type, unsigned int vector)
{
	struct callback_register cb = {
		.type = type,
		.flags = CALLBACKF_mask_events,
		.address = trap_stub(vector),
	};
	long ret = hc2(__HYPERVISOR_callback_op, CALLBACKOP_register,
		       PTR(&cb));

	if (ret)
		bail("callback type %u: %ld", type, ret);
}

void trap_init(void)
{
	struct trap_info ti[33];
	unsigned int i;
	long ret;

	for (i = 0; i < 32; i++) {
		ti[i].vector = i;
		ti[i].flags = (i == 3 || i == 4 ? 3 : 0) | 4;
		ti[i].cs = CS64;
		ti[i].address = trap_stub(i);
	}
	ti[32].address = 0;
	ret = hc1(__HYPERVISOR_set_trap_table, PTR(ti));
	if (ret)
		bail("set_trap_table: %ld", ret);
	callback_set(CALLBACKTYPE_event, CAME_EVENT);
	callback_set(CALLBACKTYPE_failsafe, CAME_FAILSAFE);
	callback_set(CALLBACKTYPE_syscall, CAME_SYSCALL);
	trap_stack(trap_stack_top);
}

static void regs_fill(struct regs *in, const void *code)
{
	uint64_t *r = (uint64_t *)in;
	unsigned int i;

	memset(in, 0, sizeof(*in));
	for (i = 0; i < 15; i++)
		r[i] = 0x1111111111111111ul * (i + 1) ^ i;
	in->rip = PTR(code);
	in->rflags = RFLAGS_RSVD;
}

void regs_kernel(struct regs *in, const void *code)
{
	regs_fill(in, code);
	in->how = HOW_JUMP;
	in->cs = KERNEL_CS;
	in->ss = SS64 & ~3ul;
	in->rsp = PTR(kernel_stack + sizeof(kernel_stack) - 256);
}

void regs_user(struct regs *in, const void *code)
{
	regs_fill(in, code);
	in->how = HOW_IRET;
	in->cs = CS64;
	in->ss = SS64;
	in->rflags = RFLAGS_RSVD | RFLAGS_IF;
	in->rsp = PTR(user_stack + sizeof(user_stack) - 256);
}

/*
 * A frame of WORDS words lies right below where it was started: the stack
 * given to stack_switch from user mode, the interrupted one from kernel mode.
 */
static bool frame_fits(const uint64_t *f, unsigned int words)
{
	uint64_t end = PTR(f + words);
	uint64_t rsp = f[words - 2];

	return (f[words - 4] & 3) == 3 ? end == (stack_set & ~15ul) :
		end == (rsp & ~15ul);
}

static void decode(struct regs *out)
{
	const uint64_t *f = (const uint64_t *)trap_raw.rsp, *g;
	unsigned int words, i;

	*out = trap_raw;
	out->vector = trap_vector;
	out->frame = trap_raw.rsp;
	out->live_rcx = trap_raw.rcx;
	out->live_r11 = trap_raw.r11;
	out->live_rflags = trap_raw.rflags;
	out->live_cs = trap_raw.cs;
	out->live_ss = trap_raw.ss;
	out->cr2 = vcpu_info->arch.cr2;
	out->mask = vcpu_info->evtchn_upcall_mask;

	words = trap_vector == CAME_FAILSAFE ? 11 : frame_fits(f, 8) ? 8 :
		frame_fits(f, 7) ? 7 : 0;
	if (!words)
		bail("vector %u: no frame at 0x%lx: %lx %lx %lx %lx %lx %lx",
		     trap_vector, PTR(f), f[2], f[3], f[4], f[5], f[6], f[7]);
	out->frame_words = words;
	out->rcx = f[0];
	out->r11 = f[1];
	out->has_error = words == 8;
	out->error = words == 8 ? f[2] : 0;
	if (words == 11)
		for (i = 0; i < 4; i++)
			out->sel[i] = f[2 + i];
	g = f + words - 5;
	out->rip = g[0];
	out->cs = g[1];
	out->rflags = g[2];
	out->rsp = g[3];
	out->ss = g[4];
}

void enter(const struct regs *in, struct regs *out)
{
	enter_asm(in);
	decode(out);
	vcpu_info->evtchn_upcall_mask = 1;
}

void trap_unexpected(void)
{
	const uint64_t *f = (const uint64_t *)trap_raw.rsp;

	bail("unexpected vector %u, frame %lx %lx %lx %lx %lx, cr2 %lx",
	     trap_vector, f[2], f[3], f[4], f[5], f[6],
	     vcpu_info->arch.cr2);
}
