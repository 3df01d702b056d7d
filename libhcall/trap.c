/* SPDX-License-Identifier: MIT */
/*
 * trap.c - the trap table and the callbacks, and who handles what.
 *
 * The table of handlers is set up before traps are expected and then read by
 * all vCPUs; nothing is locked.
 */
#include <abi/callback.h>
#include <hcall/print.h>
#include <hcall/sched.h>
#include <hcall/trap.h>
#include "internal.h"

#define VECTOR_BP	3
#define VECTOR_OF	4

extern const uint64_t hc_entries[HC_VECTORS];

static hc_trap_fn handlers[HC_VECTORS];

static int callback_register(unsigned int type, unsigned int vector)
{
	struct callback_register cb = {
		.type = type,
		.flags = CALLBACKF_mask_events,
		.address = hc_entries[vector],
	};

	return hc_callback_op(CALLBACKOP_register, hc_addr(&cb));
}

int hc_trap_init(void *kernel_stack)
{
	static const struct {
		uint8_t type;
		uint8_t vector;
	} callbacks[] = {
		{ CALLBACKTYPE_event, HC_VEC_EVENT },
		{ CALLBACKTYPE_failsafe, HC_VEC_FAILSAFE },
		{ CALLBACKTYPE_syscall, HC_VEC_SYSCALL },
	};
	struct trap_info table[33];
	unsigned int i;
	int ret;

	memset(table, 0, sizeof(table));
	for (i = 0; i < 32; i++) {
		table[i].vector = i;
		table[i].cs = FLAT_KERNEL_CS;
		table[i].address = hc_entries[i];
		TI_SET_IF(&table[i], 1);
		TI_SET_DPL(&table[i], i == VECTOR_BP || i == VECTOR_OF ? 3 : 1);
	}
	ret = hc_set_trap_table(hc_addr(table));
	for (i = 0; !ret && i < sizeof(callbacks) / sizeof(*callbacks); i++)
		ret = callback_register(callbacks[i].type, callbacks[i].vector);
	return ret ? ret : hc_kernel_stack(kernel_stack);
}

int hc_trap_gate(unsigned int vector, unsigned int dpl, void (*entry)(void))
{
	struct trap_info table[2] = {
		{
			.vector = vector,
			.cs = FLAT_KERNEL_CS,
			.address = (uint64_t)(uintptr_t)entry,
		},
	};

	TI_SET_IF(&table[0], 1);
	TI_SET_DPL(&table[0], dpl);
	return hc_set_trap_table(hc_addr(table));
}

int hc_kernel_stack(void *end)
{
	return hc_stack_switch(FLAT_KERNEL_SS, hc_addr(end));
}

void hc_trap_set(unsigned int vector, hc_trap_fn fn)
{
	handlers[vector] = fn;
}

uint64_t hc_fault_address(void)
{
	return hc_vcpu_info(hc_this_vcpu())->arch.cr2;
}

void hc_regs_print(const struct hc_regs *r)
{
	hc_printf("vector %lu error %lx in %s mode, upcalls %smasked\n",
		  r->vector, r->error, hc_from_user(r) ? "user" : "kernel",
		  r->upcall_mask ? "" : "not ");
	hc_printf("rip %04x:%016lx rsp %04lx:%016lx rflags %lx cr2 %lx\n",
		  r->cs, r->rip, r->ss, r->rsp, r->rflags,
		  hc_fault_address());
	hc_printf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n",
		  r->rax, r->rbx, r->rcx, r->rdx);
	hc_printf("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n",
		  r->rsi, r->rdi, r->rbp, r->r8);
	hc_printf("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n",
		  r->r9, r->r10, r->r11, r->r12);
	hc_printf("r13 %016lx r14 %016lx r15 %016lx\n",
		  r->r13, r->r14, r->r15);
}

void hc_trap_dispatch(struct hc_regs *regs)
{
	hc_trap_fn fn = NULL;

	if (regs->vector < HC_VECTORS)
		fn = handlers[regs->vector];
	if (fn) {
		fn(regs);
		return;
	}
	hc_printf("unexpected trap:\n");
	hc_regs_print(regs);
	hc_shutdown(SHUTDOWN_crash);
}
