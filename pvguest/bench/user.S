/* SPDX-License-Identifier: MIT */
/*
 * user.S - the way to user mode and back around page faults that are measured,
 * and the code that raises them.
 */
	.text

/* void bench_user_go(regs, enter): ENTER(REGS); returns by bench_user_exit. */
	.globl	bench_user_go
bench_user_go:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, saved_rsp(%rip)
	call	*%rsi

/* #UD of user mode, on the stack of fault.c, in the kernel's mode: over. */
	.globl	bench_user_exit
bench_user_exit:
	mov	%r12, bench_user_start(%rip)
	mov	%r13, bench_user_end(%rip)
	mov	saved_rsp(%rip), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

/* In user mode: RBX pages from RBP on; the TSC before and after. */
	.globl	bench_user_touch
	.balign	64
bench_user_touch:
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, %r12
1:	mov	(%rbp), %rax
	add	$4096, %rbp
	dec	%rbx
	jnz	1b
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, %r13
	ud2

	.bss
	.balign	8
saved_rsp:	.quad	0
	.section .note.GNU-stack, "", @progbits
