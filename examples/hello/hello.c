/* SPDX-License-Identifier: MIT */
/*
 * hello.c - the smallest guest: one line on the console, then the end.
 *
 * libhcall brings the entry point and the notes; guest.lds.S puts the image at
 * 1 MiB.  It runs on Sluice and on Xen.
 */
#include <hcall/hcall.h>

HC_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "hello");

void hc_main(struct start_info *si)
{
	hc_printf("hello from a guest with %lu pages on %s\n", si->nr_pages,
		  hc_sluice_version() ? "Sluice" : "Xen");
	hc_shutdown(SHUTDOWN_poweroff);
}
