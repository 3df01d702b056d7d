/* SPDX-License-Identifier: MIT */
/*
 * init.c - start-up, one step after the other.
 *
 * On the first CPU, interrupts off, so nothing is locked.  Up to paging_init
 * the boot tables are in use; up to frames_init memory comes from
 * early_alloc().
 */
#include <boot.h>
#include <frame.h>
#include <lib.h>
#include <machine.h>
#include <setup.h>
#include <timer.h>
#include <trap.h>
#include <vcpu.h>

struct cpu *cpus[CONFIG_NR_CPUS];
u32 nr_cpus;

void boot_stop(const char *fmt, ...)
{
	__builtin_va_list ap;
	char why[160];

	__builtin_va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	__builtin_va_end(ap);
	printk(LOG_ERR, "%s: halted\n", why);
	machine_halt();
}

u64 image_phys_end(void)
{
	return (u64)image_end - IMAGE_BASE;
}

static u64 start_tsc;

static void report(void)
{
	u64 tsc = rdtsc() - start_tsc;

	printk(LOG_INFO, "%lu MiB RAM, %lu MiB free, started in %lu ms\n",
	       memmap_bytes() >> 20, frames_free() * PAGE_SIZE >> 20,
	       tsc / (time_tsc_hz / 1000));
}

static void (*const steps[])(void) = {
	options_init,
	console_options,
	power_options,
	cpu_check,
	memmap_finish,
	acpi_init,
	paging_init,
	cpu_init_boot,
	frames_init,
	fpu_setup,
	ioapic_init,	/* also shuts the PIC, while the APIC listens to it */
	apic_init,
	time_init,
	smp_start,
	serial_input_init,
	report,
};

void boot_main(u32 magic, u32 data)
{
	bool started;
	u32 i;

	start_tsc = rdtsc();
	cpus[0] = this_cpu();
	nr_cpus = 1;
	console_init();
	printk(LOG_INFO, "version " SLUICE_VERSION "\n");
	traps_init_early();
	loader_read(magic, data);
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		steps[i]();
	started = domains_start(&boot_info);
	options_done();
	if (!started)
		boot_stop("no domain can be started");
	smp_go();
	enter_scheduler();
}
