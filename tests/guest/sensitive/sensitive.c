/* SPDX-License-Identifier: MIT */
/*
 * sensitive.c - what the sensitive instructions of x86 do in a guest, line by
 * line as abi/doc/instructions.md says it.
 *
 * An instruction is sensitive if it shows or changes the CPU's own state and
 * yet need not trap.  Each is run in the guest's kernel and in user mode; it
 * either goes through, or raises what the table here says.
 */
#include <abi/physdev.h>
#include <abi/sluice.h>
#include "test.h"

#define STOP	"; ud2"
#define THROUGH	0xff		/* no exception: it came to its ud2 */
#define UD	6
#define GP	13

static char memory[64] __attribute__((aligned(64), used));

SNIPPET(i_sgdt, "sgdt (%rbx)" STOP);
SNIPPET(i_sidt, "sidt (%rbx)" STOP);
SNIPPET(i_sldt, "sldt %eax" STOP);
SNIPPET(i_str, "str %eax" STOP);
SNIPPET(i_smsw, "smsw %eax" STOP);
SNIPPET(i_lgdt, "lgdt (%rbx)" STOP);
SNIPPET(i_lidt, "lidt (%rbx)" STOP);
SNIPPET(i_lldt, "lldt %ax" STOP);
SNIPPET(i_ltr, "ltr %ax" STOP);
SNIPPET(i_pushf, "pushfq; pop %rax" STOP);
SNIPPET(i_popf, "pushfq; popfq" STOP);
SNIPPET(i_popf_if, "push $2; popfq; pushfq; pop %rax" STOP);
SNIPPET(i_lar, "lar %edx, %eax" STOP);
SNIPPET(i_lsl, "lsl %edx, %eax" STOP);
SNIPPET(i_verr, "verr %dx; setz %al" STOP);
SNIPPET(i_verw, "verw %dx; setz %al" STOP);
SNIPPET(i_mov_sel, "mov %cs, %eax" STOP);
SNIPPET(i_mov_ds, "xor %eax, %eax; mov %eax, %ds" STOP);
SNIPPET(i_mov_ss, "mov %ss, %eax; mov %eax, %ss" STOP);
SNIPPET(i_pop_fs, "push $0; pop %fs" STOP);
SNIPPET(i_lret, "mov %cs, %eax; lea 1f(%rip), %rdx; push %rax; push %rdx; "
	"lretq; 1: ud2");
SNIPPET(i_ljmp, "lea 1f(%rip), %rdx; mov %edx, (%rbx); "
	"mov %cs, 4(%rbx); ljmp *(%rbx); 1: ud2");
SNIPPET(i_lcall, "lea 1f(%rip), %rdx; mov %edx, (%rbx); "
	"mov %cs, 4(%rbx); lcall *(%rbx); 1: ud2");
SNIPPET(i_int3, "int3" STOP);
SNIPPET(i_int_n, "int $0x21" STOP);
SNIPPET(i_iret, "mov %rsp, %rdx; mov %ss, %eax; push %rax; push %rdx; "
	"pushfq; mov %cs, %eax; push %rax; lea 1f(%rip), %rdx; push %rdx; "
	"iretq; 1: ud2");
SNIPPET(i_cpuid, "xor %eax, %eax; cpuid" STOP);
SNIPPET(i_rdtsc, "rdtsc" STOP);
SNIPPET(i_rdtscp, "rdtscp" STOP);
SNIPPET(i_xgetbv, "xor %ecx, %ecx; xgetbv" STOP);
SNIPPET(i_rdpmc, "xor %ecx, %ecx; rdpmc" STOP);
SNIPPET(i_sysenter, "sysenter" STOP);
SNIPPET(i_sysexit, "sysexitq" STOP);
SNIPPET(i_swapgs, "swapgs" STOP);
SNIPPET(i_sysret, "sysretq" STOP);
SNIPPET(i_hlt, "hlt" STOP);
SNIPPET(i_cli, "cli" STOP);
SNIPPET(i_sti, "sti" STOP);
SNIPPET(i_in, "in $0x80, %al" STOP);
SNIPPET(i_out, "out %al, $0x80" STOP);
SNIPPET(i_invd, "invd" STOP);
SNIPPET(i_invlpg, "invlpg (%rbx)" STOP);
SNIPPET(i_wbinvd, "wbinvd" STOP);
SNIPPET(i_clac, "clac" STOP);
SNIPPET(i_stac, "stac" STOP);
SNIPPET(i_monitor, "monitor" STOP);
SNIPPET(i_vmcall, "vmcall" STOP);

