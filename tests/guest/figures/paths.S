/* SPDX-License-Identifier: MIT */
/*
 * paths.S - the shortest handlers that a guest's kernel can have, and the
 * loops that go through them.
 */
#include <abi/xen.h>

	.text

.macro loop_begin
	push	%rbx
	push	%r12
	push	%r13
	mov	%rdi, %rbx
	mov	%rsi, %r13
	call	read_tsc
	mov	%rax, %r12
.endm

/* u64 loop_empty(u64 n): TSC ticks of n rounds of nothing. */
	.globl	loop_empty
loop_empty:
	loop_begin
1:	dec	%rbx
	jnz	1b
	jmp	loop_over

/* u64 loop_null(u64 n): xen_version(XENVER_version), by a plain SYSCALL. */
	.globl	loop_null
loop_null:
	loop_begin
1:	mov	$__HYPERVISOR_xen_version, %eax
	xor	%edi, %edi
	xor	%esi, %esi
	syscall
	dec	%rbx
	jnz	1b
	jmp	loop_over

/* u64 loop_send(u64 n, void *arg): an event to oneself, taken each time. */
	.globl	loop_send
loop_send:
	loop_begin
1:	mov	$__HYPERVISOR_event_channel_op, %eax
	mov	$4, %edi		/* EVTCHNOP_send */
	mov	%r13, %rsi
	syscall
	dec	%rbx
	jnz	1b
loop_over:
	call	read_tsc
	sub	%r12, %rax
	pop	%r13
	pop	%r12
	pop	%rbx
	ret

read_tsc:
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	ret

/* The syscall callback: back to user mode at once, as after SYSRET. */
	.globl	fast_syscall
fast_syscall:
	pop	%rcx
	pop	%r11
	push	$0x100			/* VGCF_in_syscall */
	push	%rcx
	push	%r11
	push	%rax
	mov	$__HYPERVISOR_iret, %eax
	syscall

/* The page-fault handler: skips the instruction, which is 4 bytes long. */
	.globl	fast_fault
fast_fault:
	pop	%rcx
	pop	%r11
	add	$8, %rsp		/* error code */
	addq	$4, (%rsp)
	push	$0
	push	%rcx
	push	%r11
	push	%rax
	mov	$__HYPERVISOR_iret, %eax
	syscall

/* The event callback: takes port fast_port's event as a guest must. */
	.globl	fast_event
fast_event:
	pop	%rcx
	pop	%r11
	push	%rax
	push	%rdx
	mov	vcpu_info(%rip), %rdx
	movb	$0, (%rdx)
	xor	%eax, %eax
	xchg	%rax, 8(%rdx)		/* evtchn_pending_sel */
	mov	fast_word(%rip), %rdx
	mov	fast_bit(%rip), %rax
	lock btr %rax, (%rdx)
	incq	fast_count(%rip)
	pop	%rdx
	pop	%rax
	push	$0
	push	%rcx
	push	%r11
	push	%rax
	mov	$__HYPERVISOR_iret, %eax
	syscall

	.bss
	.balign	8
	.globl	fast_word, fast_bit, fast_count
fast_word:	.quad	0
fast_bit:	.quad	0
fast_count:	.quad	0
	.section .note.GNU-stack, "", @progbits
