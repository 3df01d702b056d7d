/* SPDX-License-Identifier: MIT */
/*
 * main.c - the PV back end: its start, and the table of what it does.
 *
 * Everything goes by libhcall.  Each of the other files is one group of what
 * arch.h asks for, and has its namesake in the native back end.
 */
#include <bench.h>
#include <hcall/hcall.h>
#include <thread.h>
#include <vif.h>
#include <xenbus.h>
#include "pv.h"

void pv_main(struct start_info *si);

static const char *pv_place(void)
{
	return hc_sluice_version() ? "Sluice" : "Xen";
}

static void pv_null_call(void)
{
	hc_xen_version(XENVER_version, 0);
}

static void xenbus_thread(void *unused)
{
	(void)unused;
	if (hc_is_initial_domain())
		netback_init();
	else
		netfront_init();
	xenbus_start();
}

static void pv_start_threads(void)
{
	pv_dom_watch();
	pv_balloon_start();
	if (!thread_create("xenbus", PRIO_NORMAL + 1, xenbus_thread, NULL))
		kprintf("pvguest: no memory for the store\n");
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
	.pt_link = pv_pt_link,
	.pt_invlpg = pv_pt_invlpg,
	.pt_write_run = pv_pt_write_run,
	.pt_flush = pv_pt_flush,
	.pt_commit = pv_pt_commit,
	.pt_defer = pv_pt_defer,
	.pt_table = pv_pt_table,
	.pt_root = pv_pt_root,
	.time = hc_time,
	.wallclock = pv_wallclock,
	.timer_set = pv_timer_set,
	.console_write = hc_console_write,
	.console_read = pv_console_read,
	.devices = &pv_device_ops,
	.idle = pv_idle,
	.power_off = pv_power_off,
	.reboot = pv_reboot,
	.crash = pv_crash,
	.null_call = pv_null_call,
	.start_threads = pv_start_threads,
	.dom = pv_dom,
	.self_init = pv_self_init,
	.self_send = pv_self_send,
	.bench = &bench_pv,
};

void pv_main(struct start_info *si)
{
	struct boot_info boot = {
		.cmdline = (const char *)si->cmd_line,
		.ramdisk = (const void *)si->mod_start,
		.ramdisk_size = si->mod_len,
	};
	int ret = hc_init(si, KERNEL_BASE);

	pv_irq_early();
	arch = &pv_ops;
	if (ret)
		panic("no shared page: error %d", -ret);
	if (!pv_memory_init(&boot))
		pv_crash();
	pv_trap_init();
	pv_pt_init();
	pv_irq_init();
	pv_time_init();
	pv_console_init();
	kernel_main(&boot);
}
