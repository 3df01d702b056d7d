/* SPDX-License-Identifier: MIT */
/*
 * enter.S - go to a piece of code with a given register state and come back
 * with whatever happens next: a trap, a system call, an upcall.
 *
 * A handler of a PV guest need not iret: the vCPU is in kernel mode once the
 * handler runs, so each stub saves what it sees and goes on where enter()
 * was called.
 */
#include "regs.h"

	.text

/*
 * void enter_asm(const struct regs *in)
 * Returns by way of any trap stub; the state is in trap_raw then.
 */
	.globl	enter_asm
enter_asm:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, enter_rsp
	cmpq	$HOW_JUMP, REG_HOW(%rdi)
	jne	1f

	mov	REG_RIP(%rdi), %rax
	mov	%rax, enter_rip
	pushq	REG_RFLAGS(%rdi)
	popfq
	mov	REG_RSP(%rdi), %rsp
	mov	REG_RAX(%rdi), %rax
	mov	REG_RCX(%rdi), %rcx
	mov	REG_R11(%rdi), %r11
	mov	REG_RBX(%rdi), %rbx
	mov	REG_RDX(%rdi), %rdx
	mov	REG_RSI(%rdi), %rsi
	mov	REG_RBP(%rdi), %rbp
	mov	REG_R8(%rdi), %r8
	mov	REG_R9(%rdi), %r9
	mov	REG_R10(%rdi), %r10
	mov	REG_R12(%rdi), %r12
	mov	REG_R13(%rdi), %r13
	mov	REG_R14(%rdi), %r14
	mov	REG_R15(%rdi), %r15
	mov	REG_RDI(%rdi), %rdi
	jmp	*enter_rip

	/* The frame of the iret hypercall, the last word at the top. */
1:	pushq	REG_SS(%rdi)
	pushq	REG_RSP(%rdi)
	pushq	REG_RFLAGS(%rdi)
	pushq	REG_CS(%rdi)
	pushq	REG_RIP(%rdi)
	pushq	REG_VGCF(%rdi)
	pushq	REG_RCX(%rdi)
	pushq	REG_R11(%rdi)
	pushq	REG_RAX(%rdi)
	mov	REG_RBX(%rdi), %rbx
	mov	REG_RDX(%rdi), %rdx
	mov	REG_RSI(%rdi), %rsi
	mov	REG_RBP(%rdi), %rbp
	mov	REG_R8(%rdi), %r8
	mov	REG_R9(%rdi), %r9
	mov	REG_R10(%rdi), %r10
	mov	REG_R12(%rdi), %r12
	mov	REG_R13(%rdi), %r13
	mov	REG_R14(%rdi), %r14
	mov	REG_R15(%rdi), %r15
	mov	REG_RDI(%rdi), %rdi
	mov	$23, %eax
	syscall
	ud2

	/*
	 * The state is saved by absolute addresses, not pushed: the stack
	 * under the frame is the test's to choose.
	 */
trap_common:
	mov	%rax, trap_raw + REG_RAX
	mov	%rbx, trap_raw + REG_RBX
	mov	%rcx, trap_raw + REG_RCX
	mov	%rdx, trap_raw + REG_RDX
	mov	%rsi, trap_raw + REG_RSI
	mov	%rdi, trap_raw + REG_RDI
	mov	%rbp, trap_raw + REG_RBP
	mov	%r8, trap_raw + REG_R8
	mov	%r9, trap_raw + REG_R9
	mov	%r10, trap_raw + REG_R10
	mov	%r11, trap_raw + REG_R11
	mov	%r12, trap_raw + REG_R12
	mov	%r13, trap_raw + REG_R13
	mov	%r14, trap_raw + REG_R14
	mov	%r15, trap_raw + REG_R15
	mov	%rsp, trap_raw + REG_RSP
	xor	%eax, %eax
	mov	%cs, %ax
	mov	%rax, trap_raw + REG_CS
	mov	%ss, %ax
	mov	%rax, trap_raw + REG_SS
	mov	enter_rsp, %rsp
	test	%rsp, %rsp
	jnz	1f
	lea	fault_stack_top(%rip), %rsp
1:	pushfq
	pop	trap_raw + REG_RFLAGS
	cld
	cmpq	$0, enter_rsp
	je	trap_unexpected
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	movq	$0, enter_rsp
	ret

	.globl	trap_stubs
	.balign	16
trap_stubs:
	n = 0
	.rept	CAME_ENTRIES
	.balign	16
	movl	$n, trap_vector
	jmp	trap_common
	n = n + 1
	.endr

	.section .bss.page, "aw", @nobits
	.balign	4096
	.skip	8192
fault_stack_top:
