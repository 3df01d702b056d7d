/* SPDX-License-Identifier: MIT */
/*
 * start.S - from the boot loader to C.
 *
 * Both Multiboot protocols enter in 32-bit protected mode without paging.  The
 * tables made here are for start-up alone (paging.c makes the final ones): the
 * first 4 GiB at their own address and in the direct map, the image where it
 * is linked, and the first CPU's area, so that this_cpu() works from the first
 * instruction of C on.  Multiboot 1 has address fields, since QEMU would not
 * take an ELF64 file otherwise; they need the file to lie in memory as it
 * does on disk, which sluice.lds.S sees to.
 */
#include <layout.h>
#include <x86.h>

#define PHYS(x)		((x) - IMAGE_BASE)

#define MB1_MAGIC	0x1badb002
#define MB1_FLAGS	0x00010003	/* addresses, memory map, page align */
#define MB2_MAGIC	0xe85250d6
#define MB2_OPTIONAL	1

/* Selectors of boot_gdt */
#define BOOT_CS64	0x08
#define BOOT_DS		0x10

	.section .text.boot, "ax"
	.balign	8
mb2_header:
	.long	MB2_MAGIC, 0, mb2_end - mb2_header
	.long	-(MB2_MAGIC + (mb2_end - mb2_header))
	.balign	8
	.short	1, MB2_OPTIONAL		/* we read: line, modules, memory, */
	.long	32, 1, 3, 6, 8, 14, 15	/* screen, RSDP of either generation */
	.balign	8
	.short	3, 0			/* entry address */
	.long	12, PHYS(boot_start)
	.balign	8
	.short	4, MB2_OPTIONAL		/* console: we write VGA text, */
	.long	12, 2
	.balign	8
	.short	5, MB2_OPTIONAL		/* or on a frame buffer of any size */
	.long	20, 0, 0, 32
	.balign	8
	.short	6, 0			/* modules on page boundaries */
	.long	8
	.balign	8
	.short	0, 0
	.long	8
mb2_end:

	.balign	4
mb1_header:
	.long	MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
	.long	PHYS(mb1_header)	/* where this header is */
	.long	PHYS(image_start)	/* where the file begins in memory */
	.long	PHYS(image_load_end), PHYS(image_end)
	.long	PHYS(boot_start)

/* Entries of a table: from phys on, in steps.  Changes EAX, ECX. */
.macro fill table, phys, flags, step, n
	mov	$(\phys + \flags), %eax
	xor	%ecx, %ecx
1:	mov	%eax, PHYS(\table)(, %ecx, 8)
	add	$\step, %eax
	inc	%ecx
	cmp	$\n, %ecx
	jb	1b
.endm

	.code32
	.globl	boot_start
/* In: EAX the protocol's magic, EBX what the loader left; no stack. */
boot_start:
	cli
	cld
	mov	$PHYS(boot_percpu + PERCPU_TOP), %esp
	mov	%eax, PHYS(boot_magic)
	mov	%ebx, PHYS(boot_data)
	mov	$0x80000000, %eax
	cpuid
	cmp	$0x80000001, %eax
	jb	no_long_mode
	mov	$0x80000001, %eax
	cpuid
	bt	$29, %edx
	jnc	no_long_mode

	/* Four level 2 tables of 512 pages of 2 MiB. */
	fill	boot_l2, 0, PTE_P + PTE_RW + PTE_PS, 0x200000, 2048
	fill	boot_l3_low, PHYS(boot_l2), PTE_P + PTE_RW, 0x1000, 4
	/* All 16 pages of the CPU's area: guards come with the final tables. */
	fill	boot_l1, PHYS(boot_percpu), PTE_P + PTE_RW, 0x1000, 16
	/* Slot 257: the image in its first GiB, then the CPU's area. */
	movl	$(PHYS(boot_l1) + PTE_P + PTE_RW), PHYS(boot_l2_percpu)
	movl	$(PHYS(boot_l2) + PTE_P + PTE_RW), PHYS(boot_l3_hv)
	movl	$(PHYS(boot_l2_percpu) + PTE_P + PTE_RW), PHYS(boot_l3_hv) + 8
	mov	$(PHYS(boot_l3_low) + PTE_P + PTE_RW), %eax
	mov	%eax, PHYS(boot_l4)
	mov	%eax, PHYS(boot_l4) + 260 * 8
	movl	$(PHYS(boot_l3_hv) + PTE_P + PTE_RW), PHYS(boot_l4) + 257 * 8

	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$PHYS(boot_l4), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	mov	$(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov	%eax, %cr0
	lgdt	PHYS(boot_gdtr)
	ljmp	$BOOT_CS64, $PHYS(1f)

	.code64
1:	movabs	$boot_high, %rax
	jmp	*%rax

/* At the linked address, on the boot tables.  Calls C, which stays. */
boot_high:
	mov	$BOOT_DS, %eax
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	movabs	$(PERCPU_BASE + PERCPU_TOP), %rsp
	push	$0
	popfq
	mov	boot_magic(%rip), %edi
	mov	boot_data(%rip), %esi
	call	boot_main
	ud2

	.code32
/* Says so on both consoles; nothing is set up yet, nor will be. */
no_long_mode:
	mov	$PHYS(serial_setup), %esi
1:	movzbl	(%esi), %edx
	mov	1(%esi), %al
	add	$0x3f8, %edx
	out	%al, %dx
	add	$2, %esi
	cmp	$PHYS(serial_setup_end), %esi
	jb	1b
	mov	$PHYS(no_long_mode_text), %esi
	mov	$0xb8000, %edi
1:	lodsb
	test	%al, %al
	jz	2f
	mov	%eax, %ebx
	/* Waits for the transmitter, but not for ever: it may not exist. */
	mov	$100000, %ecx
	mov	$0x3fd, %edx
3:	in	%dx, %al
	test	$0x20, %al
	loopz	3b
	mov	%ebx, %eax
	mov	$0x3f8, %edx
	out	%al, %dx
	mov	$0x07, %ah
	stosw
	jmp	1b
2:	hlt
	jmp	2b

/* Pairs of register and value: 115200 baud, 8 data bits, no parity. */
serial_setup:
	.byte	1, 0, 3, 0x80, 0, 1, 1, 0, 3, 3, 4, 3
serial_setup_end:
no_long_mode_text:
	.asciz	"Sluice: this CPU has no 64-bit mode: cannot start\r\n"

	.balign	8
	.globl	boot_gdt
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 64-bit code */
	.quad	0x00cf93000000ffff	/* data */
boot_gdtr:
	.short	. - boot_gdt - 1
	.long	PHYS(boot_gdt), 0

	.bss
	.balign	0x1000
	.globl	boot_l4
boot_l4:	.skip	0x1000
boot_l3_low:	.skip	0x1000
boot_l3_hv:	.skip	0x1000
boot_l2:	.skip	0x4000
boot_l2_percpu:	.skip	0x1000
boot_l1:	.skip	0x1000
	.globl	boot_percpu
boot_percpu:	.skip	PERCPU_SIZE
boot_magic:	.skip	4
boot_data:	.skip	4

	.section .note.GNU-stack, "", @progbits
