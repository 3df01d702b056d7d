/* SPDX-License-Identifier: MIT */
/*
 * entry.S - every way into the hypervisor but boot, and the two ways out.
 *
 * Interrupts are off from the first instruction to the last.  GS, FS and the
 * data segments are the guest's and are never used.  CR3 is the guest's: the
 * hypervisor's slots are in every L4.  Inside, %rbx holds struct cpu and %rbp
 * the vCPU; both are saved by the C functions called from here.
 */
#include <errno.h>
#include <generated/asm-offsets.h>
#include <layout.h>

#define CALL_SLOTS	64	/* a power of two above every call's number */

	.code64
	.section .text.entry, "ax"

.macro push_general
	.irp	reg, di, si, dx, cx, ax, 8, 9, 10, 11, bx, bp, 12, 13, 14, 15
	push	%r\reg
	.endr
.endm

.macro pop_all regs:vararg
	.irp	reg, \regs
	pop	%r\reg
	.endr
.endm

.macro pop_general
	pop_all	15, 14, 13, 12, bp, bx, 11, 10, 9, 8, ax, cx, dx, si, di
.endm

.macro clear regs:vararg
	.irp	reg, \regs
	xor	%\reg, %\reg
	.endr
.endm

/*
 * No guest value may steer what runs speculatively in here.  RBX and RBP are
 * filled by load_cpu.
 */
.macro scrub_saved
	clear	r12d, r13d, r14d, r15d
.endm

.macro scrub_all
	scrub_saved
	clear	eax, ecx, edx, esi, r8d, r9d, r10d, r11d
.endm

/* STAC and CLAC: see uaccess.h. */
.macro clac_site
771:	clac
	.pushsection .smap_sites, "a"
	.long	771b - .
	.popsection
.endm

/* Counts in the vCPU (counters.h), or does nothing. */
.macro count where:vararg
#ifdef CONFIG_COUNTERS
	incq	\where
#endif
.endm

.macro load_cpu
	mov	%rsp, %rbx
	and	$-PERCPU_SIZE, %rbx
	mov	CPU_cur(%rbx), %rbp
.endm

/* Goes to entry_trap_inside when no guest was interrupted. */
.macro enter_by_idt
	push_general
	clac_site
	cld
	scrub_all
	testb	$3, REGS_cs(%rsp)
	jz	entry_trap_inside
.endm

/*
 * SYSCALL leaves the caller's stack in RSP, and nothing may be assumed of any
 * register.  So each CPU enters through a stub of its own, which reaches the
 * CPU's area relative to RIP.  32 bytes a stub: syscall_stubs + 32 * CPU, and
 * likewise syscall32_stubs for SYSCALL in a 32-bit code segment (AMD only).
 *
 * In: stack of the guest, IF and the rest of SFMASK clear.
 */
.macro syscall_stubs name, cs, to
	.balign	32
	.globl	\name
\name:
	cpu = 0
	.rept	CONFIG_NR_CPUS
	.balign	32
	mov	%rsp, percpu_area + cpu * PERCPU_SIZE + CPU_scratch(%rip)
	lea	percpu_area + (cpu + 1) * PERCPU_SIZE(%rip), %rsp
	pushq	$GUEST_DS
	pushq	percpu_area + cpu * PERCPU_SIZE + CPU_scratch(%rip)
	jmp	\to
	cpu = cpu + 1
	.endr
.endm

	syscall_stubs syscall_stubs, GUEST_CS, entry_syscall
	syscall_stubs syscall32_stubs, GUEST_CS32, entry_syscall32

/*
 * The first entry of a 16-byte aligned table: idt_stubs + 16 * vector.
 * In: stack of this CPU (TSS), of an IST slot, or of whom we interrupted.
 */
	.balign	16
	.globl	idt_stubs
idt_stubs:
	vector = 0
	.rept	256
	.balign	16
	/* All but these push no error code. */
	.if	vector != 8 && vector != 17 && (vector < 10 || vector > 14)
	push	$0
	.endif
	movl	$vector, 4(%rsp)
	.if	vector == 1 || vector == 2 || vector == 8 || vector == 18
	jmp	entry_ist
	.else
	jmp	entry_trap
	.endif
	vector = vector + 1
	.endr

/*
 * From a SYSCALL stub.  In: top of this CPU's stack, SS and RSP pushed.
 * A guest's kernel makes a hypercall: number in RAX, arguments in RDI RSI RDX
 * R10 R8 R9.  In user mode it is a system call to the guest's kernel.
 */
	.balign	64
entry_syscall:
	push	%r11
	pushq	$GUEST_CS
	push	%rcx
	pushq	$TRAP_SYSCALL		/* both vector and error code */
	push_general
	scrub_saved
	load_cpu
	cmpb	$0, VCPU_in_kernel(%rbp)
	je	user_syscall

	/* A wrong number stays inside the table even when only speculated. */
	cmp	$CALL_SLOTS, %rax
	jae	bad_call
	and	$(CALL_SLOTS - 1), %eax
call:
	count	VCPU_counted_calls(%rbp, %rax, 8)
	mov	VCPU_calls(%rbp), %r11
	mov	(%r11, %rax, 8), %r11
	mov	%r10, %rcx
