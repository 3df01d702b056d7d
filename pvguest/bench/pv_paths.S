/* SPDX-License-Identifier: MIT */
/*
 * pv_paths.S - page-fault handlers that map the page and return, each by
 * another way, and each as short as it can be.
 *
 * At a handler: RSP at the hypervisor's frame, on the stack of fault.c,
 * upcalls masked.  Handlers end with hypercall iret.
 */
#include <abi/sluice.h>

#define INFO_CR2	16	/* of vcpu_info */
#define ENTRY_ARG(n)	(16 + 8 * (n))
#define RING_PAGE	0	/* of struct hc_ring */
#define RING_NEXT	8

	.text

/* The frame becomes iret's; RDI RSI RDX R10 are saved. */
.macro fault_begin
	pop	%rcx
	pop	%r11
	add	$8, %rsp		/* error code */
	push	$0
	push	%rcx
	push	%r11
	push	%rax
	push	%rdi
	push	%rsi
	push	%rdx
	push	%r10
	incq	bench_faults(%rip)
.endm

.macro fault_end
	pop	%r10
	pop	%rdx
	pop	%rsi
	pop	%rdi
	mov	$__HYPERVISOR_iret, %eax
	syscall
.endm

.macro fault_address to
	mov	bench_vcpu(%rip), \to
	mov	INFO_CR2(\to), \to
.endm

/* As if the guest had its tables in one array. */
.macro entry_address to
	fault_address \to
	shr	$9, \to
	and	$511 * 8, \to
	add	bench_l1(%rip), \to
.endm

/* No change: skips the instruction, which is 4 bytes long. */
	.globl	fault_none
fault_none:
	fault_begin
	addq	$4, 64(%rsp)
	fault_end

	.globl	fault_va
fault_va:
	fault_begin
	fault_address %rdi
	mov	bench_pte(%rip), %rsi
	xor	%edx, %edx
	mov	$__HYPERVISOR_update_va_mapping, %eax
	syscall
	or	%rax, bench_bad(%rip)
	fault_end

	.globl	fault_pte
fault_pte:
	fault_begin
	entry_address %rsi
	lea	bench_update(%rip), %rdi
	mov	%rsi, (%rdi)
	mov	bench_pte(%rip), %rsi
	mov	%rsi, 8(%rdi)
	mov	$1, %esi
	xor	%edx, %edx
	mov	$DOMID_SELF, %r10d
	mov	$__HYPERVISOR_mmu_update, %eax
	syscall
	or	%rax, bench_bad(%rip)
	fault_end

	.globl	fault_multi
fault_multi:
	fault_begin
	fault_address %rsi
	lea	bench_calls(%rip), %rdi
	mov	%rsi, ENTRY_ARG(0)(%rdi)
	mov	bench_pte(%rip), %rsi
	mov	%rsi, ENTRY_ARG(1)(%rdi)
	movq	$0, ENTRY_ARG(2)(%rdi)
	mov	$1, %esi
	mov	$__HYPERVISOR_multicall, %eax
	syscall
	or	%rax, bench_bad(%rip)
	fault_end

/* RDI: the entry, but for its second argument; RSI: of bench_ring. */
.macro ring_put
	mov	bench_ring(%rip), %rsi
	mov	bench_pte(%rip), %rdx
	mov	%rdx, ENTRY_ARG(1)(%rdi)
	mov	RING_PAGE(%rsi), %rdx
	add	$64, %rdi
	test	$4095, %edi		/* behind the last one */
	jnz	771f
	lea	64(%rdx), %rdi
771:	mov	%rdi, RING_NEXT(%rsi)
	incq	(%rdx)			/* producer */
.endm

.macro ring_entry op
	mov	bench_ring(%rip), %rdi
	mov	RING_NEXT(%rdi), %rdi
	movq	$\op, (%rdi)
.endm

	.globl	fault_ring_va
fault_ring_va:
	fault_begin
	fault_address %rsi
	ring_entry __HYPERVISOR_update_va_mapping
	mov	%rsi, ENTRY_ARG(0)(%rdi)
	movq	$0, ENTRY_ARG(2)(%rdi)
	ring_put
	fault_end

	.globl	fault_ring_pte
fault_ring_pte:
	fault_begin
	entry_address %rsi
	ring_entry __HYPERVISOR_mmu_update
	mov	%rsi, ENTRY_ARG(0)(%rdi)
	ring_put
	fault_end

	.section .note.GNU-stack, "", @progbits
