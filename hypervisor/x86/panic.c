/* SPDX-License-Identifier: MIT */
/*
 * panic.c - the last words: why, where, and the last messages.  No lock is
 * taken.
 */
#include <debug.h>
#include <lib.h>
#include <machine.h>
#include <printk.h>
#include <trap.h>
#include <x86.h>

#define LAST_CHARS	1024

void trap_show(const struct regs *r)
{
	if (!regs_from_guest(r))
		printk_panic();
	if (IS_ENABLED(CONFIG_BACKTRACE))
		regs_show(r);
	else
		printk(LOG_ERR, "vector %u, error code %x, rip %p, cr2 %lx\n",
		       r->vector, r->error_code, (void *)r->rip,
		       reg_read(cr2));
}

void panic(const char *fmt, ...)
{
	static bool again;
	char text[160];
	__builtin_va_list ap;
	/* Above our own frame, which holds leftovers of earlier calls. */
	u64 sp = (u64)__builtin_frame_address(0);

	asm volatile("cli");
	if (__atomic_exchange_n(&again, true, __ATOMIC_SEQ_CST))
		machine_halt();
	cpus_halt();
	__builtin_va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	__builtin_va_end(ap);
	printk_panic();
	printk(LOG_ERR, "panic: %s\n", text);
	if (IS_ENABLED(CONFIG_BACKTRACE))
		trace_here(sp);
	printk_last(LAST_CHARS);
	machine_crashed();
}
