/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the ways into the kernel and out of it.
 *
 * Each arrives with interrupts off and builds struct regs.  From user mode the
 * stack is the thread's own (native_tss); page tables need no change, GS is
 * nobody's.
 */
#include "x86.h"

#define RSP0		native_tss + 4
#define REGS_R11	(6 * 8)
#define REGS_RCX	(11 * 8)
#define REGS_RIP	(17 * 8)
#define REGS_RFLAGS	(19 * 8)

.macro	save
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

/* To RSP = regs.vector. */
.macro	restore
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
.endm

	.text
/* By the IDT: 16 bytes each.  RSP = RIP, or the error code below it. */
	.balign	16
	.globl	native_vectors
native_vectors:
	vector = 0
	.rept	VECTORS
	.balign	16
	.if	vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
	.else
	push	$0
	.endif
	push	$vector
	.if	vector < 32
	jmp	exception
	.else
	jmp	interrupt
	.endif
	vector = vector + 1
	.endr

exception:
	save
	cld
	mov	%rsp, %rdi
	call	native_exception
	mov	%rax, %rsp
	jmp	leave
interrupt:
	save
	cld
	mov	%rsp, %rdi
	call	native_interrupt
/* RSP = struct regs, interrupts off. */
leave:
	restore
	add	$16, %rsp
	.globl	native_iret
native_iret:
	iretq

/* void native_enter(const struct regs *): interrupts off. */
	.globl	native_enter
native_enter:
	mov	%rdi, %rsp
	jmp	leave

/* By SYSCALL: RCX = RIP, R11 = flags, RSP the user's until it is saved. */
	.balign	16
	.globl	native_syscall
native_syscall:
	mov	%rsp, user_rsp(%rip)
	mov	RSP0(%rip), %rsp
	push	$USER_DS
	push	user_rsp(%rip)
	push	%r11
	push	$USER_CS
	push	%rcx
	push	$0
	push	$VECTORS
	save
	mov	%rsp, %rdi
	call	syscall
	/* SYSRET loads RIP and flags from RCX and R11, and an address that
	 * is none would fault in the kernel: only where they came from. */
	mov	REGS_RIP(%rsp), %rcx
	cmp	%rcx, REGS_RCX(%rsp)
	jne	leave
	bt	$47, %rcx
	jc	leave
	mov	REGS_RFLAGS(%rsp), %r11
	cmp	%r11, REGS_R11(%rsp)
	jne	leave
	restore
	mov	40(%rsp), %rsp
	sysretq

	.bss
	.balign	8
user_rsp:
	.skip	8
