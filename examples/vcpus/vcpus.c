/* SPDX-License-Identifier: MIT */
/*
 * vcpus.c - a second vCPU, and events between the two.
 *
 * Each vCPU has registers, trap table, kernel stack and timer of its own, and
 * its own part of the shared page.  Memory, page tables and ports belong to the
 * domain.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "vcpus");

#define STACK	16384

static char kernel_stack[2][STACK] __attribute__((aligned(16)));
static char second_stack[STACK] __attribute__((aligned(STACK)));
static struct vcpu_guest_context context;
static evtchn_port_t to_first, to_second;
static volatile unsigned int pings;
static volatile bool ready;

/* The library asks: we know by the stack. */
unsigned int hc_this_vcpu(void)
{
	uint64_t here = hc_addr(__builtin_frame_address(0));
	bool second = here - hc_addr(second_stack) < STACK ||
		      here - hc_addr(kernel_stack[1]) < STACK;

	return second ? 1 : 0;
}

static void ping(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port, (void)regs, (void)arg;
	pings++;
	hc_event_send(to_first);
}

static void pong(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port, (void)regs, (void)arg;
	if (pings < 3)
		hc_event_send(to_second);
}

static void second_main(void)
{
	if (hc_trap_init(kernel_stack[1] + STACK))
		hc_shutdown(SHUTDOWN_crash);
	ready = true;
	hc_event_send(to_first);
	hc_upcalls_unmask();
	for (;;)
		hc_block();
}

/* All else is 0: no descriptors of its own, upcalls masked. */
static long start_second(void)
{
	long error;

	context.flags = VGCF_in_kernel;
	context.user_regs.rip = hc_addr(second_main);
	context.user_regs.rsp = hc_addr(second_stack) + STACK - 8;
	context.user_regs.cs = FLAT_KERNEL_CS;
	context.user_regs.ss = FLAT_KERNEL_SS;
	context.kernel_sp = hc_addr(kernel_stack[1]) + STACK;
	context.kernel_ss = FLAT_KERNEL_SS;
	context.ctrlreg[3] = xen_pfn_to_cr3(hc_virt_to_mfn(
				(void *)hc_start_info()->pt_base));
	error = hc_vcpu_initialise(1, &context);
	return error ? error : hc_vcpu_up(1);
}

void hc_main(struct start_info *si)
{
	(void)si;
	if (hc_trap_init(kernel_stack[0] + STACK))
		hc_shutdown(SHUTDOWN_crash);
	hc_event_init();
	to_first = hc_event_bind_ipi(0, pong, NULL);
	to_second = hc_event_bind_ipi(1, ping, NULL);
	if (start_second()) {
		hc_printf("there is no second vCPU\n");
		hc_shutdown(SHUTDOWN_poweroff);
	}
	hc_upcalls_mask();
	while (pings < 3) {
		hc_block();
		hc_upcalls_mask();
	}
	hc_printf("the second vCPU %s, %u pings\n", ready ? "ran" : "did not",
		  pings);
	hc_shutdown(SHUTDOWN_poweroff);
}
