/* SPDX-License-Identifier: MIT */
/*
 * console.h - the message ring, the output devices and the input.
 */
#pragma once

#include <lock.h>
#include <types.h>

/* A device that shows text; write() comes before anything else works. */
struct console_dev {
	const char *name;
	void (*write)(const char *s, size_t n);
};

void console_add(const struct console_dev *dev);

#define CONSOLE_LINE	128
#define CONSOLE_INPUT	256	/* that waits: a power of two */

/* A domain's output on its way to the devices, and its ring. */
struct guest_console {
	char line[CONSOLE_LINE + 1];	/* the lock of console.c */
	u32 len;			/* likewise */
	u32 spent;			/* likewise: shown, and not forgiven */
	u32 lost;			/* likewise: lines that were too many */
	u64 forgiven;			/* likewise: up to that millisecond */
	mfn_t ring;			/* [C] MFN_NONE: prints by hypercall */
	spinlock_t lock;		/* the hypervisor's side of the ring */
	port_t port;			/* [C] */
	bool raw;			/* [A] shown as it comes: see above */
};

/*
 * A guest's output.  Domain 0's is shown as it comes, and that of a domain on
 * which somebody looks (raw); that of others by whole lines, which carry the
 * domain's name.  Takes one line of those at most, as a slow device shows it
 * with interrupts off: returns how many of the n characters that were.
 */
size_t must_check console_guest_write(struct domain *d, const char *s,
				      size_t n);

/* Shows what is left of a domain's last line. */
void console_guest_flush(struct domain *d);

/* Input waiting for a domain: copies up to n bytes, returns how many. */
size_t console_guest_read(struct domain *d, char *s, size_t n);

/* From the serial interrupt: one received character. */
void console_input(char c);
