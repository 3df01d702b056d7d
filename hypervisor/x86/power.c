/* SPDX-License-Identifier: MIT */
/*
 * power.c - power off, reboot, halt.
 *
 *   noreboot	where the machine would reboot, it halts
 *   debug-exit	ends QEMU by its isa-debug-exit device at port 0xf4: status 1
 *		for power off, 3 for reboot, 5 for a panic or a halt
 *
 * Each way is tried in turn and may simply do nothing.  No lock: nothing else
 * runs any more.
 */
#include <boot.h>
#include <domain.h>
#include <lib.h>
#include <machine.h>
#include <setup.h>
#include <timer.h>
#include <x86.h>

#define DEBUG_EXIT	0xf4
#define RESET_THERE	(1u << 10)	/* flag of the FADT */
#define SPACE_IO	1
#define SCI_EN		0x0001
#define SLP_EN		0x2000
#define RESET_PORT	0xcf9
#define KBC_COMMAND	0x64
#define KBC_RESET	0xfe

static bool noreboot, debug_exit_there;

void power_options(void)
{
	noreboot = option_flag("noreboot");
	debug_exit_there = option_flag("debug-exit");
}

void delay_us(u64 us)
{
	u64 end = rdtsc() + time_tsc_hz / 1000000 * us;

	while (rdtsc() < end)
		cpu_relax();
}

static void debug_exit(u8 value)
{
	if (debug_exit_there)
		outb(DEBUG_EXIT, value);
}

void machine_halt(void)
{
	debug_exit(2);
	cpus_halt();
	for (;;)
		asm volatile("cli; hlt");
}

static void acpi_off(void)
{
	const struct fadt *p = &acpi.fadt;
	u32 i;

	if (!acpi.s5 || !p->pm1a)
		return;
	/* Firmware may have left power management to itself. */
	if (p->smi_cmd && p->acpi_enable && !(inw(p->pm1a) & SCI_EN)) {
		outb(p->smi_cmd, p->acpi_enable);
		for (i = 0; i < 1000 && !(inw(p->pm1a) & SCI_EN); i++)
			delay_us(1000);
	}
	outw(p->pm1a, acpi.slp_a | SLP_EN);
	if (p->pm1b)
		outw(p->pm1b, acpi.slp_b | SLP_EN);
	delay_us(100000);
}

void machine_poweroff(void)
{
	printk(LOG_INFO, "power off\n");
	debug_exit(0);
	acpi_off();
	printk(LOG_WARN, "this machine cannot be switched off by software\n");
	machine_halt();
}

static void reset(void)
{
	const struct fadt *p = &acpi.fadt;
	static const struct table_reg none;

	if (p->flags & RESET_THERE && p->reset_space == SPACE_IO &&
	    p->reset_reg)
		outb(p->reset_reg, p->reset_value);
	delay_us(50000);
	outb(RESET_PORT, 0x02);
	outb(RESET_PORT, 0x06);
	delay_us(50000);
	outb(KBC_COMMAND, KBC_RESET);
	delay_us(50000);
	/* Without an IDT the next exception shuts the CPU down. */
	asm volatile("lidt %0; int3" : : "m" (none));
}

void machine_reboot(void)
{
	printk(LOG_INFO, "%s\n", noreboot ? "halted, as noreboot says" :
	       "reboot");
	debug_exit(1);
	if (!noreboot)
		reset();
	machine_halt();
}

void machine_crashed(void)
{
	bool again = !noreboot && time_tsc_hz;

	printk(LOG_ERR, "%s\n", again ? "reboot in 5 seconds" : "halted");
	debug_exit(2);
	if (again) {
		delay_us(5000000);
		reset();
	}
	machine_halt();
}
