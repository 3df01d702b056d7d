/* SPDX-License-Identifier: MIT */
/*
 * entry.S - where the hypervisor enters the guest's kernel, and the way back.
 *
 * At a stub: RSP at the hypervisor's frame, all other registers as they were
 * when the guest was interrupted, upcalls masked, the kernel's page tables and
 * GS.  See <hcall/entry.h> for the frame.
 */
#include <hcall/entry.h>

	.text

	HC_ENTRY hc_entry_0, 0
	HC_ENTRY hc_entry_1, 1
	HC_ENTRY hc_entry_2, 2
	HC_ENTRY hc_entry_3, 3
	HC_ENTRY hc_entry_4, 4
	HC_ENTRY hc_entry_5, 5
	HC_ENTRY hc_entry_6, 6
	HC_ENTRY hc_entry_7, 7
	HC_ENTRY hc_entry_8, 8, error
	HC_ENTRY hc_entry_9, 9
	HC_ENTRY hc_entry_10, 10, error
	HC_ENTRY hc_entry_11, 11, error
	HC_ENTRY hc_entry_12, 12, error
	HC_ENTRY hc_entry_13, 13, error
	HC_ENTRY hc_entry_14, 14, error
	HC_ENTRY hc_entry_15, 15
	HC_ENTRY hc_entry_16, 16
	HC_ENTRY hc_entry_17, 17, error
	HC_ENTRY hc_entry_18, 18
	HC_ENTRY hc_entry_19, 19
	HC_ENTRY hc_entry_20, 20
	/* The hypervisor gives an error code with 8, 10 to 14 and 17 only. */
	.irp	n, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	HC_ENTRY hc_entry_\n, \n
	.endr
	HC_ENTRY hc_entry_event, HC_VEC_EVENT
	HC_ENTRY hc_entry_failsafe, HC_VEC_FAILSAFE, failsafe
	HC_ENTRY hc_entry_syscall, HC_VEC_SYSCALL
	HC_ENTRY hc_entry_syscall32, HC_VEC_SYSCALL32
	HC_ENTRY hc_entry_sysenter, HC_VEC_SYSENTER
	HC_ENTRY hc_entry_nmi, HC_VEC_NMI

/* RSP at the vector, below it nothing; RCX and R11 as in the frame. */
	.globl	hc_entry_common
	.balign	16
hc_entry_common:
	HC_PUSH_REGS
	cld
	mov	%rsp, %rdi
	call	hc_trap_dispatch

/* RSP at a struct hc_regs: go where it says. */
	.globl	hc_entry_return
hc_entry_return:
	cmpq	$HC_VEC_SYSCALL, HC_REGS_VECTOR(%rsp)
	HC_POP_REGS
	lea	16(%rsp), %rsp
	je	1f
	HC_IRET
	/* RCX and R11 are lost to SYSCALL anyway: the shorter way back. */
1:	HC_IRET	VGCF_IN_SYSCALL

/* void hc_regs_enter(const struct hc_regs *regs): see <hcall/trap.h>. */
	.globl	hc_regs_enter
	.balign	16
hc_regs_enter:
	mov	%rdi, %rsi
	sub	$HC_REGS_SIZE, %rsp
	and	$-16, %rsp
	mov	%rsp, %rdi
	mov	$HC_REGS_SIZE / 8, %ecx
	cld
	rep movsq
	jmp	hc_entry_return

/* The stubs' addresses, by vector. */
	.section .rodata
	.globl	hc_entries
	.balign	8
hc_entries:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, \
		30, 31
	.quad	hc_entry_\n
	.endr
	.quad	hc_entry_event, hc_entry_failsafe, hc_entry_syscall
	.quad	hc_entry_syscall32, hc_entry_sysenter, hc_entry_nmi

	.section .note.GNU-stack, "", @progbits
