/* SPDX-License-Identifier: MIT */
/*
 * traps.c - exceptions in the kernel and in user mode, system calls.
 */
#include "hcall.h"

static unsigned int seen, from_user;
static uint64_t seen_error, seen_address;
static struct hc_batch batch;
static char user_stack[4096] __attribute__((aligned(16)));

static void skip_ud2(struct hc_regs *regs)
{
	seen++;
	from_user += hc_from_user(regs);
	regs->rip += 2;
	regs->rbx++;
}

static void skip_load(struct hc_regs *regs)
{
	seen++;
	seen_error = regs->error;
	seen_address = hc_fault_address();
	regs->rip += 2;		/* mov (%rax), %eax */
}

static void count(struct hc_regs *regs)
{
	(void)regs;
	seen++;
}

static void test_kernel(void)
{
	uint64_t rbx = 41, rcx = 0xc, r11 = 0x11, a = 0x7ffffffff000;

	hc_trap_set(6, skip_ud2);
	asm volatile("mov %2, %%r11; ud2; mov %%r11, %2"
		     : "+b" (rbx), "+c" (rcx), "+r" (r11) :: "r11", "memory");
	is(rbx, 42, "a handler's change comes back");
	ok(rcx == 0xc && r11 == 0x11, "RCX and R11 come back");
	hc_trap_set(14, skip_load);
	asm volatile("mov (%%rax), %%eax" : "+a" (a) :: "memory");
	is(seen, 2, "a page fault arrived");
	is(seen_address, 0x7ffffffff000, "with its address");
	is(seen_error, 0, "and its error code");
	hc_trap_set(3, count);
	asm volatile("int3" ::: "memory");
	is(seen, 3, "a breakpoint arrived");
}

/* Back in the kernel by leaving the handler for good. */
static struct hc_regs back;

static void syscall_handler(struct hc_regs *regs)
{
	seen++;
	if (regs->rax == 1) {
		regs->rax = regs->rdi + regs->rsi;
		return;
	}
	back.rdi = regs->rdi;
	hc_regs_enter(&back);
}

/* Fill in where hc_regs_enter() shall go on; returns like setjmp. */
uint64_t mark(struct hc_regs *r);
asm(".text\n"
    "mark:	mov %rbx, 40(%rdi); mov %rbp, 32(%rdi)\n"
    "	mov %r12, 24(%rdi); mov %r13, 16(%rdi)\n"
    "	mov %r14, 8(%rdi); mov %r15, 0(%rdi)\n"
    "	mov (%rsp), %rax; mov %rax, 136(%rdi)\n"
    "	lea 8(%rsp), %rax; mov %rax, 160(%rdi)\n"
    "	xor %eax, %eax; ret\n");

extern char user_code[];
asm(".text\n"
    "user_code: ud2\n"
    "	mov $30, %edi; mov $12, %esi; mov $1, %eax; syscall\n"
    "	mov %rax, %rdi; mov $2, %eax; syscall; ud2\n");

static void test_user(void)
{
	struct hc_regs user = {
		.rip = hc_addr(user_code),
		.cs = FLAT_USER_CS,
		.rflags = 0x202,
		.rsp = hc_addr(user_stack + sizeof(user_stack)),
		.ss = FLAT_USER_SS,
	};
	uint64_t l4 = hc_virt_to_mfn((void *)(uintptr_t)
				     hc_start_info()->pt_base);

	hc_batch_init(&batch, HC_BATCH_MULTI);
	hc_batch_user_baseptr(&batch, l4);
	is(hc_batch_flush(&batch), 0, "the kernel's tables serve user mode");
	hc_trap_set(HC_VEC_SYSCALL, syscall_handler);
	back.cs = FLAT_KERNEL_CS & ~3;
	back.ss = FLAT_KERNEL_SS;
	back.rflags = 0x2;
	back.rax = 1;
	seen = 0;
	if (!mark(&back))
		hc_regs_enter(&user);
	is(from_user, 1, "a trap from user mode");
	is(seen, 3, "two system calls");
	is(back.rdi, 42, "and what the first returned");
	ok(hc_vcpu_info(0)->evtchn_upcall_mask, "upcalls are masked again");
}

void test_traps(void)
{
	test_kernel();
	test_user();
}
