/* SPDX-License-Identifier: MIT */
/*
 * entry.h - assembly that makes entry stubs and returns from them.
 *
 * On arrival, by the hypervisor: RSP at RCX, R11, [error code], RIP, CS with
 * the upcall mask in bits 32-39, RFLAGS, RSP, SS; user mode's GS base is
 * already exchanged for the kernel's; the end of the frame is a multiple of
 * 16, and so is, with either kind of frame, RSP once struct hc_regs is whole.
 */
#ifndef HCALL_ENTRY_H
#define HCALL_ENTRY_H

#include <hcall/hypercall.h>
#include <hcall/trap.h>

#ifdef __ASSEMBLY__
/* A stub: LABEL is global; KIND is noerror, error or failsafe. */
	.macro	HC_ENTRY label:req, vector:req, kind=noerror
	.globl	\label
	.balign	16
\label:
	mov	(%rsp), %rcx
	mov	8(%rsp), %r11
	.ifc	\kind, error
	movq	$\vector, 8(%rsp)	/* below the error code */
	add	$8, %rsp
	.endif
	.ifc	\kind, noerror
	movq	$0, 8(%rsp)
	movq	$\vector, (%rsp)
	.endif
	.ifc	\kind, failsafe
	add	$32, %rsp		/* over DS, ES, FS, GS */
	movq	$0, 8(%rsp)
	movq	$\vector, (%rsp)
	.endif
	jmp	hc_entry_common
	.endm

/* Push what struct hc_regs has below the vector, or take it back. */
	.macro	HC_PUSH_REGS
	.irp	reg, rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, \
		r12, r13, r14, r15
	push	%\reg
	.endr
	.endm
	.macro	HC_POP_REGS
	.irp	reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, \
		rcx, rdx, rsi, rdi
	pop	%\reg
	.endr
	.endm

/*
 * With RSP at the RIP of a frame: return to it by hypercall iret.  FLAGS is
 * VGCF_IN_SYSCALL for a system call, else 0.
 */
	.macro	HC_IRET flags=0
	pushq	$\flags
	push	%rcx
	push	%r11
	push	%rax
	HC_CALL	iret
	ud2
	.endm
#endif

#endif
