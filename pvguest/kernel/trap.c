/* SPDX-License-Identifier: MIT */
/*
 * trap.c - exceptions, and what is due before the way back.
 *
 * The kernel has no faults of its own: it reaches a process's memory through
 * its page tables (mm/space.c), never by the process's addresses.  So a fault
 * in the kernel is a bug, and a fault in user mode that nothing mends is the
 * end of the process.
 */
#include <process.h>
#include "format.h"

static void regs_show(const struct regs *r)
{
	kprintf("rip %016lx rsp %016lx rflags %lx cs %x\n", r->rip, r->rsp,
		r->rflags, r->cs);
	kprintf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->rax,
		r->rbx, r->rcx, r->rdx);
	kprintf("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", r->rsi,
		r->rdi, r->rbp, r->r8);
	kprintf("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", r->r9,
		r->r10, r->r11, r->r12);
	kprintf("r13 %016lx r14 %016lx r15 %016lx\n", r->r13, r->r14, r->r15);
}

void panic(const char *fmt, ...)
{
	char text[128];
	va_list ap;

	arch->irq_save();
	va_start(ap, fmt);
	text_format(text, sizeof(text), fmt, ap);
	va_end(ap);
	kprintf("pvguest: panic: %s\n", text);
	arch->crash();
}

/* The process is marked: end it now if it is on its way to user mode. */
static void user_return(struct regs *regs)
{
	if (!from_user(regs) || !current->process->killed)
		return;
	irq_restore(false);
	process_exit(STATUS_ENDED);
}

void irq_done(struct regs *regs)
{
	preempt();
	user_return(regs);
}

static const char *vector_name(u64 vector)
{
	static const char *const names[] = {
		"division error", "debug trap", "NMI", "breakpoint",
		"overflow", "bound", "illegal instruction", "no FPU",
		"double fault", "vector 9", "bad TSS", "no segment",
		"stack fault", "protection fault", "page fault", "vector 15",
		"FPU error", "misalignment", "machine check", "SIMD error",
	};

	return vector < ARRAY_SIZE(names) ? names[vector] : "unknown vector";
}

static void user_fault(struct regs *regs, u64 address, const char *why)
{
	struct process *p = current->process;

	if (p->on_fault) {
		regs->rip = p->on_fault;
		/* A flag may be what made it fault: it would again. */
		regs->rflags = RFLAGS_ONE | RFLAGS_IF;
		return;
	}
	kprintf("%s[%d]: %s%s at rip %lx, error %lx, address %lx, rsp %lx\n",
		p->name, p->pid, vector_name(regs->vector), why, regs->rip,
		regs->error, address, regs->rsp);
	process_exit(STATUS_KILLED + regs->vector);
}

static unsigned int access_of(u64 error)
{
	if (error & PF_WRITE)
		return PROT_WRITE;
	return error & PF_EXEC ? PROT_EXEC : PROT_READ;
}

static void user_trap(struct regs *regs, u64 address)
{
	int ret = -EFAULT;

	if (regs->vector == VEC_PAGE_FAULT && address < USER_END)
		ret = space_fault(current->process->space, address,
				  access_of(regs->error));
	if (ret)
		user_fault(regs, address,
			   ret == -ENOMEM ? " (no memory)" : "");
}

void trap(struct regs *regs)
{
	/* Another fault changes it: read it first. */
	u64 address = regs->vector == VEC_PAGE_FAULT ?
			arch->fault_address() : 0;

	if (!from_user(regs)) {
		regs_show(regs);
		panic("%s in the kernel, error %lx, address %lx, thread %s",
		      vector_name(regs->vector), regs->error, address,
		      current->name);
	}
	irq_restore(false);
	user_trap(regs, address);
	irq_save();
	irq_done(regs);
}
