/* SPDX-License-Identifier: MIT */
/*
 * start.S - from a boot loader to C, and what tells loaders where to enter.
 *
 * GRUB reads the Multiboot2 header, qemu -kernel the note (PVH).  Both enter in
 * 32-bit protected mode without paging, EBX = what they have to say, wherever
 * the image was linked: at its physical address.  There is no header of the
 * first Multiboot protocol: QEMU would refuse that in an ELF64.
 */
#include <boot.h>
#include <hcall/notes.h>
#include <pte.h>
#include "loader.h"
#include "x86.h"

#define PHYS(x)		((x) - KERNEL_BASE)
#define TABLE		0x003		/* present, writable */
#define LARGE		0x083		/* and 2 MiB */

	HC_NOTE_NUMBER XEN_ELFNOTE_PHYS32_ENTRY, PHYS(native_pvh)

	.section .text.boot, "ax"
	.balign	8
mb2_header:
	.long	MB2_HEADER, 0, mb2_end - mb2_header
	.long	-(MB2_HEADER + (mb2_end - mb2_header))
	.balign	8
	.short	1, 1			/* if it can: line, modules, memory */
	.long	28, MB2_CMDLINE, MB2_MODULE, MB2_MEMORY, MB2_RSDP_OLD, MB2_RSDP
	.balign	8
	.short	3, 0			/* entry address */
	.long	12, PHYS(native_start)
	.balign	8
	.short	4, 1			/* console: we write text */
	.long	12, 2
	.balign	8
	.short	5, 1			/* or on a frame buffer */
	.long	20, 0, 0, 32
	.balign	8
	.short	6, 0			/* modules on page boundaries */
	.long	8
	.balign	8
	.short	0, 0
	.long	8
mb2_end:

	.code32
native_pvh:
	mov	$PVH_MAGIC, %eax
/* EAX = magic number of the protocol, EBX = information; no stack. */
native_start:
	cli
	cld
	mov	%eax, %edi
	mov	%ebx, %esi
	mov	$0x80000000, %eax
	cpuid
	cmp	$0x80000001, %eax
	jb	no_long_mode
	mov	$0x80000001, %eax
	cpuid
	bt	$29, %edx
	jnc	no_long_mode

	/* A gigabyte from KERNEL_BASE on; until C runs also from 0. */
	mov	$LARGE, %eax
	xor	%ecx, %ecx
1:	mov	%eax, PHYS(native_l2)(, %ecx, 8)
	add	$0x200000, %eax
	inc	%ecx
	cmp	$512, %ecx
	jb	1b
	movl	$PHYS(native_l2) + TABLE, PHYS(native_l3)
	movl	$PHYS(native_l2) + TABLE, PHYS(native_l3) + 510 * 8
	movl	$PHYS(native_l2_vmap) + TABLE, PHYS(native_l3) + 511 * 8
	movl	$PHYS(native_l3) + TABLE, PHYS(native_l4)
	movl	$PHYS(native_l3) + TABLE, PHYS(native_l4) + 511 * 8

	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$PHYS(native_l4), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	mov	$CR0_ALL, %eax
	mov	%eax, %cr0
	lgdt	PHYS(gdtr)
	ljmp	$KERNEL_CS, $PHYS(1f)

	.code64
1:	mov	$2f, %rax
	jmp	*%rax
/* At the linked address from here on. */
2:	mov	$KERNEL_DS, %eax
	mov	%eax, %ss
	lea	boot_stack + BOOT_STACK_SIZE(%rip), %rsp
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	xor	%ebp, %ebp
	call	native_main
	ud2

	.code32
/* One line on the serial port as the firmware left it. */
no_long_mode:
	mov	$PHYS(no_long_mode_text), %esi
	mov	$0x3f8, %edx
1:	lodsb
	test	%al, %al
	jz	2f
	outb	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b

no_long_mode_text:
	.asciz	"pvguest: this CPU has no 64-bit mode: cannot start\r\n"

	.balign	8
gdtr:
	.short	7 * 8 - 1
	.long	PHYS(native_gdt), 0
