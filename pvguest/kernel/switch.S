/* SPDX-License-Identifier: MIT */
/*
 * switch.S - from one thread's stack to another's.
 *
 * void thread_switch(u64 *old_rsp, u64 new_rsp): interrupts off; keeps what
 * a C function must keep on the old stack, takes it from the new one, and
 * returns there.  A new thread's stack holds zeros for these and
 * thread_begin's address.
 */
	.text
	.globl	thread_switch
	.balign	16
thread_switch:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

/* A new thread starts here, interrupts off, RSP a multiple of 16. */
	.globl	thread_begin
thread_begin:
	call	thread_main
	ud2
