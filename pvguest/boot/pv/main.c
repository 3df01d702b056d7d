/* SPDX-License-Identifier: MIT */
/*
 * main.c - the PV back end: start, traps, events, time, console, power.
 *
 * Everything goes by libhcall.  Interrupts are upcalls; they are masked from
 * the start until the first thread runs.
 */
#include <hcall/hcall.h>
#include "pv.h"

#define MIN_PAGES	(8 * MIB / PAGE_SIZE)

void pv_main(struct start_info *si);

extern char boot_stack_end[];

const struct arch_ops *arch;

static struct vcpu_info *vcpu;
static evtchn_port_t self_port;
static void (*self_fn)(void);

/* The library's frame is ours by another name. */
_Static_assert(sizeof(struct regs) == sizeof(struct hc_regs), "regs");
_Static_assert(offsetof(struct regs, vector) == HC_REGS_VECTOR, "regs");
_Static_assert(offsetof(struct regs, cs) == HC_REGS_CS, "regs");

static struct regs *our(struct hc_regs *regs)
{
	return (struct regs *)regs;
}

static void on_trap(struct hc_regs *regs)
{
	trap(our(regs));
}

static void on_syscall(struct hc_regs *regs)
{
	syscall(our(regs));
}

static void on_event(struct hc_regs *regs)
{
	hc_event_upcall(regs);
	irq_done(our(regs));
}

static void on_timer(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	timer_interrupt();
}

static void on_console(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	console_interrupt();
}

static void on_self(evtchn_port_t port, struct hc_regs *regs, void *arg)
{
	(void)port;
	(void)regs;
	(void)arg;
	self_fn();
}

/*
 * As the library's, but each system call does this four times.  The barrier:
 * who makes an event pending looks at the mask, we the other way round.
 */
static bool pv_irq_save(void)
{
	bool were_off = vcpu->evtchn_upcall_mask;

	vcpu->evtchn_upcall_mask = 1;
	hc_barrier();
	return were_off;
}

static void pv_irq_restore(bool were_off)
{
	if (were_off)
		return;
	hc_barrier();
	vcpu->evtchn_upcall_mask = 0;
	hc_mb();
	/* Any hypercall delivers it. */
	if (*(volatile uint8_t *)&vcpu->evtchn_upcall_pending)
		hc_xen_version(XENVER_version, 0);
}

static const char *pv_place(void)
{
	return hc_sluice_version() ? "Sluice" : "Xen";
}

static __attribute__((noreturn)) void pv_enter(const struct regs *regs)
{
	hc_regs_enter((const struct hc_regs *)regs);
}

static void pv_user_regs(struct regs *regs, u64 rip, u64 rsp)
{
	memset(regs, 0, sizeof(*regs));
	regs->rip = rip;
	regs->cs = FLAT_USER_CS;
	regs->rflags = RFLAGS_ONE | RFLAGS_IF;
	regs->rsp = rsp;
	regs->ss = FLAT_USER_SS;
}

static u64 pv_wallclock(void)
{
	uint32_t nsec;

	return hc_wallclock(&nsec);
}

static void pv_timer_set(u64 deadline)
{
	hc_timer_set(deadline);
}

static __attribute__((noreturn)) void pv_power_off(void)
{
	hc_shutdown(SHUTDOWN_poweroff);
}

static __attribute__((noreturn)) void pv_reboot(void)
{
	hc_shutdown(SHUTDOWN_reboot);
}

static __attribute__((noreturn)) void pv_crash(void)
{
	hc_shutdown(SHUTDOWN_crash);
}

static void pv_null_call(void)
{
	hc_xen_version(XENVER_version, 0);
}

static void pv_self_init(void (*fn)(void))
{
	long port;

	self_fn = fn;
	if (self_port)
		return;
	port = hc_event_bind_ipi(0, on_self, NULL);
	if (port < 0)
		panic("no event channel: error %ld", -port);
	self_port = port;
}

static void pv_self_send(void)
{
	hc_event_send(self_port);
}

static const struct arch_ops pv_ops = {
	.place = pv_place,
	.irq_save = pv_irq_save,
	.irq_restore = pv_irq_restore,
	.enter = pv_enter,
	.user_regs = pv_user_regs,
	.user_switch = pv_user_switch,
	.fault_address = hc_fault_address,
	.pte_make = pv_pte_make,
	.pte_pfn = pv_pte_pfn,
	.pt_write = pv_pt_write,
	.pt_invlpg = pv_pt_invlpg,
	.pt_commit = pv_pt_commit,
	.pt_table = pv_pt_table,
	.pt_root = pv_pt_root,
	.time = hc_time,
	.wallclock = pv_wallclock,
	.timer_set = pv_timer_set,
	.console_write = hc_console_write,
	.console_read = hc_console_read,
	.idle = hc_block,
	.power_off = pv_power_off,
	.reboot = pv_reboot,
	.crash = pv_crash,
	.null_call = pv_null_call,
	.self_init = pv_self_init,
	.self_send = pv_self_send,
};

static void traps_init(void)
{
	unsigned int i;

	if (hc_trap_init(boot_stack_end))
		panic("no trap table");
	hc_event_init();
	for (i = 0; i < 32; i++)
		hc_trap_set(i, on_trap);
	hc_trap_set(HC_VEC_SYSCALL, on_syscall);
	hc_trap_set(HC_VEC_EVENT, on_event);
}

static void events_init(void)
{
	evtchn_port_t port = hc_console_port();
	long ret = hc_event_bind_virq(VIRQ_TIMER, 0, on_timer, NULL);

	if (ret < 0)
		panic("no timer: error %ld", -ret);
	if (port)
		hc_event_handle(port, 0, on_console, NULL);
	else if (hc_event_bind_virq(VIRQ_CONSOLE, 0, on_console, NULL) < 0)
		kprintf("pvguest: the console has no input\n");
}

void pv_main(struct start_info *si)
{
	struct boot_info boot = {
		.cmdline = (const char *)si->cmd_line,
		.ramdisk = (const void *)si->mod_start,
		.ramdisk_size = si->mod_len,
	};
	int ret = hc_init(si, KERNEL_BASE);

	vcpu = hc_vcpu_info(0);
	arch = &pv_ops;
	if (ret)
		panic("no shared page: error %d", -ret);
	if (si->nr_pages < MIN_PAGES || !pv_memory_init(&boot)) {
		kprintf("pvguest: needs %lu MiB of memory, has %lu\n",
			MIN_PAGES * PAGE_SIZE / MIB,
			si->nr_pages * PAGE_SIZE / MIB);
		pv_crash();
	}
	traps_init();
	events_init();
	kernel_main(&boot);
}
