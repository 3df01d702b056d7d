/* SPDX-License-Identifier: MIT */
/*
 * start.S - the notes that make the image a PV guest, and its first
 * instruction.
 *
 * At entry RSI holds the address of start_info, RSP the top of a one-page
 * stack and every other general register is 0: all of them are kept in
 * start_regs for the test of the start-of-day state before C uses any.
 */
#include "regs.h"

	.macro	note type:req, kind:req, value:vararg
	.balign	4
	.long	4, 9f - 8f, \type
	.asciz	"Xen"
8:	\kind	\value
9:
	.endm

	.section .note.Xen, "a", @note
	note	5, .asciz, "xen-3.0"
	note	6, .asciz, "sluice-test"
	note	7, .asciz, "1"
	note	8, .asciz, "generic"
	note	2, .quad, hypercall_page
	note	9, .asciz, "yes"
	.balign	4

	.section .text.start, "ax", @progbits
	.globl	_start
_start:
	mov	%rax, start_regs + REG_RAX
	mov	%rbx, start_regs + REG_RBX
	mov	%rcx, start_regs + REG_RCX
	mov	%rdx, start_regs + REG_RDX
	mov	%rsi, start_regs + REG_RSI
	mov	%rdi, start_regs + REG_RDI
	mov	%rbp, start_regs + REG_RBP
	mov	%r8, start_regs + REG_R8
	mov	%r9, start_regs + REG_R9
	mov	%r10, start_regs + REG_R10
	mov	%r11, start_regs + REG_R11
	mov	%r12, start_regs + REG_R12
	mov	%r13, start_regs + REG_R13
	mov	%r14, start_regs + REG_R14
	mov	%r15, start_regs + REG_R15
	mov	%rsp, start_regs + REG_RSP
	mov	$_start, %rax
	mov	%rax, start_regs + REG_RIP
	mov	%cs, start_regs + REG_CS
	mov	%ss, start_regs + REG_SS
	lea	stack_top(%rip), %rsp
	pushfq
	pop	start_regs + REG_RFLAGS
	cld
	mov	%rsi, %rdi
	xor	%ebp, %ebp
	call	start_c
	ud2

	.balign	4096
	.globl	hypercall_page
hypercall_page:
	.skip	4096

	.section .bss.page, "aw", @nobits
	.balign	4096
	.skip	16384
	.globl	stack_top
stack_top:
	.skip	16384
	.globl	trap_stack_top
trap_stack_top:
