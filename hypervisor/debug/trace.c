/* SPDX-License-Identifier: MIT */
/*
 * trace.c - registers and a back trace, for a panic's last words.
 *
 * The text keeps no frame pointers.  The trace shows every word on the stack
 * that follows a CALL in our text: all callers, and now and then what is left
 * of an earlier call.  No lock is taken.
 */
#include <debug.h>
#include <ksym.h>
#include <lib.h>
#include <machine.h>
#include <trap.h>
#include <x86.h>

#define TRACE_MAX	24

extern const char __text_start[], __text_end[];

static bool in_text(u64 a)
{
	return a > (u64)__text_start + 5 && a < (u64)__text_end;
}

/* back: 1 for a return address, whose CALL may be its function's last word. */
static void show_address(u64 a, u64 back)
{
	u64 off = 0;
	const char *name = ksym_lookup(a - back, &off);

	printk(LOG_ERR, "  %lx %s+%lx\n", a, name ? name : "?", off + back);
}

/* E8: CALL rel32; FF with /2 in the next byte: CALL through a register. */
static bool after_call(u64 a)
{
	const u8 *p = (const u8 *)a;

	return p[-5] == 0xe8 || (p[-2] == 0xff && (p[-1] & 0xf8) == 0xd0);
}

/* The callers of who was interrupted count, not those of its handler. */
static bool traced;

static void trace_show(u64 sp)
{
	u64 area = (u64)this_cpu(), top = area + PERCPU_TOP;
	u32 shown = 0;

	if (sp & 7 || (sp & ~(PERCPU_SIZE - 1)) != area)
		return;
	if (sp < area + PERCPU_STACK - PAGE_SIZE) {
		/* An IST stack is one page; odd pages are guards. */
		top = ROUND_UP(sp + 1, PAGE_SIZE);
		if (!(top & PAGE_SIZE))
			return;
	} else if (sp < area + PERCPU_STACK) {
		printk(LOG_ERR, "stack overflow\n");
		sp = area + PERCPU_STACK;
	}
	printk(LOG_ERR, "back trace:\n");
	for (; sp < top && shown < TRACE_MAX; sp += 8) {
		u64 a = *(u64 *)sp;

		if (in_text(a) && after_call(a)) {
			show_address(a, 1);
			shown++;
		}
	}
}

/* What does not lie on a stack. */
static void state_show(u64 sp)
{
	printk(LOG_ERR, "CPU %u, rsp %p, cr2 %lx, cr3 %lx, cr4 %lx\n",
	       this_cpu()->id, (void *)sp, reg_read(cr2), reg_read(cr3),
	       reg_read(cr4));
}

void regs_show(const struct regs *r)
{
	static const char names[15][4] = {
		"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9",
		"r8", "rax", "rcx", "rdx", "rsi", "rdi",
	};
	const u64 *g = &r->r15;
	u32 i;

	printk(LOG_ERR, "vector %u, error code %x, %s\n", r->vector,
	       r->error_code, regs_from_guest(r) ? "guest" : "hypervisor");
	printk(LOG_ERR, "rip %p, cs %lx, ss %lx, rflags %lx\n",
	       (void *)r->rip, r->cs, r->ss, r->rflags);
	state_show(r->rsp);
	for (i = 0; i < 15; i += 3)
		printk(LOG_ERR, "%s %p %s %p %s %p\n", names[i],
		       (void *)g[i], names[i + 1], (void *)g[i + 1],
		       names[i + 2], (void *)g[i + 2]);
	if (regs_from_guest(r))
		return;
	if (in_text(r->rip))
		show_address(r->rip, 0);
	trace_show(r->rsp);
	traced = true;
}

void trace_here(u64 sp)
{
	if (traced)
		return;
	state_show(sp);
	trace_show(sp);
}