#define LINE(name, kernel, user)	{ #name, i_##name, kernel, user }

static const struct {
	const char *name, *code;
	unsigned int kernel, user;
} table[] = {
	LINE(sgdt, THROUGH, THROUGH),
	LINE(sidt, THROUGH, THROUGH),
	LINE(sldt, THROUGH, THROUGH),
	LINE(str, THROUGH, THROUGH),
	LINE(smsw, THROUGH, THROUGH),
	LINE(lgdt, GP, GP),
	LINE(lidt, GP, GP),
	LINE(lldt, GP, GP),
	LINE(ltr, GP, GP),
	LINE(pushf, THROUGH, THROUGH),
	LINE(popf, THROUGH, THROUGH),
	LINE(popf_if, THROUGH, THROUGH),
	LINE(lar, THROUGH, THROUGH),
	LINE(lsl, THROUGH, THROUGH),
	LINE(verr, THROUGH, THROUGH),
	LINE(verw, THROUGH, THROUGH),
	LINE(mov_sel, THROUGH, THROUGH),
	LINE(mov_ds, THROUGH, THROUGH),
	LINE(mov_ss, THROUGH, THROUGH),
	LINE(pop_fs, THROUGH, THROUGH),
	LINE(lret, THROUGH, THROUGH),
	LINE(ljmp, THROUGH, THROUGH),
	LINE(lcall, THROUGH, THROUGH),
	LINE(int3, 3, 3),
	LINE(int_n, GP, GP),
	LINE(iret, THROUGH, THROUGH),
	LINE(cpuid, THROUGH, THROUGH),
	LINE(rdtsc, THROUGH, THROUGH),
	LINE(rdtscp, THROUGH, THROUGH),
	LINE(xgetbv, THROUGH, THROUGH),
	LINE(rdpmc, GP, GP),
	LINE(sysenter, UD, UD),
	LINE(sysexit, UD, UD),
	LINE(swapgs, GP, GP),
	LINE(sysret, GP, GP),
	LINE(hlt, GP, GP),
	LINE(cli, GP, GP),
	LINE(sti, GP, GP),
	LINE(in, GP, GP),
	LINE(out, GP, GP),
	LINE(invd, GP, GP),
	LINE(wbinvd, THROUGH, GP),
	LINE(clac, UD, UD),
	LINE(stac, UD, UD),
	LINE(monitor, UD, UD),
	LINE(vmcall, UD, UD),
};

static struct regs out;

static unsigned int run(const char *code, bool user)
{
	struct regs in;

	(user ? regs_user : regs_kernel)(&in, code);
	in.rax = 0;
	in.rbx = PTR(memory);
	in.rdx = CS64;
	enter(&in, &out);
	if (out.vector == UD && out.rip > PTR(code))
		return THROUGH;
	return out.vector;
}

/* What those that go through show. */
static void test_shown(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };
	bool sluice = hc3(__HYPERVISOR_sluice_op, SLUICEOP_version, 0, 0) > 0;

	run(i_pushf, false);
	is(out.rax & (RFLAGS_IF | 0x3000), RFLAGS_IF,
	   "pushf: IF set and IOPL 0, whatever the guest masks");
	run(i_popf_if, false);
	is(out.rax & RFLAGS_IF, RFLAGS_IF, "popf does not change IF");
	run(i_mov_sel, false);
	is(out.rax & 3, 3, "the kernel's CS has level 3");
	run(i_lar, false);
	is(out.rax >> 13 & 3, 3, "its descriptor, too");
	run(i_smsw, false);
	is(out.rax & 1, 1, "smsw: protected mode");
	is(hc2(__HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl, PTR(&iopl)), 0,
	   "IOPL 1");
	is(run(i_in, false), THROUGH, "kernel: in, with IOPL 1");
	is(run(i_out, false), THROUGH, "kernel: out, with IOPL 1");
	is(run(i_cli, false), THROUGH, "kernel: cli, with IOPL 1");
	is(run(i_sti, false), THROUGH, "kernel: sti, with IOPL 1");
	is(run(i_in, true), GP, "user: in, with IOPL 1");
	/* Xen refuses it: MMUEXT_INVLPG_LOCAL works on both. */
	is(run(i_invlpg, false), sluice ? THROUGH : GP, "kernel: invlpg");
	is(run(i_invlpg, true), GP, "user: invlpg");
}

void test_main(void)
{
	unsigned int i;

	user_tables();
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		is(run(table[i].code, false), table[i].kernel, "kernel: %s",
		   table[i].name);
		is(run(table[i].code, true), table[i].user, "user: %s",
		   table[i].name);
	}
	test_shown();
}
