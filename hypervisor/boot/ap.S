/* SPDX-License-Identifier: MIT */
/*
 * ap.S - the other CPUs' way from reset to C.
 *
 * A CPU that is started begins in real mode at the page below 1 MiB to which
 * smp.c copies ap_trampoline: so that part names nothing relative to itself
 * but its own GDT register.  It goes to long mode in one step, on the boot
 * tables, which show the image at its load address, and from there on the
 * final ones.  Several CPUs may come by at once; the first gets the stack.
 */
#include <layout.h>
#include <x86.h>

#define PHYS(x)		((x) - IMAGE_BASE)
#define BOOT_CS64	0x08		/* start.S */
#define BOOT_DS		0x10

	.section .text.boot, "ax"
	.code16
	.globl	ap_trampoline, ap_trampoline_end
/* In: CS is the page's number * 256, IP 0; no stack. */
ap_trampoline:
	cli
	lgdtl	%cs:ap_gdtr - ap_trampoline
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$PHYS(boot_l4), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$(EFER_LME | EFER_NXE), %eax
	wrmsr
	mov	$(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov	%eax, %cr0
	ljmpl	$BOOT_CS64, $PHYS(ap_long)
ap_gdtr:
	.short	23
	.long	PHYS(boot_gdt)
ap_trampoline_end:

	.code64
ap_long:
	movabs	$1f, %rax
	jmp	*%rax
1:	mov	$BOOT_DS, %eax
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	hv_cr3(%rip), %rax
	mov	%rax, %cr3
	/* Who comes when nobody waits any more gets none, and sleeps. */
	xor	%esp, %esp
	xchg	%rsp, ap_stack(%rip)
	test	%rsp, %rsp
	jz	2f
	push	$0
	popfq
	call	ap_main
2:	hlt
	jmp	2b

	.section .note.GNU-stack, "", @progbits
