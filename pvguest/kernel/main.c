/* SPDX-License-Identifier: MIT */
/*
 * main.c - from the back end's start to the shell.
 *
 * The boot thread becomes the idle thread.
 */
#include <bridge.h>
#include <console.h>
#include <mm.h>
#include <net.h>
#include <option.h>
#include <pci.h>
#include <process.h>

extern const char ramdisk_start[], ramdisk_end[];

/* The one given at boot; else, or if that is no archive, our own. */
static void files_init(const struct boot_info *boot)
{
	if (boot->ramdisk &&
	    !ramdisk_init(boot->ramdisk, boot->ramdisk_size))
		return;
	if (ramdisk_init(ramdisk_start, ramdisk_end - ramdisk_start))
		panic("the image's own ramdisk is corrupt");
}

/* Drivers wait for their devices, so they are started by a thread. */
static void devices_start(void *unused)
{
	(void)unused;
	pci_start();
}

void kernel_main(const struct boot_info *boot)
{
	page_init(boot);
	kernel_space.root = boot->root;
	list_init(&kernel_space.areas);
	kprintf("pvguest on %s, %lu MiB, command line '%s'\n", arch->place(),
		boot->nr_pages * PAGE_SIZE / MIB, boot->cmdline);
	if (boot->unused_pages)
		kprintf("pvguest: %lu MiB more are left unused\n",
			boot->unused_pages * PAGE_SIZE / MIB);
	option_init(boot->cmdline);
	thread_init();
	files_init(boot);
	process_init();
	bridge_init();
	net_init();
	/* More important than the shell, so that what is said about devices,
	 * here or below, does not come between prompt and line. */
	if (!thread_create("pci", PRIO_HIGH, devices_start, NULL))
		panic("no memory for drivers");
	if (arch->start_threads)
		arch->start_threads();
	if (!thread_create("shell", PRIO_NORMAL, shell, NULL))
		panic("no memory for the shell");
	kprintf("pvguest: ready at %lu us\n", arch->time() / 1000);
	thread_idle();
}