#ifdef CONFIG_INDIRECT_THUNK
	call	__x86_indirect_thunk_r11
#else
	call	*%r11
#endif
hypercall_done:
	cmp	$-ERESTART, %rax
	je	restart			/* with the number still in place */
	mov	%rax, REGS_rax(%rsp)

/*
 * Back to the guest whose registers are at the top of the stack.
 * In: %rbx the CPU, %rbp its vCPU, RSP at struct regs.
 */
exit_guest:
	cmpl	$0, CPU_work(%rbx)
	jne	work
	/* vcpu_info: byte 0 is set when an upcall waits, byte 1 masks it. */
	mov	VCPU_info(%rbp), %rax
	cmpw	$1, (%rax)
	je	upcall
exit_now:
	cmpl	$TRAP_SYSCALL, REGS_vector(%rsp)
	jne	exit_iret
	/* SYSRET to a non-canonical address would fault in here (Intel). */
	mov	REGS_rip(%rsp), %rcx
	mov	%rcx, %rax
	sar	$47, %rax
	inc	%rax
	cmp	$1, %rax
	ja	exit_sysret_bad
	mov	REGS_rflags(%rsp), %r11
	pop_all	15, 14, 13, 12, bp, bx
	add	$8, %rsp
	pop_all	10, 9, 8, ax
	add	$8, %rsp
	pop_all	dx, si, di
	mov	REGS_rsp - REGS_error(%rsp), %rsp
	sysretq

upcall:
	mov	%rbp, %rdi
	mov	%rsp, %rsi
	call	pv_upcall
	/* No room for the frame: the domain was killed. */
	cmpl	$0, CPU_work(%rbx)
	je	exit_now

work:
	mov	%rsp, %rdi
	call	exit_work
	mov	CPU_cur(%rbx), %rbp
	jmp	exit_now

restart:
	mov	%rbp, %rdi
	call	hypercall_restart
	jmp	exit_guest

bad_call:
	mov	$(CALL_SLOTS - 1), %eax	/* which is no call */
	jmp	call

user_syscall:
	count	VCPU_counted_syscalls(%rbp)
	mov	%rbp, %rdi
	mov	%rsp, %rsi
	call	pv_user_syscall
	jmp	exit_guest

/* The guest asked to return where SYSRET cannot go: IRET faults for it. */
exit_sysret_bad:
	mov	REGS_rip(%rsp), %rax
	mov	%rax, REGS_rcx(%rsp)
	mov	REGS_rflags(%rsp), %rax
	mov	%rax, REGS_r11(%rsp)
exit_iret:
	pop_general
	add	$8, %rsp
	.globl	iret_guest
iret_guest:
	iretq				/* may fault: see trap_inside() */

/* As entry_syscall, from 32-bit user code. */
entry_syscall32:
	push	%r11
	pushq	$GUEST_CS32
	push	%rcx
	pushq	$TRAP_SYSCALL
	push_general
	scrub_saved
	load_cpu
	count	VCPU_counted_syscalls(%rbp)
	mov	%rbp, %rdi
	mov	%rsp, %rsi
	call	pv_user_syscall32
	jmp	exit_guest

/*
 * From an IDT stub, error code or 0 and vector pushed.
 * In: top of this CPU's stack when a guest was interrupted, else anywhere.
 */
	.balign	64
entry_trap:
	enter_by_idt
	load_cpu
	count	VCPU_counted_traps(%rbp)
	mov	%rsp, %rdi
	call	trap_guest
	jmp	exit_guest

entry_trap_inside:
	clear	ebx, ebp
	mov	%rsp, %rdi
	call	trap_inside
	/* RAX: the registers to go on with, perhaps the guest's. */
	mov	%rax, %rsp
	testb	$3, REGS_cs(%rsp)
	jz	exit_inside
	load_cpu
	jmp	exit_guest
exit_inside:
	pop_general
	add	$8, %rsp
	iretq

/*
 * #DB, NMI, #DF and #MC.  In: their own stack.
 * If a guest was interrupted, its registers move to the top of the CPU's stack
 * and all goes on as for any exception; else it is dealt with right here.
 */
entry_ist:
	enter_by_idt
	mov	%rsp, %rsi
	mov	%rsp, %rdi
	and	$-PERCPU_SIZE, %rdi
	add	$(PERCPU_TOP - REGS_SIZE), %rdi
	mov	%rdi, %rsp
	mov	$(REGS_SIZE / 8), %ecx
	rep movsq
	/*
	 * NMIs stay blocked until an IRET, and we may leave by SYSRET: so do
	 * an IRET here, to the next instruction.
	 */
	mov	%rsp, %rax
	pushq	$HV_DS
	push	%rax
	pushfq
	pushq	$HV_CS
	lea	1f(%rip), %rax
	push	%rax
	iretq
1:	load_cpu
	count	VCPU_counted_traps(%rbp)
	mov	%rsp, %rdi
	call	trap_guest
	jmp	exit_guest

/*
 * enter_guest(): leaves C for good, for the guest whose registers are at the
 * top of the stack.  In: any stack of this CPU.
 */
	.globl	enter_guest
enter_guest:
	and	$-PERCPU_SIZE, %rsp
	add	$(PERCPU_TOP - REGS_SIZE), %rsp
	load_cpu
	jmp	work
