/* SPDX-License-Identifier: MIT */
/*
 * native_paths.S - page-fault handlers of the bare machine, as short as they
 * can be.  At them: RSP at the error code, interrupts off.
 */
	.text

/* No change: skips the instruction, which is 4 bytes long. */
	.globl	native_fault_none
native_fault_none:
	incq	bench_faults(%rip)
	add	$8, %rsp
	addq	$4, (%rsp)
	iretq

	.globl	native_fault_stored
native_fault_stored:
	push	%rax
	push	%rdx
	incq	bench_faults(%rip)
	mov	%cr2, %rax
	shr	$9, %rax
	and	$511 * 8, %eax
	add	bench_entries(%rip), %rax
	mov	bench_pte(%rip), %rdx
	mov	%rdx, (%rax)
	pop	%rdx
	pop	%rax
	add	$8, %rsp
	iretq
	.section .note.GNU-stack, "", @progbits
