/* SPDX-License-Identifier: MIT */
/*
 * paths.S - page-fault handlers that map the page and return, each by another
 * way, and each as short as it can be.
 */
#include <abi/sluice.h>

#define INFO_CR2	16	/* of vcpu_info */
#define ENTRY_ARG(n)	(16 + 8 * (n))

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
	incq	cost_faults(%rip)
.endm

.macro fault_restore
	pop	%r10
	pop	%rdx
	pop	%rsi
	pop	%rdi
.endm

.macro fault_end
	fault_restore
	mov	$__HYPERVISOR_iret, %eax
	syscall
.endm

.macro fault_address to
	mov	vcpu_info(%rip), \to
	mov	INFO_CR2(\to), \to
.endm

/* As if the guest had its tables in one array. */
.macro entry_address to
	fault_address \to
	shr	$9, \to
	and	$511 * 8, \to
	add	cost_l1(%rip), \to
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
	mov	cost_pte(%rip), %rsi
	xor	%edx, %edx
	mov	$__HYPERVISOR_update_va_mapping, %eax
	syscall
	add	%rax, cost_bad(%rip)
	fault_end

	.globl	fault_mmu
fault_mmu:
	fault_begin
	entry_address %rsi
	lea	cost_update(%rip), %rdi
	mov	%rsi, (%rdi)
	mov	cost_pte(%rip), %rsi
	mov	%rsi, 8(%rdi)
	mov	$1, %esi
	xor	%edx, %edx
	mov	$DOMID_SELF, %r10d
	mov	$__HYPERVISOR_mmu_update, %eax
	syscall
	add	%rax, cost_bad(%rip)
	fault_end

.macro fill_multi
	fault_address %rsi
	lea	cost_multi(%rip), %rdi
	mov	%rsi, ENTRY_ARG(0)(%rdi)
	mov	cost_pte(%rip), %rsi
	mov	%rsi, ENTRY_ARG(1)(%rdi)
	movq	$0, ENTRY_ARG(2)(%rdi)
.endm

	.globl	fault_multi
fault_multi:
	fault_begin
	fill_multi
	mov	$1, %esi
	mov	$__HYPERVISOR_multicall, %eax
	syscall
	add	%rax, cost_bad(%rip)
	fault_end

	.globl	fault_multi_iret
fault_multi_iret:
	fault_begin
	fault_restore
	fill_multi
	mov	$2, %esi
	mov	$__HYPERVISOR_multicall, %eax
	syscall

/* RDI: the entry, but for its last argument; goes on to iret. */
.macro ring_put
	mov	cost_pte(%rip), %rsi
	mov	%rsi, ENTRY_ARG(1)(%rdi)
	lea	cost_ring + 4096(%rip), %rsi
	add	$64, %rdi
	cmp	%rsi, %rdi
	jne	771f
	lea	cost_ring + 64(%rip), %rdi
771:	mov	%rdi, cost_next(%rip)
	incq	cost_ring(%rip)		/* producer */
.endm

	.globl	fault_ring_va
fault_ring_va:
	fault_begin
	mov	cost_next(%rip), %rdi
	fault_address %rsi
	movq	$__HYPERVISOR_update_va_mapping, (%rdi)
	mov	%rsi, ENTRY_ARG(0)(%rdi)
	movq	$0, ENTRY_ARG(2)(%rdi)
	ring_put
	fault_end

	.globl	fault_ring_pte
fault_ring_pte:
	fault_begin
	mov	cost_next(%rip), %rdi
	entry_address %rsi
	movq	$__HYPERVISOR_mmu_update, (%rdi)
	mov	%rsi, ENTRY_ARG(0)(%rdi)
	ring_put
	fault_end
	.section .note.GNU-stack, "", @progbits
