/* SPDX-License-Identifier: MIT */
/*
 * asm-offsets.c - the numbers that entry.S needs from C.
 *
 * Each DEFINE leaves a marked line in the compiler's output, from which
 * <generated/asm-offsets.h> is made.  Nothing of it is ever run or linked.
 */
#include <cpu.h>
#include <domain.h>
#include <regs.h>

#define DEFINE(name, value) \
	asm volatile("\n.ascii \"->" #name " %0 " #value "\"" : : "i" (value))
#define OFFSET(name, type, member) \
	DEFINE(name, offsetof(type, member))

void asm_offsets(void);

void asm_offsets(void)
{
	OFFSET(REGS_r11, struct regs, r11);
	OFFSET(REGS_rax, struct regs, rax);
	OFFSET(REGS_rcx, struct regs, rcx);
	OFFSET(REGS_error, struct regs, error_code);
	OFFSET(REGS_vector, struct regs, vector);
	OFFSET(REGS_rip, struct regs, rip);
	OFFSET(REGS_cs, struct regs, cs);
	OFFSET(REGS_rflags, struct regs, rflags);
	OFFSET(REGS_rsp, struct regs, rsp);
	OFFSET(REGS_ss, struct regs, ss);
	DEFINE(REGS_SIZE, sizeof(struct regs));
	OFFSET(CPU_scratch, struct cpu, scratch);
	OFFSET(CPU_cur, struct cpu, cur);
	OFFSET(CPU_work, struct cpu, work);
	OFFSET(VCPU_in_kernel, struct vcpu, pv.in_kernel);
	OFFSET(VCPU_info, struct vcpu, pv.info);
	OFFSET(VCPU_counted_calls, struct vcpu, counters.calls);
	OFFSET(VCPU_counted_syscalls, struct vcpu, counters.syscalls);
	OFFSET(VCPU_counted_traps, struct vcpu, counters.traps);
	OFFSET(VCPU_calls, struct vcpu, pv.calls);
}
