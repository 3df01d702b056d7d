/* SPDX-License-Identifier: MIT */
/*
 * traps.c - exceptions: a breakpoint that is counted, and a page fault whose
 * cause is taken away.
 *
 * A handler gets the interrupted state and may change all of it.  Where the
 * handler returns, the guest goes on.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "traps");

static char stack[16384] __attribute__((aligned(16)));
static char page[4096] __attribute__((aligned(4096)));
static unsigned int breakpoints;

static void breakpoint(struct hc_regs *regs)
{
	breakpoints++;
	hc_printf("breakpoint before %p\n", (void *)regs->rip);
}

/* Bit 0 of the error code: the page is there; bit 1: it was a write. */
static void page_fault(struct hc_regs *regs)
{
	uint64_t address = hc_fault_address();

	hc_printf("page fault: error code %u\n", (unsigned int)regs->error);
	if (hc_map(page, hc_pte(hc_virt_to_mfn(page), HC_PTE_KERNEL)) ||
	    address != hc_addr(page))
		hc_shutdown(SHUTDOWN_crash);
}

void hc_main(struct start_info *si)
{
	(void)si;
	if (hc_trap_init(stack + sizeof(stack)))
		hc_shutdown(SHUTDOWN_crash);
	hc_trap_set(3, breakpoint);
	hc_trap_set(14, page_fault);

	asm volatile("int3");
	hc_printf("%u breakpoint\n", breakpoints);

	/* Read-only from here on; the handler makes it writable again. */
	hc_map(page, hc_pte(hc_virt_to_mfn(page), HC_PTE_PRESENT));
	*(volatile char *)page = 'x';
	hc_printf("and then it was written: %c\n", page[0]);
	hc_shutdown(SHUTDOWN_poweroff);
}
