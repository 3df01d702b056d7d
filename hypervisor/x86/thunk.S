/* SPDX-License-Identifier: MIT */
/*
 * thunk.S - indirect branches that the branch predictor cannot be taught.
 *
 * The compiler calls these instead of branching through a register.  The
 * target goes out by a RET whose prediction is a loop that does nothing.
 *
 * In and out: the caller's stack; changes no register and no flag that counts.
 */
.macro thunk name, reg
	.balign	16
	.globl	\name
	.type	\name, @function
\name:
	call	2f
1:	pause
	lfence
	jmp	1b
2:	mov	%\reg, (%rsp)
	ret
	.size	\name, . - \name
.endm

	.section .text.thunk, "ax"
	.irp	reg, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, \
		r12, r13, r14, r15
	thunk	__x86_indirect_thunk_\reg, \reg
	.endr
	thunk	__llvm_retpoline_r11, r11

	.section .note.GNU-stack, "", @progbits
