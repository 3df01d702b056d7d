/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - more vCPUs than the first, and what time it is on one.
 */
#include <abi/vcpu.h>
#include "test.h"

uint64_t clock_read(const volatile struct vcpu_time_info *t, uint64_t *tsc)
{
	uint32_t version, lo, hi;
	uint64_t d;

	do {
		version = t->version;
		asm volatile("lfence; rdtsc" : "=a" (lo), "=d" (hi)
			     : : "memory");
		*tsc = lo | (uint64_t)hi << 32;
		d = *tsc - t->tsc_timestamp;
		d = t->tsc_shift < 0 ? d >> -t->tsc_shift : d << t->tsc_shift;
		d = t->system_time + (uint64_t)((unsigned __int128)d *
						t->tsc_to_system_mul >> 32);
		asm volatile("" : : : "memory");
	} while (version & 1 || version != t->version);
	return d;
}

uint64_t now(void)
{
	uint64_t tsc;

	return clock_read(&vcpu_info->time, &tsc);
}

extern char write_fault[];
asm(".pushsection .text\n"
    ".globl try_write\n"
    "try_write:\n"
    "	mov %rsi, (%rdi)\n"
    "	xor %eax, %eax\n"
    "	ret\n"
    "1:	mov $1, %eax\n"
    "	ret\n"
    /* RCX, R11, error code, RIP, CS, RFLAGS, RSP, SS */
    "write_fault:\n"
    "	mov 48(%rsp), %rsp\n"
    "	jmp 1b\n"
    ".popsection\n");

static const struct trap_info write_trap = {
	.vector = 14, .cs = FLAT_KERNEL_CS, .address = PTR(write_fault),
};

int try_write_set(void)
{
	struct trap_info table[2] = { write_trap };

	return hc1(__HYPERVISOR_set_trap_table, PTR(table));
}

static __attribute__((noreturn, used)) void vcpu_main(uint64_t id,
						      void (*work)(uint64_t))
{
	work(id);
	for (;;)
		hc3(__HYPERVISOR_vcpu_op, VCPUOP_down, id, 0);
}

unsigned int vcpus_down(unsigned int max)
{
	unsigned int id = 1;

	while (id < max && hc3(__HYPERVISOR_vcpu_op, VCPUOP_is_up, id, 0) == 0)
		id++;
	return id;
}

void vcpu_start(unsigned int id, void (*work)(uint64_t id), void *top)
{
	static struct vcpu_guest_context ctx __attribute__((aligned(64)));
	struct cpu_user_regs *u = &ctx.user_regs;

	u->rip = PTR(vcpu_main);
	u->rsp = PTR(top) - 8;
	u->rdi = id;
	u->rsi = PTR(work);
	u->cs = FLAT_KERNEL_CS;
	u->ss = FLAT_KERNEL_SS;
	ctx.flags = VGCF_in_kernel;
	ctx.kernel_ss = FLAT_KERNEL_SS;
	ctx.kernel_sp = u->rsp;
	ctx.ctrlreg[3] = xen_pfn_to_cr3(mfn_of(kernel_l4()));
	ctx.trap_ctxt[14] = write_trap;
	if (hc3(__HYPERVISOR_vcpu_op, VCPUOP_initialise, id, PTR(&ctx)) ||
	    hc3(__HYPERVISOR_vcpu_op, VCPUOP_up, id, 0))
		bail("vCPU %u does not start", id);
}
