/* SPDX-License-Identifier: MIT */
/*
 * main.c - the native back end: its start, and the table of what it does.
 *
 * Each of the other files is one group of what arch.h asks for, and has its
 * namesake in the PV back end.
 */
#include <bench.h>
#include "native.h"

void native_main(u32 magic, u32 info);

static const char *native_place(void)
{
	return "bare hardware";
}

static const struct arch_ops native_ops = {
	.place = native_place,
	.irq_save = native_irq_save,
	.irq_restore = native_irq_restore,
	.enter = native_enter,
	.user_regs = native_user_regs,
	.user_switch = native_user_switch,
	.fault_address = native_fault_address,
	.pte_make = native_pte_make,
	.pte_pfn = native_pte_pfn,
	.pt_write = native_pt_write,
	.pt_link = native_pt_write,
	.pt_invlpg = native_pt_invlpg,
	.pt_write_run = native_pt_write_run,
	.pt_flush = native_pt_flush,
	.pt_commit = native_pt_commit,
	.pt_defer = native_pt_commit,
	.pt_table = native_pt_table,
	.pt_root = native_pt_root,
	.time = native_time,
	.wallclock = native_wallclock,
	.timer_set = native_timer_set,
	.console_write = native_console_write,
	.console_read = native_console_read,
	.devices = &native_device_ops,
	.idle = native_idle,
	.power_off = native_power_off,
	.reboot = native_reboot,
	.crash = native_crash,
	.self_init = native_self_init,
	.self_send = native_self_send,
	.bench = &bench_native,
};

void native_main(u32 magic, u32 info)
{
	struct boot_info boot = { .cmdline = loaded.cmdline };
	u64 start = rdtsc();
	bool good;

	arch = &native_ops;
	native_trap_init();
	native_pt_features();
	good = native_loader_read(magic, info);
	native_console_init();
	if (!good)
		panic("started by a loader that is unknown, magic %x", magic);
	if (!native_memory_init(&boot))
		native_crash();
	boot.root = virt_pfn(native_l4);
	native_irq_init();
	native_keyboard_init();
	native_time_init(start);
	kernel_main(&boot);
}
